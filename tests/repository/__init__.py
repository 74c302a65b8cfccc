"""The habits of the repository: its hooks, and the restarts of `make dev`."""
