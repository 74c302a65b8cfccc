"""Every way that a field which was added to Item goes in and out.

`test_add_a_field.py` runs these over a contract that has `brand`, `weight` and others:
see `added.py`. Over the contract of the project there are no such fields.
"""
