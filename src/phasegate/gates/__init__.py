"""Gates: nox sessions run side by side on the tree that would be published, and the evidence they leave."""
