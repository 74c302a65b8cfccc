"""The publishers: one broker a module, behind one interface.

May import `brokers`.
"""
