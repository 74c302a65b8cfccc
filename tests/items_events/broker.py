"""A broker as the suite sees it: broken in every way, and read."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tests.items_events.proxy import Proxy


@dataclass(frozen=True)
class Seen:
    """A message of a broker: the attributes of its event, its data, how it was routed.

    *headers* are all that the broker has beside the data, as it has them.
    """

    attributes: Mapping[str, str]
    data: bytes
    headers: Mapping[str, str]
    key: str = ""

    @property
    def id(self) -> str:
        return self.attributes["id"]

    @property
    def place(self) -> tuple[int, int]:
        """The revision and the ordinal."""
        _, revision, ordinal = self.id.rsplit("/", 2)
        return int(revision), int(ordinal)


class Broker(ABC):
    """A broker behind a proxy. What it is restarted with, it has kept."""

    name: ClassVar[str]

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy

    @abstractmethod
    def url(self, **options: str) -> str:
        """Of a sink that nobody else uses, through the proxy."""

    @abstractmethod
    async def messages(self) -> Sequence[Seen]:
        """Everything that was published, in the order of the broker."""

    @abstractmethod
    async def forget(self) -> None:
        """Lose everything that was published, as a broker may."""

    @abstractmethod
    async def refuse(self, revision: int) -> None:
        """Take no event of *revision*, if its item is large and in the section `refused`."""

    async def stop(self) -> None:
        """Be gone, without a good-bye."""
        await self.proxy.refuse()

    async def start(self) -> None:
        """Be there again."""
        await self.proxy.accept()

    def freeze(self) -> None:
        """Hold every connection, and do nothing."""
        self.proxy.freeze()

    def thaw(self) -> None:
        """Go on."""
        self.proxy.thaw()
