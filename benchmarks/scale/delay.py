"""A way to PostgreSQL that is longer: `python -m benchmarks.scale.delay ADDRESS SOCKET SECONDS`.

What is said either way arrives half of so many seconds later, in its order. It takes some
of a processor, and is therefore for delays beside which that is little.
"""

import asyncio
import sys

import uvloop

from items_runtime.address import Address

_CHUNK = 2**20


async def main(address: str, socket: str, seconds: float) -> None:
    """Listen on *address*, and pass on what is said to the server that listens on *socket*."""
    place = Address.parse(address)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, asking = await asyncio.open_unix_connection(socket)
        await asyncio.gather(
            _pass_on(reader, asking, seconds / 2), _pass_on(answers, writer, seconds / 2)
        )

    async with await asyncio.start_server(connected, place.host, place.port) as server:
        await server.serve_forever()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    while said := await reader.read(_CHUNK):
        loop.call_later(seconds, writer.write, said)
    loop.call_later(seconds, writer.close)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
