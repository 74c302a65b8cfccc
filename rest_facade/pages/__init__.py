"""The pages that people open in a browser; they load nothing from other hosts.

May import `requests` and `problems`.
"""
