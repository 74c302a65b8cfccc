"""The metrics of the server: the only place of it that knows Prometheus.

The parts report their work to observers, and their state is read when Prometheus scrapes.
All rooms of the server may be imported, for their observers and their state.
"""
