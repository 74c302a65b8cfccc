"""A list that is read page by page while it is walked."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Generic, Protocol, Self, TypeVar


class PageRequest(Protocol):
    """A request for a page."""

    page_token: str

    def CopyFrom(self, other: Self, /) -> None:  # noqa: N802  # a method of messages
        """Become equal to *other*."""


class PageResponse(Protocol):
    """A page, and how to ask for the next one."""

    @property
    def next_page_token(self) -> str:
        """Empty on the last page."""


RequestT = TypeVar("RequestT", bound=PageRequest)
ResponseT = TypeVar("ResponseT", bound=PageResponse)
EntryT = TypeVar("EntryT")


class Listing(Generic[RequestT, ResponseT, EntryT]):
    """Everything that *request* lists; each walk over it reads anew.

    ``async for entry in listing`` gives the entries and asks for a page when it needs
    one; ``async for page in listing.pages()`` gives the answers as they are.
    """

    def __init__(
        self,
        fetch: Callable[[RequestT], Awaitable[ResponseT]],
        request: RequestT,
        entries: Callable[[ResponseT], Iterable[EntryT]],
    ) -> None:
        self._fetch = fetch
        self._request = request
        self._entries = entries

    async def __aiter__(self) -> AsyncIterator[EntryT]:
        async for page in self.pages():
            for entry in self._entries(page):
                yield entry

    async def pages(self) -> AsyncIterator[ResponseT]:
        """The pages, starting with the one that the request asks for."""
        page = await self._fetch(self._request)
        yield page
        while page.next_page_token:
            page = await self._fetch(self._after(page))
            yield page

    def _after(self, page: ResponseT) -> RequestT:
        request = type(self._request)()
        request.CopyFrom(self._request)
        request.page_token = page.next_page_token
        return request
