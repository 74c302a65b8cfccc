"""The garbage collector of a long-lived process."""

import gc

THRESHOLDS = (10_000, 2, 350)
"""New objects before a collection of the youngest, and collections before one of the next.

Every thread stands still during a collection, for about 1 ms for each 1,000 objects. The second
generation is collected at 30,000 objects, which is what the statement of one long filter leaves.
"""


def settle() -> None:
    """Leave alone what was made at start, and collect less often.

    What the start has made (modules, descriptors, schemas) lives as long as the process;
    looking at all of it again and again took a sixth of the facade's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
