"""The metrics of the relay and the ingest.

Observers of their events, as Prometheus metrics. Only this room imports prometheus_client.
"""
