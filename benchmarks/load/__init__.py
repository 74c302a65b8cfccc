"""The load generators, each in processes of its own."""
