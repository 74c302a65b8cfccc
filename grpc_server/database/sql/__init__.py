"""The transactions of the store, in SQL that both databases run.

`write_transaction.py` has the statements of a write in the order in which they run;
`read_transaction.py` has the reads, on a snapshot or within a write.
May import `queries`, `schema`, `sqlite` and `postgresql`.
"""
