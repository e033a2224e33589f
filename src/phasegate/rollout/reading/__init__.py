"""What planning needs to know, read from git and from the ledger."""
