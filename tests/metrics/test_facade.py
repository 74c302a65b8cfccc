"""Each figure of the facade changes when it should."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.writing import create
from tests.metrics.conftest import ANYWHERE
from tests.metrics.scraping import Scrape, scraped, scraped_once
from tests.processes import FacadeProcess, ServerProcess

ITEM = "/v1/items/{id}"
ITEMS = "items.v1.ItemService"

Start = Callable[..., FacadeProcess]


@pytest.fixture
def start_facade(folder: Path) -> Iterator[Start]:
    """Starts a facade with the settings that it is given, in front of the server in *folder*."""
    with ExitStack() as stack:

        def started(**settings: str) -> FacadeProcess:
            process = FacadeProcess(f"unix:{folder}/grpc.sock", rest_metrics=ANYWHERE, **settings)
            stack.enter_context(process)
            process.wait_until_serving()
            return process

        yield started


@pytest.fixture
def facade(server: ServerProcess, start_facade: Start) -> FacadeProcess:
    """A facade in front of a server that serves."""
    assert server.is_running
    return start_facade()


@pytest.fixture
async def rest(facade: FacadeProcess) -> AsyncIterator[httpx.AsyncClient]:
    """A client of that facade."""
    async with httpx.AsyncClient(base_url=facade.url(), timeout=30) as client:
        yield client


def requests(scrape: Scrape, route: str, status: str, method: str = "GET") -> float:
    return scrape.value("http_requests_total", route=route, status=status, method=method)


def calls(scrape: Scrape, method: str, code: str) -> float:
    return scrape.value(
        "grpc_client_handled_total", grpc_service=ITEMS, grpc_method=method, grpc_code=code
    )


async def test_requests_count_under_their_route_method_and_class_of_status(
    facade: FacadeProcess, rest: httpx.AsyncClient, items: ItemServiceStub
) -> None:
    await create(items, "a")
    for name in ("a", "a", "b"):
        await rest.get(f"/v1/items/{name}")
    await rest.delete("/v1/items/a")
    scrape = await scraped(facade)
    assert requests(scrape, ITEM, "2xx") == 2
    assert requests(scrape, ITEM, "4xx") == 1
    assert requests(scrape, ITEM, "2xx", "DELETE") == 1
    assert scrape.value("http_request_duration_seconds_count", route=ITEM, method="GET") == 3


async def test_what_clients_think_of_makes_no_series_of_its_own(
    facade: FacadeProcess, rest: httpx.AsyncClient
) -> None:
    for number in range(5):
        await rest.get(f"/guess/{number}")
    await rest.request("PROPFIND", "/v1/items")
    scrape = await scraped(facade)
    assert requests(scrape, "other", "4xx") == 5
    assert requests(scrape, "/v1/items", "4xx", "other") == 1
    assert scrape.total("http_requests_total") == 6


async def test_a_page_counts_under_its_path(facade: FacadeProcess, rest: httpx.AsyncClient) -> None:
    await rest.get("/readyz")
    assert requests(await scraped(facade), "/readyz", "2xx") == 1


async def test_calls_to_the_item_service_count(
    facade: FacadeProcess, rest: httpx.AsyncClient
) -> None:
    await rest.get("/v1/items")
    await rest.get("/v1/items", params={"filter": "nonsense ="})
    scrape = await scraped(facade)
    assert calls(scrape, "ListItems", "OK") == 1
    assert calls(scrape, "ListItems", "INVALID_ARGUMENT") == 1
    labels = {"grpc_service": ITEMS, "grpc_method": "ListItems"}
    assert scrape.value("grpc_client_handling_seconds_count", **labels) == 2


async def test_a_server_that_is_away_counts(start_facade: Start) -> None:
    facade = start_facade()
    async with httpx.AsyncClient(base_url=facade.url(), timeout=30) as rest:
        assert (await rest.get("/v1/items")).status_code == 503
    scrape = await scraped(facade)
    assert requests(scrape, "/v1/items", "5xx") == 1
    assert calls(scrape, "ListItems", "UNAVAILABLE") == 1


async def test_calls_that_go_together_count_as_one_batch(
    facade: FacadeProcess, rest: httpx.AsyncClient, items: ItemServiceStub
) -> None:
    await create(items, "a")
    await asyncio.gather(*(rest.get("/v1/items/a") for _ in range(50)))
    scrape = await scraped(facade)
    assert scrape.value("items_batch_calls_sum", queue="reads") == 50
    batches = scrape.value("items_batch_calls_count", queue="reads")
    assert batches == calls(scrape, "BatchGetItems", "OK")
    assert batches < 50
    assert scrape.value("items_waiting_calls", queue="reads") == 0


async def test_calls_that_are_refused_because_too_many_wait_count(
    server: ServerProcess, start_facade: Start
) -> None:
    assert server.is_running
    facade = start_facade(rest_max_waiting="1", rest_batch_calls="1")
    async with httpx.AsyncClient(base_url=facade.url(), timeout=30) as rest:
        answers = await asyncio.gather(*(rest.get("/v1/items/a") for _ in range(50)))
    refused = [answer.status_code for answer in answers].count(429)
    assert refused > 0
    assert (await scraped(facade)).value("items_overload_refusals_total", queue="reads") == refused


async def test_a_stream_is_under_way_until_its_reader_leaves(
    facade: FacadeProcess, rest: httpx.AsyncClient
) -> None:
    async with rest.stream("GET", "/v1/items:watch") as answer:
        assert answer.status_code == 200
        scrape = await scraped(facade)
        assert scrape.value("http_requests_in_flight") == 1
        assert scrape.value("items_upstream_streams") == 1
        assert requests(scrape, "/v1/items:watch", "2xx") == 1
    await scraped_once(
        facade,
        lambda seen: (
            not seen.value("items_upstream_streams") and not seen.value("http_requests_in_flight")
        ),
    )
