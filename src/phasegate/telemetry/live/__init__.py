"""A plugin in use as it happens, on a terminal."""
