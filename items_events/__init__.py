"""Events of the items, to and from message brokers: the relay and the ingest."""
