"""The routes: each builds a request, makes one call, and shapes the answer.

May import `answers`, `requests`, `upstream` and `problems`.
"""
