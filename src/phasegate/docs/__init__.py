"""Pages of the documentation that are made from the code, and the check that they still are."""
