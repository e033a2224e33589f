"""The same rules and queries for other engines: Prometheus, Alertmanager, Grafana, ClickHouse."""
