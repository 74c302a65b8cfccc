"""The contract as the generator reads it: descriptors, comments, rules and bindings.

Imports no writer.
"""
