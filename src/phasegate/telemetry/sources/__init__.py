"""Where events and metrics are read from: a module a source."""
