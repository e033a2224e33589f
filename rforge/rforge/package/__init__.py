"""An R package on disk as values: one module reads one part of it."""
