"""What an operation does outside the push: a module each, found by its name, with one function `perform`."""
