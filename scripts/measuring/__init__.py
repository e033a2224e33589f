"""What the measuring scripts and the tests share: a client of MCP servers, the workloads, and the statistics."""
