"""The numbers that pages state are those of the program."""

import json
import tomllib

import pytest
from buf.validate import validate_pb2
from buf.validate.validate_pb2 import FieldRules
from google.protobuf.descriptor import Descriptor

from grpc_server.database import retries
from grpc_server.database.postgresql import engines
from grpc_server.database.sql import skipped_revisions
from grpc_server.feed import hub, messages
from grpc_server.filters import filters, orders, tokens
from grpc_server.history import compaction
from grpc_server.items import attributes, page_size
from grpc_server.reads import gets, page_tokens, replica
from grpc_server.reads.reader import CONNECTIONS
from grpc_server.serving.interceptors import elements
from grpc_server.serving.metrics import state
from grpc_server.settings import Settings
from grpc_server.sinks import leases
from grpc_server.writes import loading, write_queue
from items.v1 import items_pb2 as pb
from items_cli.processes import supervisor
from items_client.channel import MIB, OPTIONS
from items_events.ingest import problems
from items_events.publishers import nats_jetstream, rabbitmq
from items_protojson.parsing import document
from items_runtime import balancing
from rest_facade.main import OPERATIONS
from store_tools import migration
from store_tools.doctor import expiry, findings
from tests.docs.pages import page, rows

README, FILTERS, OPERATIONS_PAGE = "README.md", "docs/filters.md", "docs/operations.md"
GROUP_COMMIT = "docs/adr/0003-group-commit.md"
RUNS = "docs/adr/0006-runs-of-revisions.md"
SLIM_ROUTES = "docs/adr/0008-slim-routes.md"
MIGRATIONS = "docs/adr/0011-migrations-are-asked-for.md"
RESTORED = "docs/adr/0012-restored-stores-go-on-beyond.md"
SENT_AGAIN = "docs/adr/0013-what-is-sent-again.md"
READS = "docs/adr/0015-reads-have-lanes-deadlines-and-budgets.md"
EVENTS, WATCHING = "docs/events.md", "docs/watching.md"

WORDS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen"),
)

_SERVICE = json.loads(balancing._SERVICE_CONFIG)
_RETRIES = _SERVICE["methodConfig"][0]["retryPolicy"]
_BALANCED = dict(balancing._OPTIONS)
_READERS = CONNECTIONS + 1 + 1
"""What `grpc_server.main` opens: for reads, for what follows other replicas, for gets."""

_GRPC = Settings()


def seconds(milliseconds: object) -> int:
    return int(str(milliseconds)) // 1000


