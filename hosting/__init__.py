"""What every long-lived process of the service has: its log, its metrics, and its garbage."""
