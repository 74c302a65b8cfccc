"""ProtoJSON for Pydantic: the types that generated models are made of.

What is accepted and what is written follows
https://protobuf.dev/programming-guides/json. Nothing here knows an item: the
plugin in ``codegen/`` writes what is particular to a contract.
"""
