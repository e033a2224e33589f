"""Release automation for plugins that are delivered by git."""
