"""What people do in the training mode, from the first click to the mail, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.bootstrap import open_services
from shown_shop import running_app
from tests.e2e.stories_parts import WALK_IN, last_mail
from tests.e2e.storyteller import Cashier

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from backend.ports import Services

pytestmark = [pytest.mark.chromium, pytest.mark.wkhtmltopdf]


def test_from_the_first_start_to_the_first_mail_takes_less_than_a_minute(
    page: Page, language: str, school: Services, tmp_path: Path
) -> None:
    with (
        open_services(tmp_path / "new", training=False) as new_shop,
        running_app(new_shop, language, lambda: school) as new_url,
    ):
        page.goto(new_url())
        person = Cashier(page, language)
        person.click(".school button")
        page.locator(".training-banner").wait_for()
        person.click(".rows .row-link")
        person.press("send_by_mail")
        person.click("dialog .choice")
        page.locator("#to").wait_for()
        if not page.locator(".chip").count():
            person.type(WALK_IN)
        person.press("send")
        page.locator(".toast").wait_for()
        person.reports("first start to first mail")
        assert person.seconds < 60
        assert person.clicks <= 5
        person.press("mailbox")
        page.locator(".mails li").first.wait_for()


def test_a_ticket_is_rung_up_recorded_and_mailed_to_a_walk_in(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    page.goto(page.url + "till/")
    cashier.type("3700000000011")  # the scanner: no field has the focus
    page.keyboard.press("Enter")
    page.locator("#line-1").wait_for()
    cashier.click(page.locator(".tile", has_text="Guide"))
    page.locator("#line-2").wait_for()
    cashier.click("#pay-1")
    page.locator("#pay-1[aria-pressed=true]").wait_for()
    cashier.key("F9")
    page.wait_for_url("**/till/recorded/C1-5")
    assert page.evaluate("document.activeElement.textContent").strip()[:6] in {"Aucun ", "No tic"}
    cashier.key("E")
    page.locator("dialog .choice").first.wait_for()
    cashier.key("Enter")
    page.wait_for_url("**/sending/*")
    assert page.evaluate("document.activeElement.id") == "to"
    cashier.type(WALK_IN)
    cashier.key("Control+Enter")
    page.wait_for_url("**/till/")
    page.locator(".toast", has_text="C1-5").wait_for()
    cashier.reports("ticket entry to mail, by keyboard")
    assert last_mail(school) == ((WALK_IN,), ["C1-5-BRICO.pdf"])


def test_a_consulted_ticket_of_a_known_customer_is_mailed_in_three_clicks(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    page.goto(page.url + "tickets/C1-4")
    page.locator("img.paper-picture").wait_for()
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator(".envelope").wait_for()
    cashier.press("send")
    page.wait_for_url("**/tickets/C1-4")
    page.locator(".toast", has_text="C1-4").wait_for()
    cashier.reports("consulted ticket to mail")
    assert cashier.clicks == 3
    assert last_mail(school) == (("compta@atelier-duval.example",), ["C1-4-BRICO.pdf"])
    assert page.locator(".badge.ok").count() >= 1


def test_addresses_become_chips_and_only_good_ones_leave(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    page.goto(page.url + "tickets/C1-4")
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator("#to").click()
    cashier.type(f"{WALK_IN};")
    page.locator(".chip", has_text=WALK_IN).wait_for()
    cashier.type("julien@")
    page.locator(".envelope", has_text="julien@").wait_for()  # read back while it is typed
    cashier.key("Enter")
    page.locator(".chip.bad").wait_for()
    page.locator(".field-note.bad").wait_for()
    with page.expect_response("**/send") as refused:
        cashier.key("Control+Enter")
    assert refused.value.status == 422
    cashier.key("Backspace")
    page.locator(".chip.bad").wait_for(state="detached")
    cashier.type("julien@atelier-duval.example")
    cashier.key("Control+Enter")
    page.locator(".toast", has_text="C1-4").wait_for()
    assert last_mail(school)[0] == ("compta@atelier-duval.example", WALK_IN, "julien@atelier-duval.example")


def test_no_walk_in_address_stands_in_an_address_or_a_store_of_the_browser(cashier: Cashier) -> None:
    page = cashier.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page.url + "tickets/C1-3")
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator("#to").wait_for()
    cashier.type(WALK_IN)
    page.locator("#subject").focus()
    page.locator(".chip").wait_for()
    page.reload()
    page.locator(".chip", has_text=WALK_IN).wait_for()
    cashier.press("send")
    page.locator(".toast").wait_for()
    assert [url for url in asked if "martel" in url or "nulle-part" in url] == []
    assert "martel" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")
