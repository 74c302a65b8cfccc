"""How to tell that a part of the service answers."""

import asyncio
from http.client import HTTPConnection, HTTPException

from grpc import aio
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from items_cli.address import Address

PATIENCE = 1.0
"""Seconds that one question may take."""


async def grpc_serves(address: Address) -> bool:
    """Whether the gRPC server at *address* says SERVING."""
    target = str(address.within_reach())
    async with aio.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            answer = await HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=PATIENCE
            )
        except aio.AioRpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def http_is_ready(address: Address) -> bool:
    """Whether ``/readyz`` at *address* answers 200."""
    return await asyncio.to_thread(_readyz, address.within_reach())


def _readyz(address: Address) -> bool:
    connection = HTTPConnection(address.host, address.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200  # noqa: PLR2004  # OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
