"""The feed: what was committed, on its way to those who watch.

Commits come in from the writer and from other servers; each watch receives, in order and
without a gap, the changes that its filter admits.
May import `reads`, `filters`, `items` and `database`.
"""
