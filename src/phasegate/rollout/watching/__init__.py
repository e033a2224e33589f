"""A release in use: watched, acted upon, told about."""