STATED = (
    (FILTERS, "A filter has at most {} characters", filters.MAX_CHARACTERS),
    (FILTERS, "and {} conditions", tokens.MAX_TERMS),
    (FILTERS, "nest at most {} deep", tokens.MAX_DEPTH),
    (FILTERS, "at most {} levels into the attributes", attributes.MAX_DEPTH),
    (FILTERS, "at most {} fields and", orders.MAX_KEYS),
    (FILTERS, "and {} characters;", orders.MAX_CHARACTERS),
    (FILTERS, "at most {} characters long", page_tokens.MAX_CHARACTERS),
    (FILTERS, "a page has at most {} items", orders.MAX_SORTED),
    (READS, "share {} MiB a query", gets.MAX_BYTES // MIB),
    (READS, "by itself with {} MiB", gets.MAX_BYTES_ALONE // MIB),
    (READS, "load {} MiB of items", loading.MAX_LOADED_BYTES // MIB),
    (READS, "Requests of {} MiB of each size wait", write_queue.MAX_WAITING_BYTES // MIB),
    (READS, "opens {} connections", 1 + _READERS + 2),
    (GROUP_COMMIT, "({} writes, unless", write_queue.MAX_BATCH),
    (GROUP_COMMIT, "({:,} writes, then", write_queue.MAX_WAITING),
    (RUNS, "ends at {} revisions", hub.RUN),
    (RUNS, "or {} KiB", messages.RUN_BYTES // 1024),
    (
        RUNS,
        "takes {} MiB",
        dict(OPTIONS)["grpc.max_receive_message_length"] // MIB,
    ),
    (SLIM_ROUTES, "whose {} operations", WORDS[len(OPERATIONS)]),
    (MIGRATIONS, "with its {:g} seconds", supervisor.STARTUP),
    (SENT_AGAIN, "{} times at most", WORDS[_RETRIES["maxAttempts"] - 1]),
    (
        SENT_AGAIN,
        "in {} are sent again",
        " or ".join(_RETRIES["retryableStatusCodes"]),
    ),
    (
        SENT_AGAIN,
        "and {} more have",
        _SERVICE["retryThrottling"]["maxTokens"] // 2,
    ),
    (
        SENT_AGAIN,
        "pinged after {} seconds",
        seconds(_BALANCED["grpc.keepalive_time_ms"]),
    ),
    (
        SENT_AGAIN,
        "given up {} seconds later",
        seconds(_BALANCED["grpc.keepalive_timeout_ms"]),
    ),
    (
        SENT_AGAIN,
        "deadline of {} seconds",
        _GRPC.grpc_default_deadline.seconds,
    ),
    (EVENTS, "({:g} minutes)", nats_jetstream.DUPLICATE_WINDOW / 60),
    (EVENTS, "at most {} KiB", problems.MAX_BYTES // 1024),
    (EVENTS, "ready {} seconds after", WORDS[int(rabbitmq.QUEUE_DURABLE_AFTER)]),
    (WATCHING, "nothing for {} seconds", _GRPC.watch_stall_timeout.seconds),
    (OPERATIONS_PAGE, "commits of about {} changes", compaction.BATCH),
    (OPERATIONS_PAGE, "({} days by default)", _GRPC.history_sink_bound.days),
    (OPERATIONS_PAGE, "on PostgreSQL {} or newer", engines.MINIMUM_VERSION // 10_000),
    (OPERATIONS_PAGE, "at most {} connections", 1 + _READERS + 2),
    (OPERATIONS_PAGE, "one that writes, {} that read", WORDS[_READERS]),
    (OPERATIONS_PAGE, "restarts within {:g} seconds", retries.BUDGET_SECONDS),
    (OPERATIONS_PAGE, "asked every {:g} seconds", replica.LOOK_SECONDS),
    (OPERATIONS_PAGE, "{} of a kind at most", findings.MOST),
    (OPERATIONS_PAGE, "kept for {} years", WORDS[expiry.FAR.days // 365]),
    (OPERATIONS_PAGE, "does not answer within {:g} seconds", state.PATIENCE),
    (OPERATIONS_PAGE, "tries again, for {:g} seconds", migration.PATIENCE_SECONDS),
    (RESTORED, "only the {:,} are left out", skipped_revisions._MORE),
    ("docs/errors.md", "The store has {} sinks", leases.MAX_SINKS),
)


@pytest.mark.parametrize(("name", "phrase", "value"), STATED)
def test_a_number_is_that_of_the_program(name: str, phrase: str, value: object) -> None:
    assert phrase.format(value) in page(name)


def rule(message: Descriptor, field: str) -> FieldRules:
    """What the contract says of the field."""
    return message.fields_by_name[field].GetOptions().Extensions[validate_pb2.field]


def test_limits_are_those_of_the_contract_and_the_code() -> None:
    item = pb.Item.DESCRIPTOR
    labels = rule(item, "labels").map
    (most,) = {
        rule(pb.BatchGetItemsRequest.DESCRIPTOR, "ids").repeated.max_items,
        rule(pb.BatchWriteItemsRequest.DESCRIPTOR, "writes").repeated.max_items,
    }
    assert "{0,126}" in rule(item, "id").string.pattern  # and one at either end
    assert "{0,61}" in labels.keys.string.pattern
    expected = {
        "id": "128 of `a-z 0-9 . _ -`, beginning and ending with a letter or digit",
        "name, description": f"{rule(item, 'name').string.max_len}"
        f" and {rule(item, 'description').string.max_len} characters",
        "labels": f"{labels.max_pairs}; keys of 63 characters,"
        f" values of {labels.values.string.max_len}",
        "attributes": f"{attributes.MAX_BYTES // 1024} KiB, {attributes.MAX_DEPTH} deep,"
        " no NUL characters; [numbers](docs/errors.md#numbers) are doubles, and no whole"
        " number is rounded in silence",
        "page": f"{page_size.MAX_PAGE_SIZE} items",
        "batch": f"{most} reads, of {page_size.MAX_ANSWER_BYTES // MIB} MiB of items together;"
        f" {most} writes, to {loading.MAX_LOADED_BYTES // MIB} MiB of items together",
        "request": f"{_GRPC.grpc_max_message_bytes // MIB} MiB (a setting),"
        f" with at most {elements.MAX_ELEMENTS:,} list elements and map entries; in JSON,"
        f" {document.MAX_ELEMENTS:,} keys and list elements",
        "filter": f"{filters.MAX_CHARACTERS} characters, {tokens.MAX_TERMS} conditions",
    }
    listed = dict(rows(page(README), "Limits"))
    assert {name: listed[name] for name in expected} == expected


def test_the_readme_lists_every_extra() -> None:
    project = tomllib.loads(page("pyproject.toml"))["project"]
    listed = [row[0].strip("`") for row in rows(page(README), "Install")]
    assert listed == sorted(project["optional-dependencies"])
    assert f"pip install '{project['name']}[" in page(README)
