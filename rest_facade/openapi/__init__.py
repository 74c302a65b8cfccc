"""The OpenAPI document: the contract's comments, and what HTTP adds to them.

May import `requests`, `answers` and `problems`, and the declarations of `routes`.
"""
