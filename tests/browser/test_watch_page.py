"""The page that follows the items, in a real browser: what it shows, and what it survives."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.service import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEEN = "entries => entries.map(entry => Number(entry.dataset.revision)).reverse()"
"""The revisions on the page, in the order in which they came."""


async def watch(page: Page, service: Service, query: str = "") -> None:
    """Open the page, and wait until it follows."""
    await page.goto(service.url(f"/watch{query}"))
    await is_live(page)


async def is_live(page: Page) -> None:
    await expect(page.locator("#state")).to_have_text("live")


async def shows(page: Page, revision: int) -> None:
    await expect(page.locator(f'[data-revision="{revision}"]')).to_be_visible()


async def seen(page: Page) -> list[int]:
    found: list[int] = await page.locator("[data-revision]").evaluate_all(SEEN)
    return found


async def test_the_page_shows_what_happens_as_it_happens(page: Page, service: Service) -> None:
    await watch(page, service)
    revision = await service.put("new", "New", actor="alice")
    await shows(page, revision)
    entry = page.locator(f'[data-revision="{revision}"]')
    await expect(entry).to_contain_text("created")
    await expect(entry).to_contain_text("alice")
    await expect(entry.locator("code")).to_have_text("new")
    await expect(page.locator("#revision")).to_have_text(str(revision))


async def test_an_entry_opens_to_show_what_was_and_what_is(page: Page, service: Service) -> None:
    await service.put("vim", "Vim", tier="tin")
    await watch(page, service)
    await shows(page, await service.put("vim", "Vim 9", tier="gold"))
    await expect(page.locator(".what")).to_have_text("name, labels.tier")
    await page.locator("summary").click()
    row = page.locator("tr", has_text="labels.tier")
    await expect(row.locator("del")).to_have_text("tin")
    await expect(row.locator("ins")).to_have_text("gold")


async def test_the_address_says_which_items_and_from_where(page: Page, service: Service) -> None:
    first = await service.put("vim", "Vim", tier="gold")
    await service.put("ed", f"ed {first}")
    last = await service.put("vim", "Vim")
    await watch(page, service, f"?filter=labels.tier%3Dgold&fromRevision={first - 1}")
    await shows(page, last)
    assert await seen(page) == [first, last]
    await expect(page.locator(".view").first).to_have_text("matches no longer")


async def test_the_form_leads_to_such_an_address(page: Page, service: Service) -> None:
    await service.put("vim", "Vim")
    await watch(page, service)
    await page.get_by_label("Filter").fill("name:vim")
    await page.get_by_role("button", name="Watch").click()
    await page.wait_for_url("**/watch?filter=name%3Avim")
    await is_live(page)


async def test_a_paused_page_misses_nothing(page: Page, service: Service) -> None:
    await watch(page, service)
    await page.get_by_role("button", name="Pause").click()
    revisions = [await service.put("vim", f"Vim {number}") for number in range(3)]
    await page.get_by_role("button", name="Resume (3)").click()
    await shows(page, revisions[-1])
    assert await seen(page) == revisions


async def test_what_items_say_is_shown_and_never_run(page: Page, service: Service) -> None:
    name = "<img src=x onerror=document.title='run'><script>document.title='run'</script>"
    await watch(page, service)
    await shows(page, await service.put("evil", name))
    await page.locator("summary").click()
    await expect(page.locator(".name")).to_have_text(name)
    assert await page.title() == "Items, live"
    assert await page.locator("main img, main script").count() == 0


async def test_the_page_asks_nobody_but_its_own_origin(page: Page, service: Service) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    await watch(page, service)
    assert len(asked) >= 4
    assert all(url.startswith((service.url("/"), "data:")) for url in asked)


LOSSES: dict[str, Callable[[Service], None]] = {
    "the facade is killed": Service.kill_facade,
    "the facade drains": Service.drain_facade,
    "the server is killed": Service.kill_server,
    "the server drains": Service.drain_server,
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
async def test_the_page_goes_on_by_itself_without_a_gap(
    page: Page, service: Service, lose: Callable[[Service], None]
) -> None:
    await watch(page, service)
    before = await service.put("a", "before")
    await shows(page, before)
    writing = asyncio.ensure_future(write(service, 20))
    await asyncio.to_thread(lose, service)
    await expect(page.locator("#state")).to_have_text("reconnecting")
    await asyncio.to_thread(service.start)
    await writing
    await shows(page, await service.put("a", "after"))
    await is_live(page)
    assert await seen(page) == [before, *await service.history(after=before)]


COLLECT = """() => {
    window.ids = [];
    const source = new EventSource("v1/items:watch");
    source.addEventListener("commit", (event) => ids.push(Number(event.lastEventId)));
    return new Promise((begun) => source.addEventListener("bookmark", begun, { once: true }));
}"""
"""A page that does no more than to listen."""


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
async def test_an_event_source_alone_goes_on_without_a_gap(
    page: Page, service: Service, lose: Callable[[Service], None]
) -> None:
    await page.goto(service.url("/watch"))
    await page.evaluate(COLLECT)
    before = await service.put("a", "heard")
    await asyncio.to_thread(lose, service)
    for _ in range(2):
        await page.wait_for_event("request", asks_for_events)
    await asyncio.to_thread(service.start)
    after = await service.put("a", "heard again")
    await page.wait_for_function("revision => ids.includes(revision)", arg=after)
    assert await page.evaluate("ids") == [before, *await service.history(after=before)]


def asks_for_events(request: Request) -> bool:
    return "items:watch" in request.url


async def write(service: Service, count: int) -> None:
    """Write while the service comes and goes; each write waits for a server."""
    for number in range(count):
        await service.put("busy", f"number {number}")


async def test_a_server_that_is_away_for_long_is_waited_for(page: Page, service: Service) -> None:
    """The browser asks again and again, also when it is told in between that nobody is there."""
    await watch(page, service)
    before = await service.put("a", "long before")
    await shows(page, before)
    await asyncio.to_thread(service.kill_server)
    for _ in range(3):
        await page.wait_for_event("request", asks_for_events)
    await asyncio.to_thread(service.start)
    await shows(page, await service.put("a", "long after"))
    assert await seen(page) == [before, *await service.history(after=before)]


async def test_a_page_that_is_opened_too_early_begins_when_the_server_does(
    page: Page, service: Service
) -> None:
    await asyncio.to_thread(service.kill_server)
    await page.goto(service.url("/watch"))
    await expect(page.locator("#state")).to_have_text("reconnecting")
    await asyncio.to_thread(service.start)
    await is_live(page)
    await shows(page, await service.put("a", "early"))


async def test_a_page_whose_store_is_lost_stops_and_says_so(page: Page, service: Service) -> None:
    await watch(page, service)
    await shows(page, await service.put("a", "lost"))
    await asyncio.to_thread(service.kill_server)
    service.lose_the_store()
    await asyncio.to_thread(service.start)
    await expect(page.locator("#state")).to_have_text("stopped")
    await page.get_by_role("link", name="Watch from now on").click()
    await is_live(page)
