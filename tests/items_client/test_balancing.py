"""What an operator may write as the place of the service, and what gRPC makes of it."""

import pytest

from items_runtime.balancing import balanced, grpc_target


@pytest.mark.parametrize(
    ("upstream", "target", "is_balanced"),
    [
        ("127.0.0.1:50051", "127.0.0.1:50051", False),
        ("items:50051", "items:50051", False),
        ("unix:/run/items.sock", "unix:/run/items.sock", False),
        ("dns:///items:50051", "dns:///items:50051", True),
        ("10.0.0.1:1,10.0.0.2:2", "ipv4:10.0.0.1:1,10.0.0.2:2", True),
        ("localhost:1, localhost:2", "ipv4:127.0.0.1:1,127.0.0.1:2", True),
        ("[::1]:1,[::2]:2", "ipv6:[::1]:1,[::2]:2", True),
        ("ipv4:10.0.0.1:1,10.0.0.2:2", "ipv4:10.0.0.1:1,10.0.0.2:2", True),
    ],
)
def test_a_list_is_balanced(upstream: str, target: str, *, is_balanced: bool) -> None:
    assert grpc_target(upstream) == target
    assert bool(balanced(target, ())) is is_balanced


@pytest.mark.parametrize(
    ("upstream", "said"),
    [("a:1,b:2", "dns:///NAME:PORT"), ("10.0.0.1:1,[::1]:2", "not of both")],
)
def test_a_list_that_grpc_cannot_balance_is_refused_with_what_to_write(
    upstream: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        grpc_target(upstream)
