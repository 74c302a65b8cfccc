"""The move of a store to another database: copied, followed, compared, and switched."""
