"""A synthetic user: asks a plugin's server for what its commands ask for, and writes down how it went."""
