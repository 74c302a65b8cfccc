"""Generates generated/ from protos/."""
