"""The parts that all long-lived processes share: log, metrics, signals and settings.

Imports nothing else of the project.
"""
