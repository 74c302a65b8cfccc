"""Moving a store to another database, with all that others hold of it."""
