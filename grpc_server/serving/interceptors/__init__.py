"""The interceptors around each call, one concern a file.

A call comes in as bytes and leaves as bytes or as a status. `main` lists the interceptors,
outermost first, with the reason for each place.
They may import `serving` and `items`, and nothing of the store.
"""
