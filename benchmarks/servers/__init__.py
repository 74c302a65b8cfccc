"""The servers that are measured, and the bare ones that they are compared with."""
