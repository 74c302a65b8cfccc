"""The writers of generated modules: models, converters, requests and routes.

May import `contract`.
"""
