"""How fast the service is, beside what one would write without it: `python -m benchmarks`."""
