"""Versions: how they are ordered, which one is next, and what its changelog says."""
