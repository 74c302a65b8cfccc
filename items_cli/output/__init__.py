"""Output: items and changes as text, for terminals and pipes."""
