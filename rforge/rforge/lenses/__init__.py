"""What a mode adds to every command: one module is one mode."""
