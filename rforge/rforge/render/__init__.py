"""A report as text: one module is one format."""
