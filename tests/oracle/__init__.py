"""What the service ought to answer, in plain Python."""
