"""Writes: units of work become group commits.

The units of calls that wait together are decided one after another against a staging area over the
store, and committed in one transaction. Each unit comes out with its result or its error.
May import `items` and `database`.
"""
