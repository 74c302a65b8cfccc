"""The publishers: connections that put events into a broker, one module for each broker.

CloudEvents come in; the broker's confirmations go out. May import `brokers`.
"""
