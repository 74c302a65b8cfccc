"""What operators see of the relay and the ingest: the only place of them that knows Prometheus."""
