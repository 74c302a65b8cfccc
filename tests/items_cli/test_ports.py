import socket

import pytest

from items_cli.errors import Failure
from items_cli.processes.ports import claimed
from items_runtime.address import Address


def listen(address: Address) -> socket.socket:
    return socket.create_server((address.host, address.port))


def test_a_server_can_listen_on_what_is_claimed() -> None:
    with claimed(Address("127.0.0.1", 0), "--grpc") as address, listen(address) as server:
        assert server.getsockname()[1] == address.port


def test_a_port_that_is_listened_on_cannot_be_claimed() -> None:
    with listen(Address("127.0.0.1", 0)) as server:
        taken = Address("127.0.0.1", server.getsockname()[1])
        with (
            pytest.raises(Failure, match=f"cannot listen on {taken}: another program"),
            claimed(taken, "--http"),
        ):
            raise AssertionError("claimed what was taken")


def test_an_address_of_another_machine_cannot_be_claimed() -> None:
    with (
        pytest.raises(Failure, match="this machine does not have that address"),
        claimed(Address("192.0.2.1", 0), "--http"),
    ):
        raise AssertionError("claimed an address of the documentation")
