"""The ledger: every operation, and the state after it, in a ref of the repository itself."""
