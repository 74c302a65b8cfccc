"""ProtoJSON for Pydantic: the types of which the generated models are made.

Models, oneofs, queries and routes are here; `scalars` and `well_known` have the types of
fields, and `parsing` reads documents at a bounded cost. Imports nothing else of the project.
"""
