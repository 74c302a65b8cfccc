"""The history: how long it is kept, and the work that keeps it so.

The compactor and the sweeper run beside the calls and write through `writes`.
May import `sinks`, `writes`, `reads`, `items` and `database`.
"""
