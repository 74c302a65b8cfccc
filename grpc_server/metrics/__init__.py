"""What operators see of the server: the only place of it that knows Prometheus."""
