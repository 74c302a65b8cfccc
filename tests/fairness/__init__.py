"""One client never stops another: attacks on both doors, beside an honest client that measures.

`honest.py` is a program that runs its errands over and over and reports the longest wait of
each. `attack.py` says what an attack is; the tables are in `attacks/`, by what they spend:
`http.py`, `bodies.py`, `messages.py`, `queries.py`, `feeds.py`, `floods.py`.
`python -m tests.fairness` prints the table with its figures.
"""
