"""Print what each attack does to others: `python -m tests.fairness [WORD ...]`.

With words, only the attacks whose names hold one of them.
"""

import sys
import time

from tests.fairness.attack import Attack
from tests.fairness.attacks import ATTACKS
from tests.fairness.service import Service, attacked_service


def main() -> None:
    """Run the attacks, each against the same service, or a new one if that has ended."""
    words = sys.argv[1:]
    chosen = [each for each in ATTACKS if not words or any(word in each.name for word in words)]
    print("| attack | spends | longest wait, ms | server, MiB | facade, MiB | failures |")
    print("|---|---|---|---|---|---|")
    for attack in chosen:
        with attacked_service() as service:
            print(_row(attack, service), flush=True)


def _row(attack: Attack, service: Service) -> str:
    sent = attack.make()
    started = time.monotonic()
    with service.observed() as findings:
        attack.send(service.target, sent)
    (found,) = findings
    longest = max(found.errands, key=lambda name: found.errands[name].longest)
    figures = (
        attack.name,
        attack.dimension,
        f"{found.longest_wait * 1000:.0f} ({longest})",
        f"{found.server_mib:.0f}",
        f"{found.facade_mib:.0f}",
        "; ".join(found.failures)[:200] or "-",
        f"{time.monotonic() - started:.1f} s",
    )
    return f"| {' | '.join(figures)} |"


if __name__ == "__main__":
    main()
