"""The `items` command: its commands are in `commands`, the rest is shared by several of them.

May import `items_runtime`, `items_protojson`, `items_client`, `items_events` and the contract;
only `upkeep` imports `store_tools`.
"""
