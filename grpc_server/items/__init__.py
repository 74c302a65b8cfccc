"""The rules of an item, as pure decisions without I/O.

A stored item and a request come in; the item as it will be stored, or an error that the caller
can act on, goes out. Only the contract and the words of `items_protojson` are imported.
"""
