"""A watch that takes nothing is cut, and no other one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from grpc_server.feed import watch_memory as room_module
from grpc_server.feed.delivery import Recipient, Send
from grpc_server.feed.stalled_watches import Stalls
from grpc_server.feed.watch_memory import ROOM_BYTES, SMALL_BYTES
from grpc_server.items.errors import WatcherTooSlow

PATIENCE = 0.05
LARGE = 2 * SMALL_BYTES


@dataclass
class Ends:
    """The *peers* whose connections were ended, and the *calls* to make when a call has ended."""

    peers: list[str] = field(default_factory=list)
    calls: list[Callable[[], None]] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def connection(self, peer: str) -> bool:
        self.peers.append(peer)
        self.happened.set()
        return True

    def call(self) -> None:
        for act in self.calls:
            act()


def make(ends: Ends | None = None, patience: float = PATIENCE) -> Stalls:
    return Stalls(patience, (ends or Ends()).connection)


async def hand_over(
    send: Send,
    messages: int,
    stalls: Stalls | None = None,
    message: bytes = b"",
    ends: Ends | None = None,
) -> None:
    """Send so many *messages*, as a watch does."""
    stalls = stalls or make()
    recipient = Recipient(send, "peer", (ends or Ends()).calls.append)
    with stalls.handing_over(recipient) as tell:
        for _ in range(messages):
            await tell(message, await stalls.room.take(len(message), "peer"))


async def never(_: bytes) -> None:
    await asyncio.get_running_loop().create_future()


async def test_who_takes_nothing_is_cut() -> None:
    with pytest.raises(WatcherTooSlow, match="the revision seen last"):
        await hand_over(never, 1)


async def test_who_takes_each_message_in_time_is_not_cut() -> None:
    async def soon(_: bytes) -> None:
        await asyncio.sleep(PATIENCE / 5)

    stalls = make()
    await hand_over(soon, 15, stalls, bytes(LARGE))
    assert stalls.room.bytes == 0


async def test_who_is_cut_disturbs_no_other() -> None:
    stalls = make()
    one, two = (asyncio.create_task(hand_over(never, 1, stalls)) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    ended = await asyncio.gather(one, two, return_exceptions=True)
    assert [type(error) for error in ended] == [asyncio.CancelledError, WatcherTooSlow]


async def test_what_stalls_later_is_cut_too() -> None:
    stalls = make()
    for _ in range(2):
        with pytest.raises(WatcherTooSlow):
            await hand_over(never, 1, stalls)


async def test_a_cut_watch_counts_until_the_transport_has_let_go_of_its_message() -> None:
    ends = Ends()
    stalls = make(ends)
    with pytest.raises(WatcherTooSlow):
        await hand_over(never, 1, stalls, bytes(LARGE), ends)
    assert (stalls.room.bytes, stalls.watched) == (LARGE, 1)
    ends.call()
    assert (stalls.room.bytes, stalls.watched) == (0, 0)


async def test_a_part_of_a_snapshot_counts_while_the_transport_holds_it_after_a_cut() -> None:
    ends = Ends()
    stalls = make(ends)
    with (
        pytest.raises(WatcherTooSlow),
        stalls.handing_over(Recipient(never, "peer", ends.calls.append)) as tell,
    ):
        await tell(bytes(LARGE))
    assert stalls.room.bytes == LARGE


async def test_a_connection_ends_that_goes_on_to_take_the_room_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room_module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(room_module, "LENIENCE", 0.02)
    ends = Ends()
    stalls = make(ends, patience=60)
    ending = asyncio.create_task(hand_over(never, 1, stalls, bytes(ROOM_BYTES), ends))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(stalls.room.take(ROOM_BYTES, "other"))
    async with asyncio.timeout(5):
        with pytest.raises(WatcherTooSlow):
            await ending
        await ends.happened.wait()
    assert set(ends.peers) == {"peer"}
    assert not waiting.done()
    ends.call()
    assert (await waiting).peer == "other"
