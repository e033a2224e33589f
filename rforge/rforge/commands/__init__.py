"""What can be asked: one module is one command."""
