"""How fast the service is, beside what one would write without it: `python -m benchmarks`.

It starts the service as `items serve` does, two processes over a new store, and its peers,
all with their default settings, their access logs among them, and sends each the same
requests about the same item, from a process of its own. Every answer is checked: one that
is an error, or about another item, ends the run.

Each round measures every case once, every second round in the opposite order, and what is
compared stands side by side: a machine that slows down slows both. The table shows the
medians of the rounds. `x tutorial` and `x bare` are medians of the ratios of requests a
second within a round, to the tutorial and to a `grpc.aio` handler that returns a constant.
The last rows are loads on servers that do next to nothing: as fast as the generator can
ask, and so the most that any row can show.

Variables reach the service: `ITEMS_GRPC_ENGINE=native make bench`. Ratios can be compared
between machines, figures cannot.
"""
