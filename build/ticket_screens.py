"""Tickets as they are found, shown, closed and verified; the practice mailbox, for build/screens.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from screen import Screen, drawn

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _drawn_on_a4(page: Page) -> None:
    drawn(page)
    page.locator("select[name=layout]").select_option("a4")
    page.locator("img.paper-picture:not(.torn)").wait_for()


def _check_itself(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "C1-4-BRICO.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 of somebody else"}
    )
    page.locator(".banner").wait_for()


def _ask_to_close(page: Page) -> None:
    page.locator(".card .button", has_text=re.compile("Clôturer|Close")).first.click()
    page.locator("dialog[open]").wait_for()


def _keys_layer(page: Page) -> None:
    drawn(page)
    page.keyboard.press("?")
    page.locator("#keys-dialog[open]").wait_for()


TICKET_SCREENS = (
    Screen("tickets-empty", "/tickets/", shop="started"),
    Screen("tickets", "/tickets/", drawn),
    Screen("ticket-a4", "/tickets/C1-4", _drawn_on_a4),
    Screen("tickets-found", "/tickets/?text=duval&period=month", drawn),
    Screen("tickets-none", "/tickets/?text=zzzz&period=days&from_day=2026-01-01&to_day=2026-01-31"),
    Screen("mailbox", "/practice-mailbox/"),
    Screen("mailbox-pdf", "/practice-mailbox/1?attachment=1", drawn),
    Screen("verify", "/verify/"),
    Screen("verify-unknown", "/verify/", _check_itself),
    Screen("keys-layer", "/tickets/", _keys_layer),
    Screen("closings", "/closings/"),
    Screen("closings-question", "/closings/", _ask_to_close),
    Screen("closing-reading", "/closings/C1/now"),
    Screen("closings-law", "/closings/law"),
    Screen("not-found", "/tickets/C1-999"),
)
