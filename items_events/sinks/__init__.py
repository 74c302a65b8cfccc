"""Where events are published: one broker a module."""
