"""The well-known types of protobuf in JSON: Struct, Timestamp, FieldMask and others.

May import `scalars`.
"""
