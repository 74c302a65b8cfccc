"""Processes: the parts of the service, planned, started, supervised and ended together.

May import the modules beside `commands`.
"""
