"""Upkeep: the commands that work on a store itself, with `store_tools`, in this process.

A command takes URLs and flags, prints what was done, and returns its exit code. The room is
imported when such a command runs: no other command waits for SQLAlchemy. May import
`store_tools`, `output` and `errors`.
"""
