"""The relay: changes of the service in, events at a broker out, none lost.

May import `publishers` and `brokers`.
"""
