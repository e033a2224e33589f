"""What is wrong with a package: one module judges one part of it."""
