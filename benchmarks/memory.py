"""Memory: what the processes of the service weigh, and whether gets leave anything behind."""

from collections.abc import Callable, Iterable

from benchmarks.example import SEED
from benchmarks.load.generator import Generate
from benchmarks.load.load import Door, Limit, Load, Operation
from benchmarks.rounds import AMPLE
from benchmarks.servers.process import Server
from benchmarks.servers.subjects import Service

MEGABYTE = 1_000_000

LEGS = 10
"""After how many parts the memory is read, so that one sees whether it still grows."""

IN_FLIGHT = 64


def weigh(servers: Iterable[Server]) -> dict[str, float]:
    """Megabytes resident of each server, by its name."""
    return {server.name: server.memory / MEGABYTE for server in servers}


def describe_weights(weights: dict[str, float]) -> str:
    """The weights for people."""
    return ", ".join(f"{name} {megabytes:.0f} MB" for name, megabytes in weights.items())


def many_gets(
    generate: Generate, service: Service, gets: int, known: int, report: Callable[[str], None]
) -> dict[str, float]:
    """Get *gets* times an item, one half through each door; returns the weights after it."""
    _create(generate, service, known)
    report(f"before: {describe_weights(weigh(service.servers))}")
    for leg in range(1, LEGS + 1):
        door = (Door.REST, Door.GRPC)[leg % 2]
        address = (service.rest if door is Door.REST else service.grpc).address
        limit = Limit(AMPLE, gets // LEGS)
        sample = generate(Load(door, Operation.GET, address, IN_FLIGHT, limit, SEED, known))
        report(
            f"{leg * gets // LEGS:>9,} gets: {describe_weights(weigh(service.servers))}"
            f" ({door} {sample.rate:,.0f}/s)"
        )
    return weigh(service.servers)


def _create(generate: Generate, service: Service, known: int) -> None:
    limit = Limit(AMPLE, known)
    generate(Load(Door.REST, Operation.CREATE, service.rest.address, 8, limit, SEED))
