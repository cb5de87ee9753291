"""The assistant by mouse and keyboard: two clicks, slips, pickers, files dropped on the letter box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.usecases.remember_layout import remember_layout
from tests.e2e.stories_parts import WALK_IN, last_mail

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import JSHandle, Page

    from backend.ports import Services
    from tests.e2e.storyteller import Cashier

pytestmark = [pytest.mark.chromium, pytest.mark.wkhtmltopdf]

DROPPED = """files => {
  const carried = new DataTransfer();
  for (const [name, text] of files) carried.items.add(new File([text], name));
  return carried;
}"""


def open_assistant(cashier: Cashier, number: str) -> Page:
    page = cashier.page
    page.goto(f"{page.url.partition('/tickets')[0].rstrip('/')}/tickets/{number}")
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator("#sending-form").wait_for()
    return page


def drop(page: Page, files: list[tuple[str, str]]) -> None:
    carried: JSHandle = page.evaluate_handle(DROPPED, [list(file) for file in files])
    page.dispatch_event(".drop-zone", "dragover", {"dataTransfer": carried})
    assert page.locator(".drop-zone.over").count() == 1
    page.dispatch_event(".drop-zone", "drop", {"dataTransfer": carried})


def test_with_always_this_layout_a_known_customers_ticket_takes_two_clicks(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    remember_layout("C1", "80mm", school, always=True)
    page.goto(page.url + "tickets/C1-4")
    page.locator("img.paper-picture").wait_for()
    cashier.press("send_by_mail")
    page.locator(".envelope").wait_for()
    cashier.press("send")
    page.wait_for_url("**/tickets/C1-4")
    page.locator(".toast", has_text="C1-4").wait_for()
    cashier.reports("known customer, always this layout")
    assert cashier.clicks == 2
    assert last_mail(school) == (("compta@atelier-duval.example",), ["C1-4-BRICO.pdf"])


def test_a_walk_in_takes_three_clicks_and_the_address(cashier: Cashier, school: Services) -> None:
    page = open_assistant(cashier, "C1-3")
    cashier.type(WALK_IN)
    cashier.press("send")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text="C1-3").wait_for()
    cashier.reports("walk-in")
    assert cashier.clicks == 3
    assert last_mail(school)[0] == (WALK_IN,)


def test_a_slip_is_corrected_by_one_click_while_the_field_still_holds_it(cashier: Cashier, school: Services) -> None:
    page = open_assistant(cashier, "C1-3")
    cashier.type("lou@gmial.com")
    page.locator(".slip-note", has_text="lou@gmail.com").wait_for()
    cashier.click(".slip-note button[name=correct]")
    page.locator(".chip", has_text="lou@gmail.com").wait_for()
    assert page.locator(".chip").count() == 1
    assert page.locator("#to").input_value() == ""
    cashier.press("send")
    page.locator(".toast", has_text="C1-3").wait_for()
    assert last_mail(school)[0] == ("lou@gmail.com",)


def test_a_slip_typed_in_haste_is_shown_first_and_kept_by_the_second_press(cashier: Cashier, school: Services) -> None:
    page = open_assistant(cashier, "C1-3")
    cashier.type("lou@gmial.com")
    cashier.key("Control+Enter")
    page.locator(".slip-note").wait_for()
    page.locator("input[name=seen]").wait_for(state="attached")
    cashier.key("Control+Enter")
    page.locator(".toast", has_text="C1-3").wait_for()
    assert last_mail(school)[0] == ("lou@gmial.com",)


def test_all_three_addresses_of_a_customer_are_picked_by_keyboard(cashier: Cashier, school: Services) -> None:
    page = open_assistant(cashier, "C1-3")
    cashier.key("F4")
    page.locator("#addresses").wait_for()
    cashier.type("duv")
    page.locator("#addresses-rows tbody tr").nth(1).wait_for(state="detached")
    page.locator("#addresses label:has(input[value=all])").click()
    page.locator("#addresses td.taken").nth(2).wait_for()
    page.locator("#addresses [type=search]").focus()
    cashier.key("ArrowDown")
    assert page.evaluate("document.activeElement.name") == "customer"
    cashier.key("Enter")
    page.locator("#addresses").wait_for(state="detached")
    page.locator(".chip").nth(2).wait_for()
    cashier.key("Control+Enter")
    page.locator(".toast", has_text="C1-3").wait_for()
    cashier.reports("picker, all three")
    names = ("compta", "atelier", "julien")
    assert last_mail(school)[0] == tuple(f"{name}@atelier-duval.example" for name in names)


def test_a_picked_address_takes_the_place_of_what_stood_there(cashier: Cashier) -> None:
    page = open_assistant(cashier, "C1-4")
    cashier.key("F8")
    page.locator("#addresses").wait_for()
    cashier.type("julien")
    page.locator("#addresses-rows tbody tr").nth(1).wait_for(state="detached")
    cashier.click("#addresses button[value=replace]")
    page.locator("#addresses").wait_for(state="detached")
    page.locator(".chip", has_text="julien@").wait_for()
    assert page.locator(".chip").count() == 1


def test_two_files_dropped_on_the_letter_box_go_with_the_mail(cashier: Cashier, school: Services) -> None:
    page = open_assistant(cashier, "C1-4")
    drop(page, [("garantie.txt", "deux ans"), ("plan.txt", "ici")])
    page.locator(".files li").nth(2).wait_for()
    assert page.locator(".files li").first.locator("button[hx-delete]").count() == 0, "the PDF can't be taken out"
    cashier.press("reset")
    page.locator(".files li").nth(1).wait_for(state="detached")
    assert cashier.button("reset").is_disabled()
    drop(page, [("garantie.txt", "deux ans"), ("plan.txt", "ici")])
    page.locator(".files li").nth(2).wait_for()
    cashier.press("send")
    page.locator(".toast", has_text="C1-4").wait_for()
    assert last_mail(school)[1] == ["C1-4-BRICO.pdf", "garantie.txt", "plan.txt"]


def test_a_file_of_30_mb_is_refused_before_it_leaves_and_nothing_typed_is_lost(
    cashier: Cashier, school: Services, tmp_path: Path
) -> None:
    page = open_assistant(cashier, "C1-4")
    page.locator("#subject").fill("Votre ticket et un film")
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(30_000_000))
    page.locator("#files").set_input_files(film)
    page.locator(".field-note.bad", has_text="film.mp4").wait_for()
    assert page.locator(".files li").count() == 1
    cashier.press("send")
    page.locator(".toast", has_text="C1-4").wait_for()
    assert last_mail(school)[1] == ["C1-4-BRICO.pdf"]
