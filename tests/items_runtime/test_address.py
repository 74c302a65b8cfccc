import pytest

from items_runtime.address import Address, BadAddress


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:50051", Address("127.0.0.1", 50051)),
        ("localhost:0", Address("localhost", 0)),
        ("[::1]:8000", Address("::1", 8000)),
    ],
)
def test_an_address_is_read_and_written(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text",
    ["", "8000", ":8000", "localhost", "localhost:", "::1:80", "http://localhost:80", "a b:1"],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadAddress, match="is not HOST:PORT, such as"):
        Address.parse(text)


def test_a_port_beyond_the_last_one_is_refused() -> None:
    with pytest.raises(BadAddress, match="65535"):
        Address.parse("localhost:65536")


@pytest.mark.parametrize(
    ("everywhere", "here"),
    [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80")],
)
def test_every_interface_is_reached_over_the_loopback(everywhere: str, here: str) -> None:
    assert str(Address.parse(everywhere).within_reach()) == here


def test_the_zone_of_an_ipv6_address_is_a_part_of_its_host() -> None:
    assert Address.parse("[fe80::1%eth0]:80") == Address("fe80::1%eth0", 80)
