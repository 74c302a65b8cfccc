"""The `items` command."""
