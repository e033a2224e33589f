"""Adoption: what a repository lacks before phasegate can release it, and how that is written."""
