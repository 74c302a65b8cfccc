"""What happens after a commit: who follows the store hears of it."""
