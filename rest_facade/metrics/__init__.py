"""What operators see of the facade: the only place of it that knows Prometheus."""
