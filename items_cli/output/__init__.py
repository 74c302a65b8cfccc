"""Output: items, changes and tables as text, for terminals and pipes, and the progress bar.

May import the modules beside `commands`.
"""
