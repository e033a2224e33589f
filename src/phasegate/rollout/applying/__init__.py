"""A plan made real: gates, objects, the push, the effects."""
