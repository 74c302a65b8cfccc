"""Reads: each class of them on threads of its own.

Gets, lists, walks and history come in and are answered from a read replica when it is fresh
enough, and otherwise from the store.
May import `items` and `database`.
"""
