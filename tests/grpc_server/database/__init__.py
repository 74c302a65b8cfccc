"""The store suite: named behaviours that every dialect must show."""
