"""Alerts: rules as data, evaluated here or by Prometheus, with the same outcome."""
