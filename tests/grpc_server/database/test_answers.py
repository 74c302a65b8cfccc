"""Stored answers: what makes a request idempotent."""

from datetime import timedelta

import pytest

from grpc_server.database.store import Commit, RequestKey, Store, StoredAnswer
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import NOON, change, get, head, save_and_fail

KEY = RequestKey("ada", "6f1c1d6e-0000-4000-8000-000000000001")
SAME_ID_OF_BOB = RequestKey("bob", KEY.request_id)
ANSWER = StoredAnswer(KEY, b"\0fingerprint", b"\0answer", NOON)


def test_an_answer_is_stored_with_the_write_that_it_answers(store: Store) -> None:
    with store.write() as writing:
        writing.save(Commit([change(1, pb.Item(id="vim"))], answers=[ANSWER]))
    assert _answers(store, KEY) == {KEY: ANSWER}


def test_an_answer_is_not_stored_if_its_write_fails(store: Store) -> None:
    with pytest.raises(LookupError):
        save_and_fail(store, Commit([change(1, pb.Item(id="vim"))], answers=[ANSWER]))
    assert (_answers(store, KEY), get(store, "vim")) == ({}, {})


def test_an_answer_without_a_change_takes_no_revision(store: Store) -> None:
    _save(store, ANSWER)
    assert head(store).revision == 0


def test_a_request_id_belongs_to_who_sent_it(store: Store) -> None:
    _save(store, ANSWER)
    assert _answers(store, SAME_ID_OF_BOB) == {}


def test_the_same_request_id_of_two_principals_has_two_answers(store: Store) -> None:
    other = StoredAnswer(SAME_ID_OF_BOB, b"other", b"answer", NOON)
    _save(store, ANSWER, other)
    assert _answers(store, KEY, SAME_ID_OF_BOB) == {KEY: ANSWER, SAME_ID_OF_BOB: other}


def test_a_new_answer_takes_the_place_of_the_old_one(store: Store) -> None:
    newer = StoredAnswer(KEY, b"newer", b"newer", NOON + timedelta(days=1))
    _save(store, ANSWER)
    _save(store, newer)
    assert _answers(store, KEY) == {KEY: newer}


def test_a_forgotten_answer_is_gone(store: Store) -> None:
    _save(store, ANSWER)
    with store.write() as writing:
        writing.save(Commit(forgotten=[KEY]))
    assert _answers(store, KEY) == {}


def test_answers_expire_when_their_time_has_come(store: Store) -> None:
    _save(store, ANSWER)
    with store.write() as writing:
        assert writing.expired_answers(NOON - timedelta(microseconds=1), 10) == []
        assert writing.expired_answers(NOON, 10) == [KEY]
        assert writing.expired_answers(NOON, 0) == []


def test_no_answers_are_asked_for_and_none_are_found(store: Store) -> None:
    _save(store, ANSWER)
    assert _answers(store) == {}


def _save(store: Store, *answers: StoredAnswer) -> None:
    with store.write() as writing:
        writing.save(Commit(answers=answers))


def _answers(store: Store, *keys: RequestKey) -> dict[RequestKey, StoredAnswer]:
    with store.write() as writing:
        return writing.answers(keys)
