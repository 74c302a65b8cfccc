"""The schema: its tables, the types of its columns, and its migrations.

May import the port and its errors.
"""
