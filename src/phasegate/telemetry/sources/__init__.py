"""Where answers come from: logs by either reader, logs held ready, events one by one, a Prometheus."""
