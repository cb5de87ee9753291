"""A shop's pages served, and Chromium in front of them, for pictures and tests."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sample_shops import PASSWORD
from screen import Screen, settle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from backend.ports import Services


@contextmanager
def running_app(
    services: Services, language: str, open_training: Callable[[], Services]
) -> Iterator[Callable[[], str]]:
    """Serve the pages of a shop; yields what makes an address that lets one browser in."""
    from backend.desktop.server import LocalServer
    from backend.web.create_app import create_app

    server = LocalServer()
    server.start(create_app(services, language=language, launch=server.launch, open_training=open_training))
    try:
        yield server.launch.new_url
    finally:
        server.stop(0.5)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, without its sandbox where root would not get one."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield started
        started.close()


def enter(page: Page, url: str, screen: Screen) -> None:
    """Come in, sign in where the page needs somebody, and go to the page."""
    page.goto(url)
    base = url.partition("/enter")[0]
    if screen.signs_in:
        _sign_in(page, screen.shop)
    page.goto(base + screen.path)
    settle(page)
    if screen.act:
        screen.act(page)
        settle(page)


def _sign_in(page: Page, shop: str) -> None:
    if shop == "training":
        page.locator(".people .row-link", has_text="DUPOND").click()
    else:
        page.locator(".people .row-link", has_text="Martin").click()
        page.locator("[name=password]").fill(PASSWORD)
        page.locator(".primary").click()
    page.locator(".side-user, [name=passphrase]").first.wait_for(state="attached")
