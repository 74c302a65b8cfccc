"""The relay: changes of the service in, events at a broker out, none lost.

It watches the service, publishes, and advances its sink, the cursor that the service keeps.
May import `publishers` and `brokers`.
"""
