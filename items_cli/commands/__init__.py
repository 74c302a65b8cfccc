"""The commands of `items`, one a file.

A module here has the flags and the help of a command; what only one command needs, such as
`importing` and `upkeep`, it imports when it runs. May import all of `items_cli` but its entry.
"""
