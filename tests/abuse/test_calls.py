"""Calls that are in a hurry, that are given up, or that come all at once."""

import grpc
import pytest

from items.v1 import items_pb2 as pb
from tests.abuse.client import METHODS, Client, answer_of
from tests.abuse.requests import valid_request
from tests.processes import ServerProcess

FUTURE = 2**62
"""A revision that is never reached."""


def create(item_id: str) -> pb.CreateItemRequest:
    return pb.CreateItemRequest(item=pb.Item(id=item_id, name="A"))


@pytest.mark.parametrize("method", METHODS)
def test_a_call_whose_deadline_has_passed_ends_with_deadline_exceeded(
    client: Client, method: str
) -> None:
    assert client.call(method, valid_request(method), timeout=-1).code == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize("timeout", [0, 1e-9, 1e-4, 1e-3, 3e-3])
@pytest.mark.parametrize("method", METHODS)
def test_a_call_with_hardly_any_time_is_answered(
    client: Client, method: str, timeout: float
) -> None:
    for _ in range(10):
        client.call(method, valid_request(method), timeout=timeout)


@pytest.mark.parametrize("timeout", [1e6, 1e9])
def test_a_call_with_all_the_time_in_the_world_is_answered(client: Client, timeout: float) -> None:
    answer = client.call("ListItems", pb.ListItemsRequest(), timeout=timeout)
    assert answer.code == "OK"


def test_a_read_of_a_revision_that_never_comes_ends(client: Client) -> None:
    for request in (
        pb.GetItemRequest(id="a", min_revision=FUTURE),
        pb.ListItemsRequest(min_revision=FUTURE),
        pb.BatchGetItemsRequest(ids=["a"], min_revision=FUTURE),
    ):
        method = request.DESCRIPTOR.name.removesuffix("Request")
        assert client.call(method, request).reason == "REVISION_NOT_REACHED"


def test_writes_that_are_given_up_are_done_or_not_done(client: Client) -> None:
    ids = [f"given-up-{number}" for number in range(500)]
    calls = [client.start("CreateItem", create(item_id)) for item_id in ids]
    for call in calls[::2]:
        call.cancel()
    assert {answer_of(call).code for call in calls[1::2]} == {"OK"}
    found = client.call("BatchGetItems", pb.BatchGetItemsRequest(ids=ids))
    answer = pb.BatchGetItemsResponse.FromString(found.body)
    assert {item.id for item in answer.items} >= set(ids[1::2])
    assert {item.id for item in answer.items} | set(answer.missing_ids) == set(ids)


def test_reads_that_wait_and_are_given_up_do_not_matter(client: Client) -> None:
    request = pb.GetItemRequest(id="a", min_revision=FUTURE)
    for call in [client.start("GetItem", request) for _ in range(500)]:
        call.cancel()
    assert client.call("ListItems", pb.ListItemsRequest()).code == "OK"


def test_clients_that_go_away_in_the_midst_of_calls_do_not_matter(server: ServerProcess) -> None:
    for number in range(20):
        channel = grpc.insecure_channel(
            server.address, options=(("grpc.use_local_subchannel_pool", 1),)
        )
        leaving = Client(channel)
        for place in range(20):
            leaving.start("CreateItem", create(f"left-{number}-{place}"))
            leaving.start("ListItems", pb.ListItemsRequest(filter='"A"'))
        channel.close()


def test_a_thousand_calls_at_once_are_all_answered(client: Client) -> None:
    writes = [client.start("CreateItem", create(f"crowd-{number}")) for number in range(500)]
    reads = [client.start("GetItem", pb.GetItemRequest(id="unharmed")) for _ in range(250)]
    lists = [client.start("ListItems", pb.ListItemsRequest(page_size=5)) for _ in range(250)]
    assert {answer_of(call).code for call in (*writes, *reads, *lists)} == {"OK"}
    revisions = [pb.Item.FromString(call.result()).revision for call in writes]
    assert len(set(revisions)) == 500


def test_the_largest_batches_keep_other_calls_waiting_for_a_moment_only(client: Client) -> None:
    labels = {f"key-{number}": "v" * 20 for number in range(64)}
    writes = [
        pb.ItemWrite(
            replace=pb.ReplaceItemRequest(item=pb.Item(id=f"b-{n}", name="B", labels=labels))
        )
        for n in range(1000)
    ]
    batch = pb.BatchWriteItemsRequest(writes=writes, allow_partial=True)
    calls = [client.start("BatchWriteItems", batch, timeout=30) for _ in range(3)]
    assert client.call("GetItem", pb.GetItemRequest(id="nothing"), timeout=5).code == "NOT_FOUND"
    assert {answer_of(call).code for call in calls} == {"OK"}
