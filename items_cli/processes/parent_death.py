"""A module run as a child that ends with its parent.

    python -m items_cli.processes.parent_death MODULE ARGUMENT...

Standard input is a socket or a pipe; the parent holds the other end and writes nothing to it.
When the parent ends, however it ends, the input does, and the module is told to stop.
Through a socket, the module tells the parent why it cannot serve.
"""

import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress

GRACE = 5.0
"""The time, in seconds, that an orphan has to finish its work."""


def command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs `python -m` *module*, tied to its standard input."""
    return (sys.executable, "-m", __name__, module, *arguments)


def main() -> None:
    """Run the module that the command line names, tied to standard input."""
    from items_runtime import last_words  # noqa: PLC0415  # the parent does without its log

    threading.Thread(target=end_with_parent, name="parent death", daemon=True).start()
    last_words.supervisor.set(tell_parent)
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_with_parent() -> None:
    """Wait until standard input ends, then end this process with SIGTERM, and at last SIGKILL."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)


def tell_parent(cause: str) -> None:
    """Send *cause* to the parent; it fits into the buffer of the socket."""
    with suppress(OSError):  # the parent has ended
        os.write(sys.stdin.fileno(), cause.encode())


if __name__ == "__main__":
    main()
