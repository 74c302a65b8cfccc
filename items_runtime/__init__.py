"""What every long-lived process shares: its log, its metrics, its signals and its settings.

Imports nothing else of the project.
"""
