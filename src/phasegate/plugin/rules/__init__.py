"""The rules of a plugin, a file a rule or family; a new one is a new file here, and its mirror test."""
