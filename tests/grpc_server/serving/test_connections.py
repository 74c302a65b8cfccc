"""A connection is ended by the name that gRPC has for its peer, and no other is."""

import asyncio
import socket

import pytest

from grpc_server.serving.connections import cut


def named(client: socket.socket) -> str:
    """The peer as gRPC names it."""
    host, port, *_ = client.getsockname()
    return f"ipv6:%5B{host}%5D:{port}" if ":" in host else f"ipv4:{host}:{port}"


@pytest.mark.parametrize(
    ("family", "listens", "connects"),
    [
        (socket.AF_INET, "127.0.0.1", "127.0.0.1"),
        (socket.AF_INET6, "::1", "::1"),
        (socket.AF_INET6, "::", "127.0.0.1"),
    ],
)
def test_the_connection_of_a_peer_ends_and_no_other(
    family: socket.AddressFamily, listens: str, connects: str
) -> None:
    with socket.create_server((listens, 0), family=family, dualstack_ipv6=listens == "::") as here:
        address = connects, here.getsockname()[1]
        with socket.create_connection(address) as one, socket.create_connection(address) as other:
            accepted = [here.accept()[0], here.accept()[0]]
            assert cut(named(one))
            assert one.recv(1) == b""
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                other.recv(1)
            for each in accepted:
                each.close()


@pytest.mark.parametrize(
    "peer", ["", "unix:", "unix:/tmp/x", "ipv4:127.0.0.1:1", "ipv6:%5B::1%5D:1"]
)
async def test_who_cannot_be_found_is_left_alone(peer: str) -> None:
    assert not await asyncio.to_thread(cut, peer)
