"""The OpenAPI document: the contract's comments, and what HTTP adds to them.

May import `routes`, for the declarations of operations, and `requests`, `answers` and
`problems`; `routes` does not import it.
"""
