"""What is done to a store beside the service: migrations, backups, restores, an examination."""
