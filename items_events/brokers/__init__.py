"""Connections to brokers, and the URLs that name them.

A URL comes in, an open connection goes out. Imports nothing else of `items_events`.
"""
