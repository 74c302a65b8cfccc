"""The pages in a real browser: nothing fails, nothing comes from elsewhere, all fits."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, expect

from tests.browser.service import Service

pytestmark = pytest.mark.asyncio(loop_scope="session")

OWN_PAGES = ("/", "/errors", "/watch")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}

BACKGROUND = "() => getComputedStyle(document.documentElement).backgroundColor"
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest_asyncio.fixture(loop_scope="session")
async def complaints(page: Page, service: Service) -> AsyncIterator[list[str]]:
    """What the browser complains of while a test runs, and what it asks of others."""
    found: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            found.append(message.text)

    def see(request: Request) -> None:
        if not is_ours(request.url, service):
            found.append(request.url)

    page.on("console", hear)
    page.on("request", see)
    page.on("requestfailed", lambda request: found.append(f"failed: {request.url}"))
    yield found


def is_ours(url: str, service: Service) -> bool:
    """Whether the facade serves *url*, or the page itself has made it."""
    return url.startswith((service.url("/"), "data:", "blob:"))


async def opened(page: Page, service: Service, path: str) -> None:
    """Open *path*, and wait until it shows what it is about."""
    await page.goto(service.url(path))
    marks = {
        "/watch": "#state[data-state=live]",
        "/docs": "text=CreateItem",
        "/redoc": "text=batch",
    }
    await expect(page.locator(marks.get(path, "h1")).first).to_be_visible()


@pytest.mark.parametrize("path", [*OWN_PAGES, "/docs"])
async def test_a_page_loads_from_here_alone_and_without_complaints(
    page: Page, service: Service, complaints: list[str], path: str
) -> None:
    await opened(page, service, path)
    assert complaints == []


async def test_redoc_gets_nothing_from_elsewhere(page: Page, service: Service) -> None:
    """It asks for the logo of its makers; the policy of the page refuses that."""
    answered: list[str] = []
    page.on("response", lambda response: answered.append(response.url))
    await opened(page, service, "/redoc")
    assert answered
    assert [url for url in answered if not is_ours(url, service)] == []


@pytest.mark.parametrize("path", OWN_PAGES)
async def test_the_links_of_a_page_lead_to_pages(page: Page, service: Service, path: str) -> None:
    await opened(page, service, path)
    links = await page.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert links
    for link in set(links):
        assert (await page.request.get(link)).ok, link


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", OWN_PAGES)
async def test_a_page_is_as_wide_as_the_screen(
    page: Page, service: Service, path: str, size: dict[str, int]
) -> None:
    await page.set_viewport_size({"width": size["width"], "height": size["height"]})
    await opened(page, service, path)
    assert await page.evaluate(OVERFLOW) <= 0


@pytest.mark.parametrize("path", [*OWN_PAGES, "/docs"])
async def test_a_page_is_dark_where_the_reader_wants_it(
    browser: Browser, service: Service, path: str
) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = await browser.new_page(color_scheme=scheme)
        await page.goto(service.url(path))
        seen[scheme] = await page.evaluate(BACKGROUND)
        await page.close()
    assert seen["dark"] != seen["light"]


async def test_the_type_of_a_problem_leads_to_its_row(page: Page, service: Service) -> None:
    problem = await (await page.request.get(service.url("/v1/items/nope"))).json()
    await page.goto(service.url(problem["type"]))
    row = page.locator("tr:target")
    await expect(row).to_contain_text(problem["reason"])
    await expect(row).to_be_in_viewport()


async def test_an_example_of_the_documentation_can_be_sent(page: Page, service: Service) -> None:
    await opened(page, service, "/docs")
    await page.locator("#operations-items-CreateItem").click()
    await page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table tbody .response-col_status").first
    await expect(answer).to_contain_text("201")
