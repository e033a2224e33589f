"""Sandboxes, the rehearsal, and the invariants that it holds every step against."""
