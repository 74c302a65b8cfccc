"""The metrics of the facade: the only place of it that knows Prometheus."""
