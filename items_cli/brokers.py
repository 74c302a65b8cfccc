"""The URLs of brokers as arguments and options of a command."""

from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from items_cli.errors import Failure
from items_events.broker_clients import check_client_libraries
from items_events.brokers.broker_url import BadUrl, BrokerUrl, publisher_url, source_url
from items_runtime.configuration.extras import MissingExtra


def sinks(values: Sequence[str]) -> list[BrokerUrl]:
    """Return the sinks that the command line names.

    Raises:
        typer.BadParameter: a URL cannot be read, or two name the same sink.
    """
    urls = [_read(publisher_url, value) for value in values]
    if len({url.name for url in urls}) < len(urls):
        raise typer.BadParameter("two URLs name the same sink; leave one out")
    return urls


def _check_sinks(values: list[str] | None) -> list[str]:
    sinks(values or [])
    return values or []


def _check_source(value: str) -> str:
    _read(source_url, value)
    return value


def _read(parse: Callable[[str], BrokerUrl], value: str) -> BrokerUrl:
    try:
        return parse(value)
    except BadUrl as error:
        raise typer.BadParameter(str(error)) from error


def check_brokers() -> None:
    """Raise Failure if the clients of the brokers are not installed."""
    try:
        check_client_libraries()
    except MissingExtra as error:
        raise Failure(str(error), exit_code=2) from error


Events = Annotated[
    list[str] | None,
    typer.Option(
        "--events",
        metavar="URL",
        envvar="ITEMS_EVENTS",
        callback=_check_sinks,
        show_default=False,
        help="The broker to publish to: amqp://, redis:// or nats://. May be repeated.",
    ),
]

SinkUrls = Annotated[
    list[str],
    typer.Argument(
        metavar="URL", envvar="ITEMS_EVENTS", callback=_check_sinks, help="The sinks to prepare."
    ),
]

SourceUrl = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        envvar="ITEMS_INGEST",
        callback=_check_source,
        help="The source of writes: amqp://HOST/?queue=NAME or redis://HOST/0?stream=NAME.",
    ),
]
