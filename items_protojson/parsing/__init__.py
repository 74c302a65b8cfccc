"""Parsing: JSON text becomes a model, at a linear cost, within bounds, in steps.

May import all of `items_protojson`.
"""
