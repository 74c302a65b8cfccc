"""The migrations of versions that there are not: the next ones, as this one sees them."""
