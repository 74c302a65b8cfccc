"""Connections to brokers, and the URLs that name them.

Imports nothing else of `items_events`.
"""
