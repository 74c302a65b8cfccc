"""How much memory a process holds, as Linux counts it."""

import re
from pathlib import Path

MIB = 1024 * 1024


class Resident:
    """The resident memory of the process *pid*, in MiB, since it was last forgotten."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    def forget_peak(self) -> None:
        """Let the peak be what is resident now (proc_pid_clear_refs(5))."""
        (self._folder / "clear_refs").write_text("5")

    def peak(self) -> float:
        """Return the most that was resident at any time."""
        return self._kib("VmHWM") / 1024

    def _kib(self, name: str) -> int:
        found = re.search(
            rf"^{name}:\s+(\d+) kB$", (self._folder / "status").read_text(), re.MULTILINE
        )
        assert found is not None
        return int(found[1])
