"""The judge: whether a release may go on, by tests that stay valid however often one looks. Pure; whoever acts is elsewhere."""
