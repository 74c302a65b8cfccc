"""The way in: writes from a queue or a stream, each applied once."""
