"""Probes for the readiness of the gRPC server and of the facade."""

import asyncio
from http.client import HTTPConnection, HTTPException

from grpc import StatusCode, aio
from grpc_health.v1 import health_pb2
from grpc_health.v1.health_pb2_grpc import HealthStub

from items_runtime.address import Address
from items_runtime.os_errors import in_words

PATIENCE = 1.0
"""The time, in seconds, that one probe may take."""

OK = 200


async def grpc_trouble(address: Address) -> str | None:
    """Return why the gRPC server at *address* does not serve; None if it says SERVING."""
    target = str(address.within_reach())
    async with aio.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as channel:
        try:
            answer = await HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=PATIENCE
            )
        except aio.AioRpcError as error:
            return _of_call(error)
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return None
    name = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    return f"it says {name}"


async def http_trouble(address: Address) -> str | None:
    """Return why the facade at *address* is not ready; None if ``/readyz`` answers 200."""
    return await asyncio.to_thread(_readyz, address.within_reach())


async def grpc_serves(address: Address) -> bool:
    """Return whether the gRPC server at *address* says SERVING."""
    return await grpc_trouble(address) is None


async def http_is_ready(address: Address) -> bool:
    """Return whether ``/readyz`` at *address* answers 200."""
    return await http_trouble(address) is None


def _of_call(error: aio.AioRpcError) -> str:
    if error.code() is StatusCode.DEADLINE_EXCEEDED:
        return f"no answer within {PATIENCE:g} s"
    # gRPC lists each address that it tried; the last part is the error of the system.
    return (error.details() or error.code().name).rpartition(": ")[2]


def _readyz(address: Address) -> str | None:
    connection = HTTPConnection(address.host, address.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except (OSError, HTTPException) as error:
        return in_words(error) or type(error).__name__
    finally:
        connection.close()
    return (
        None if status == OK else f"it answers {status}: the gRPC server behind it does not serve"
    )
