"""The garbage collector of a long-lived process."""

import gc

THRESHOLDS = (10_000, 20, 50)
"""New objects before a collection of the youngest, and collections before one of the next."""


def settle() -> None:
    """Leave alone what was made at start, and collect less often.

    What the start has made (modules, descriptors, schemas) lives as long as the process;
    looking at all of it again and again took a sixth of the facade's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
