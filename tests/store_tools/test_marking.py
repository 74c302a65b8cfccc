"""Marking what other means have put back: a dump, a moment in the log, a snapshot of a disk."""

from datetime import timedelta

import pytest

from grpc_server.database.errors import StoreLocked, StoreUnsupported
from grpc_server.database.store import LostRevisions
from grpc_server.database.store_url import is_postgresql
from store_tools.restore import mark
from tests.grpc_server.database.histories import NOON, add, head
from tests.store_tools.made import make_store
from tests.store_tools.schemas import VIM, make_old_store, opened
from tests.store_tools.test_doctor import examined, said

NOW = NOON + timedelta(seconds=9)


def test_a_store_that_was_put_back_goes_on_beyond_what_was_lost(url: str) -> None:
    make_store(url)
    before, lost = mark(url, NOW)
    assert (before.revision, lost) == (8, LostRevisions(9, 2_000_008))
    assert said(examined(url, NOW).findings) == []
    with opened(url) as store:
        assert head(store).lost == (lost,)
        assert [each.revision for each in add(store, VIM)] == [2_000_009]


def test_a_store_that_servers_use_is_not_marked(url: str) -> None:
    make_store(url)
    with opened(url) as store:
        with pytest.raises(StoreLocked, match=r"in use by process|servers have \d+ conn"):
            mark(url, NOW)
        assert head(store).revision == 8


def test_a_server_is_noticed_whatever_its_sessions_are_called(url: str) -> None:
    make_store(url)
    named = f"{url}{'&' if '?' in url else '?'}application_name=mine"
    with (
        opened(named if is_postgresql(url) else url),
        pytest.raises(StoreLocked, match=r"in use by process|servers have \d+ conn"),
    ):
        mark(url, NOW)


def test_a_store_of_an_older_schema_is_migrated_first(url: str) -> None:
    make_old_store(url, "0002", VIM)
    with pytest.raises(StoreUnsupported, match="items migrate apply"):
        mark(url, NOW)
