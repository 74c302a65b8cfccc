"""The commands of `items`, one a file."""
