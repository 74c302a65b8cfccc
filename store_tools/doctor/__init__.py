"""The doctor: what a store promises of itself, looked at in all that it holds."""
