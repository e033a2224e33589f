"""A release on its way: what to publish, what holds it, and how it is made real or taken back."""
