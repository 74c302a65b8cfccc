"""The language of `filter` and `order_by` (AIP-160, AIP-132).

Text comes in; a checked tree goes out, which the database turns into SQL and `predicates` into
plain Python for watches.
May import `items` and the query tree of `database`.
"""
