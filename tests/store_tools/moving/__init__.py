"""Moving a store: nothing is lost, changed or left over."""
