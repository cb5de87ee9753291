"""A live shop in the training mode over real stores, and Chromium's pages that came in; the base of all stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from flask import Response, request
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from backend.bootstrap import open_services
from backend.desktop.server import LocalServer
from backend.web.create_app import create_app
from backend.web.launch import Session, Sessions
from shown_shop import browser

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from backend.ports import Services
    from tests.e2e.sender_setting import Setting

ADMINISTRATOR, CASHIER = "DUPOND", "MOREAU"  # of the sample shop
WINDOW = ViewportSize(width=1366, height=768)


@dataclass(frozen=True)
class Answer:
    """What was asked, where from, and with what status it was answered."""

    method: str
    path: str
    origin: str
    status: int


@dataclass
class LiveShop:
    """Services, pages and server of a running shop, and everything it answered."""

    services: Services
    app: Flask
    server: LocalServer
    answers: list[Answer] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.server.launch.origin

    def session_of(self, context: BrowserContext) -> Session:
        """Return the session of a browser that came in."""
        name = f"s{self.server.launch.port}"
        secret = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == name)
        sessions: Sessions = self.app.extensions["facteur.sessions"]
        session = sessions.find(secret)
        assert session is not None
        return session


@dataclass
class Visit:
    """A page of Chromium in a context of its own, and what the browser complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("chromium")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveShop]:
    with open_services(tmp_path_factory.mktemp("shop"), training=True) as services:
        server = LocalServer()
        shop = LiveShop(services, create_app(services, launch=server.launch), server)

        def note(response: Response) -> Response:
            origin = request.headers.get("Origin", "")
            shop.answers.append(Answer(request.method, request.path, origin, response.status_code))
            return response

        shop.app.after_request(note)
        server.start(shop.app)
        yield shop
        server.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a browser for the tests of one file: two Playwrights at a time in one thread do not get along."""
    with browser() as started:
        yield started


@pytest.fixture
def visit(live: LiveShop, chromium: Browser) -> Iterator[Callable[[str], Visit]]:
    """Give a function that comes in as a user ("" for nobody); what the browser complains about fails the test."""
    visits: list[Visit] = []
    with ExitStack() as stack:

        def come_in(user: str = "") -> Visit:
            context = stack.enter_context(chromium.new_context(viewport=WINDOW, locale="fr-FR"))
            visit = Visit(context.new_page())
            visits.append(visit)
            visit.page.on("console", lambda message: _note(visit, message))
            visit.page.on("pageerror", lambda error: visit.complaints.append(f"error: {error}"))
            visit.page.goto(live.server.launch.new_url())
            if user:
                live.session_of(context).user = user
            return visit

        yield come_in
        assert [complaint for visit in visits for complaint in visit.complaints] == []


@pytest.fixture
def page(visit: Callable[[str], Visit], live: LiveShop) -> Page:
    """Give the home page, signed in as the cashier of the sample shop."""
    page = visit(CASHIER).page
    page.goto(f"{live.origin}/")
    return page


def _note(visit: Visit, message: ConsoleMessage) -> None:
    # A refused form or a page that is not there is an answer, and no complaint.
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        visit.complaints.append(f"{message.text} ({visit.page.url})")


@pytest.fixture(params=["fr", "en"])
def setting(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Setting]:
    """Open the sender page of a shop with nothing set up."""
    from tests.e2e.sender_setting import sender_setting  # it builds on this module

    with sender_setting(str(request.param), chromium, tmp_path) as opened:
        yield opened
