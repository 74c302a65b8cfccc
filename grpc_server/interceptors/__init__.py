"""What happens around each call, one concern a file."""
