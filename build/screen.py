"""A page whose picture is taken (screens.py) and which is examined (tests/e2e/test_screens.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


@dataclass(frozen=True)
class Screen:
    """A page of one of SHOPS, what is done on it before its picture, and what puts it right afterwards."""

    name: str
    path: str
    act: Callable[[Page], object] | None = None
    undo: Callable[[Page], object] | None = None
    shop: str = "training"
    signs_in: bool = True


def refused(page: Page) -> None:
    """Send the form as it stands, and wait until something in it has to be mended."""
    page.locator("form .primary, .primary[form]").last.click()
    page.locator("[aria-invalid=true]").first.wait_for()


def settle(page: Page) -> None:
    """Wait until fonts and exchanged blocks are there."""
    page.evaluate("document.fonts.ready")
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def drawn(page: Page) -> None:
    """Wait for the picture of the paper."""
    page.locator("img.paper-picture").first.wait_for()
