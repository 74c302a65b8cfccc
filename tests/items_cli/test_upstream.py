"""Which service the commands use, if variables name it."""

from tests.items_cli.program import items, start

NOWHERE = "127.0.0.1:1"
ELSEWHERE = {"ITEMS_GRPC": "127.0.0.1:2"}
"""Where a server on this machine would listen, as an image says it for all processes."""


async def test_commands_use_the_upstream(service: str) -> None:
    outcome = await items("list", env={**ELSEWHERE, "ITEMS_UPSTREAM": service})
    assert (outcome.code, outcome.err) == (0, "")


async def test_a_relay_uses_the_upstream() -> None:
    variables = {"ITEMS_UPSTREAM": NOWHERE, "ITEMS_EVENTS": "nats://127.0.0.1:1?stream=items"}
    process = await start("relay", env={**ELSEWHERE, **variables})
    assert process.stderr is not None
    async for line in process.stderr:
        if b'"relaying"' in line:
            break
    assert f'"upstream":"{NOWHERE}"'.encode() in line
    process.kill()
    await process.communicate()
