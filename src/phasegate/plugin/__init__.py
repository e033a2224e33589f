"""What is released: a tree with a marketplace and its plugins; how it is read, stamped and checked."""
