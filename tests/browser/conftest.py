"""A real browser, and a real service of two processes that can be killed."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.service import Service
from tests.needs import chromium, needs

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
"""What a browser in a container needs, and nothing that talks to anybody but us."""


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of the package."""
    needs("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="package")
def shared_service() -> Iterator[Service]:
    """The service that the tests of the package share: it takes seconds to start."""
    needs("chromium")
    with tempfile.TemporaryDirectory(prefix="items-") as path, Service(Path(path)) as service:
        yield service


@pytest.fixture
def service(shared_service: Service) -> Service:
    """A running service, whatever the test before did to it."""
    shared_service.start()
    return shared_service


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A new tab, in which no script may fail."""
    failures: list[str] = []
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    await context.close()
    assert not failures
