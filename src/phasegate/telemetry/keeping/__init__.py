"""How long logs are kept, and as what."""
