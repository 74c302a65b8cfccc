"""The processes that `items serve` starts: planned, supervised and ended together.

May import the modules beside `commands`.
"""
