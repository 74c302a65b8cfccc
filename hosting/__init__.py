"""What every long-lived process of the service has: its log, and its garbage."""
