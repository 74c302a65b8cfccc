"""The page about watching over HTTP names what there is."""

from items.v1.items_routes import ROUTES
from rest_facade.answers.event_forms import RETRY_MS
from rest_facade.answers.events import BOOKMARK, COMMIT, ERROR, SNAPSHOT
from rest_facade.settings import Settings
from tests.docs.pages import page, rows

PAGE = "docs/watching-over-http.md"


def test_every_event_is_listed() -> None:
    listed = [row[0].strip("`") for row in rows(page(PAGE), "Events")]
    assert sorted(listed) == sorted((BOOKMARK, COMMIT, ERROR, SNAPSHOT))


def test_every_parameter_is_listed() -> None:
    route = next(route for route in ROUTES if route.rpc == "WatchItems")
    known = {field.alias or name for name, field in route.query_model.model_fields.items()}
    listed = {row[0].strip("`").partition("=")[0] for row in rows(page(PAGE), "Where to begin")}
    assert listed - {"nothing"} == known


def test_the_numbers_are_those_of_the_program() -> None:
    text = page(PAGE)
    assert f"retry: {RETRY_MS}\n" in text
    assert f"silent for {Settings().rest_heartbeat.seconds} seconds" in text
