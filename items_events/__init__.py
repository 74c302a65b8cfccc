"""The relay and the ingest: changes of items to message brokers, and writes from them.

The relay takes the changes of the service and publishes them as CloudEvents. The ingest
takes messages of a queue or a stream and applies them as writes. Both are clients of the
service; they import `items_client` and `items_runtime`, never the server.
"""
