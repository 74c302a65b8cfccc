"""Runs a module as a child that ends with its parent.

    python -m items_cli.processes.parent_death MODULE ARGUMENT...

Standard input is a socket, of which the parent holds the other end and writes nothing to it.
When the parent ends, however it ends, the input does, and the module is told to stop.
The other way, the module tells the parent why it cannot serve.
"""

import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress

from items_runtime import last_words

GRACE = 5.0
"""Seconds that an orphan has to finish what it is doing."""


def main() -> None:
    """Run the module that the command line names, tied to standard input."""
    threading.Thread(target=end_with_parent, name="tether", daemon=True).start()
    last_words.supervisor.set(tell_parent)
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_with_parent() -> None:
    """Wait until standard input ends, then end this process: politely, then for certain."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


def tell_parent(cause: str) -> None:
    """Send *cause* to the parent, for which the kernel has room enough."""
    with suppress(OSError):  # it has ended
        os.write(sys.stdin.fileno(), cause.encode())


if __name__ == "__main__":
    main()
