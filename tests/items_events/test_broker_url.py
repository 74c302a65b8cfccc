"""The URLs of brokers: what they mean, and that no secret leaves them."""

import pytest

from items_events.brokers.broker_url import BadUrl, publisher_url, source_url

NAMES = {
    "redis://h": "redis://h:6379/0?stream=items",
    "redis://user:secret@H:1/3?stream=s&maxlen=9": "redis://h:1/3?stream=s",
    "rediss://:secret@h?cafile=/ca.pem": "rediss://h:6379/0?stream=items",
    "amqp://user:secret@h": "amqp://h:5672/?exchange=items",
    "amqp://h/%2F": "amqp://h:5672/?exchange=items",
    "amqp://h/vhost?exchange=e&queue=q&label=section": "amqp://h:5672/vhost?exchange=e",
    "amqps://[::1]/a%2Fb": "amqps://[::1]:5671/a%2Fb?exchange=items",
    "nats://h": "nats://h:4222?stream=ITEMS",
    "tls://h:1?stream=S&prefix=a.b": "tls://h:1?stream=S&prefix=a.b",
}


@pytest.mark.parametrize("url", NAMES)
def test_the_name_of_a_sink_is_its_place_without_secrets(url: str) -> None:
    assert publisher_url(url).name == NAMES[url]


@pytest.mark.parametrize("url", NAMES)
def test_the_name_of_a_sink_is_a_url_of_the_same_sink(url: str) -> None:
    name = publisher_url(url).name
    assert publisher_url(name).name == name


def test_user_and_password_are_decoded() -> None:
    url = publisher_url("amqp://us%20er:p%40ss%2F@h")
    assert (url.user, url.password) == ("us er", "p@ss/")


BAD = {
    "http://h": "must begin with one of amqp, amqps, redis, rediss, nats, tls, not 'http'",
    "": "must begin with one of",
    "redis": "must begin with one of",
    "redis://": "names no host",
    "redis://h:port": "an invalid host or port",
    "redis://h:99999": "an invalid host or port",
    "redis://[::1": "an invalid host or port",
    "redis://h/db": "has a path that",
    "redis://h/-1": "has a path that",
    "nats://h/x": "has a path that",
    "redis://h?strem=x": "no option 'strem'; did you mean stream?",
    "redis://h?exchange=x": "no option 'exchange'; it has maxlen, stream",
    "redis://h?stream=": "sets stream to ''",
    "redis://h?stream=a&stream=b": "sets an option twice",
    "redis://h?maxlen=0": "sets maxlen to '0', which is not a number above 0",
    "redis://h?maxlen=many": "which is not a number above 0",
    "redis://h?cafile=/ca.pem": "no option 'cafile'",
    "redis://h#x": "a fragment",
    "amqp://h?exchange=amq.topic": "sets exchange to 'amq.topic'",
    "amqp://h?label=No%20Label": "which is not the key of a label",
    "nats://h?stream=a.b": "sets stream to 'a.b'",
    "nats://h?prefix=a.>": "which is not words separated by dots",
    "redis://h\n": "characters that a URL cannot hold",
    "redis://h?stream=ü": "characters that a URL cannot hold",
    "redis://" + "h" * 600: "more than 512 characters",
}


@pytest.mark.parametrize("url", BAD)
def test_a_bad_url_is_refused_with_what_is_wrong(url: str) -> None:
    with pytest.raises(BadUrl) as refused:
        publisher_url(url)
    assert BAD[url] in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://:hush/hush@h",
        "redis://:hush#hush@h",
        "redis://:hush?hush@h",
        "redis://:hush:hush@h:x",
        "redis://:hush@h/hush@/x",
        "amqp://u:hush@h?nothing=1",
    ],
)
def test_a_refusal_does_not_tell_the_password(url: str) -> None:
    with pytest.raises(BadUrl) as refused:
        publisher_url(url)
    assert "hush" not in str(refused.value)


def test_nats_is_no_source_of_writes() -> None:
    with pytest.raises(
        BadUrl, match="must begin with one of amqp, amqps, redis, rediss, not 'nats'"
    ):
        source_url("nats://h")
