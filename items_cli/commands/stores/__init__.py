"""The commands that look after a store: backup, restore, doctor, migrate, copy."""
