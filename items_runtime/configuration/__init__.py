"""Configuration: settings from ITEMS_* variables and flags, and what is wrong with them.

May import `items_runtime`.
"""
