"""The gRPC server: the system of record.

A call comes in at `serving`, is decided by the rules in `items` and `filters`, and reaches the
database through `writes` or `reads`; what was committed goes out again through `feed`.
The imports point one way, in the order
serving -> feed -> history -> sinks -> writes, reads -> filters -> items -> database;
`main` alone knows all of them.
"""
