"""The metrics of the facade: its only room that knows Prometheus.

The rooms that are measured import it; it imports nothing else of the facade.
"""
