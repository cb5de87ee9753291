"""The pages around selling and sending: till, assistant with what can go wrong, sender settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import FilePayload

from sample_shops import CLOSED, DOWN, DRAFT, FAILED, HANDED, PARTIAL, UNKNOWN, WAITING
from screen import Screen, refused

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _ring_up(page: Page) -> None:
    for label, total in (("Perceuse", "89,90"), ("Vis à bois", "96,40"), ("Peinture", "130,40"), ("Guide", "145,30")):
        page.locator(".tile", has_text=label).click()
        page.locator(".figure", has_text=_in_language(page, total)).wait_for()
    page.locator("#line-3").click()
    page.locator("tr[aria-current]", has=page.locator("#line-3")).wait_for()
    _press(page, "#pay-1")
    page.locator("[name=amount-1]").fill("100")
    _press(page, "#pay-2")


def _in_language(page: Page, amount: str) -> str:
    return amount if page.locator("html[lang=fr]").count() else amount.replace(",", ".")


def _press(page: Page, button: str, *, pressed: str = "true") -> None:
    page.locator(button).click()
    page.locator(f"{button}[aria-pressed={pressed}]").wait_for()


def _not_paid(page: Page) -> None:
    _ring_up(page)
    for button in ("#pay-1", "#pay-2"):
        _press(page, button, pressed="false")
    page.locator("#record").click()
    page.locator(".sum .bad").wait_for()


def _no_such_quantity(page: Page) -> None:
    _ring_up(page)
    page.locator("#quantity").fill("zwei")
    page.locator("#quantity").blur()
    page.locator(".line-note .bad").wait_for()


def _ask_for_discount(page: Page) -> None:
    _ring_up(page)
    page.locator("#line-discount").click()
    page.locator("dialog[open]").wait_for()


def _paid_in_cash(page: Page) -> None:
    page.locator(".tile").first.click()
    page.locator("[aria-pressed=false]:has-text('Esp'), [aria-pressed=false]:has-text('Cash')").first.click()
    page.locator("[name=quick]").first.wait_for()


def _emptied(page: Page) -> None:
    """Leave no ticket under work: the pages come in any order, and a user's ticket is kept."""
    page.goto(page.url.split("/till")[0] + "/till/?ask=cancel")
    page.locator("dialog .danger").click()
    page.locator("dialog").wait_for(state="detached")


def _ask_for_layout(page: Page) -> None:
    page.locator(".handover .primary").click()
    page.locator("dialog[open]").wait_for()


def _two_addresses(page: Page) -> None:
    if page.locator(".chip.bad").count() == 0:
        page.locator("#to").fill("julien@atelier-duval.example;julien@;")
        page.locator(".chip.bad").wait_for()


def _a_slip(page: Page) -> None:
    if page.locator(".slip-note").count() == 0:
        page.locator("#to").fill("duval.exemple@gmial.com;")
        page.locator(".slip-note").wait_for()


def _add_files(page: Page) -> None:
    if page.locator(".files li").count() < 3:
        warranty = FilePayload(name="Garantie perceuse.pdf", mimeType="application/pdf", buffer=bytes(412_000))
        program = FilePayload(name="pilote.exe", mimeType="application/octet-stream", buffer=bytes(38_000))
        page.locator("#files").set_input_files([warranty, program])
        page.locator(".files li").nth(2).wait_for()
    page.locator(".drop-zone").scroll_into_view_if_needed()


def _notice(page: Page) -> None:
    page.locator("aside a[hx-get]").click()
    page.locator("#notice").wait_for()


def _pick(page: Page) -> None:
    page.locator("#sending-form .button-row .button").first.click()
    page.locator("#addresses-rows").wait_for()


def _read_back(page: Page) -> None:
    page.locator("aside .field-head .button").click()
    page.locator("dialog[open]").wait_for()


def _test(page: Page) -> None:
    page.locator("button[type=submit].primary").click()
    page.locator(".badge.ok, .badge.bad").last.wait_for()
    page.locator(".banner.ok, .banner.bad").wait_for()


SENDING_SCREENS = (
    Screen("till-empty", "/till/?family=Peinture", shop="failing"),
    Screen("till", "/till/", _ring_up, undo=_emptied),
    Screen("till-quantity-refused", "/till/", _no_such_quantity, undo=_emptied),
    Screen("till-not-paid", "/till/", _not_paid, undo=_emptied),
    Screen("till-cash", "/till/", _paid_in_cash, undo=_emptied),
    Screen("till-free-line", "/till/?ask=free"),
    Screen("till-free-line-refused", "/till/?ask=free", refused),
    Screen("till-customer", "/till/?ask=customer"),
    Screen("till-place", "/till/?ask=place"),
    Screen("till-discount", "/till/", _ask_for_discount, undo=_emptied),
    Screen("till-new", "/till/", shop="started"),
    Screen("till-recorded", "/till/recorded/C1-4"),
    Screen("layouts", "/till/recorded/C1-2", _ask_for_layout),
    Screen("sending", f"/sending/{DRAFT}"),
    Screen("sending-refused", f"/sending/{DRAFT}", _two_addresses),
    Screen("sending-slip", f"/sending/{DRAFT}", _a_slip),
    Screen("sending-files", f"/sending/{DRAFT}", _add_files),
    Screen("sending-notice", f"/sending/{DRAFT}", _notice),
    Screen("notice", "/notice/"),
    Screen("attachments-limit", "/attachments/limit"),
    Screen("addresses", f"/sending/{DRAFT}", _pick),
    Screen("addresses-contacts", f"/addresses/{DRAFT}/contacts"),
    Screen("addresses-none", f"/addresses/{DRAFT}/customers?text=zzz"),
    Screen("sending-read-back", f"/sending/{DRAFT}", _read_back),
    Screen("sendings", "/outbox/", shop="failing"),
    Screen("sendings-none", "/outbox/", shop="started"),
    Screen("sending-failed", f"/sending/{FAILED}", shop="failing"),
    Screen("sending-down", f"/sending/{DOWN}", shop="failing"),
    Screen("sending-waiting", f"/sending/{WAITING}", shop="failing"),
    Screen("sending-handed-over", f"/sending/{HANDED}", shop="failing"),
    Screen("sendings-cancel", f"/outbox/{WAITING}/drop", shop="failing"),
    Screen("sendings-paused", "/outbox/", shop="closed"),
    Screen("sending-partial", f"/sending/{PARTIAL}", shop="failing"),
    Screen("sending-unknown", f"/sending/{UNKNOWN}", shop="failing"),
    Screen("sender-settings", "/sender-settings/", shop="started"),
    Screen("sender-settings-refused", "/sender-settings/", refused, shop="started"),
    Screen("sender-settings-tested", "/sender-settings/", _test),
    Screen("sender-settings-failed", f"/sender-settings/?after=/sending/{FAILED}", _test, shop="failing"),
    Screen("sending-closed", f"/sending/{CLOSED}", shop="closed"),
)
