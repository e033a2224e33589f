"""Notices: what people are told, and through which channels."""
