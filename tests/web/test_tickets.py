"""The ticket list, its search and pages, and the ticket beside it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.domain.pdf_settings import PdfFailure
from backend.domain.shop import PrinterKind
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from backend.web.ticket_search import TicketSearch
from tests.builders import NOON, a_credit, a_journal_entry, a_line, a_ticket, a_till
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

HOSTILE = '<img src=x onerror=alert(1)>" hx-get="/x" {{7*7}}'


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.shop.save(tills=[a_till("C1")])
    for days_ago, customer, price in (
        (9, "Atelier Duval", 14840),
        (1, "DIVERS", 1290),
        (0, "Mairie de Longvic", 41070),
    ):
        line = a_line(price=price)
        shop.tickets.record(
            a_ticket(lines=[line], customer_name=customer, issued_at=NOON - timedelta(days=days_ago, hours=1))
        )
    return create_app(shop, launch=launch, language="en")


def _numbers(page: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>(C1-\d+)</a>', page)


def test_tickets_stand_newest_first_under_their_days(cashier: Visitor) -> None:
    page = cashier.get("/tickets/").text
    assert _numbers(page) == ["C1-3", "C1-2", "C1-1"]
    days = re.findall(r'scope="rowgroup"[^>]*>(.*?)<span', page)
    assert [day.strip() for day in days] == ["Tuesday 24 November", "Monday 23 November", "Sunday 15 November"]
    assert "€410.70" in page


def test_the_newest_ticket_stands_beside_the_list(cashier: Visitor) -> None:
    page = cashier.get("/tickets/").text
    assert 'id="ticket-title">Ticket C1-3' in page
    assert page.count('aria-current="true"') == 1


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("text=C1-1", ["C1-1"]),
        ("text=duval", ["C1-1"]),
        ("text=410,70", ["C1-3"]),
        ("text=23/11/2026", ["C1-2"]),
        ("text=23/11", ["C1-2"]),
        ("text=24.11.26", ["C1-3"]),
        ("text=divers+23/11", ["C1-2"]),
        ("text=divers+24/11", []),
        ("period=today", ["C1-3"]),
        ("period=yesterday", ["C1-3", "C1-2"]),
        ("period=month", ["C1-3", "C1-2", "C1-1"]),
        ("period=days&from_day=2026-11-14&to_day=2026-11-15", ["C1-1"]),
        ("period=days&from_day=nonsense&to_day=", ["C1-3", "C1-2", "C1-1"]),
        ("period=%00&page=-1&text=", ["C1-3", "C1-2", "C1-1"]),
    ],
)
def test_search_by_number_customer_amount_and_date(cashier: Visitor, asked: str, found: list[str]) -> None:
    assert _numbers(cashier.htmx(f"/tickets/?{asked}", "tickets-list").text) == found


def test_the_list_alone_answers_htmx_and_the_page_everybody_else(cashier: Visitor) -> None:
    block = cashier.htmx("/tickets/?text=duval", "tickets-list").text
    assert block.lstrip().startswith('<div class="pane-rest" id="tickets-list">')
    assert "<!doctype html>" in cashier.get("/tickets/?text=duval").text


def test_a_search_survives_f5_and_the_choice_of_a_ticket(cashier: Visitor) -> None:
    page = cashier.get("/tickets/?text=longvic&period=month").text
    assert 'value="longvic"' in page
    assert '<option value="month" selected>' in page
    assert 'href="/tickets/C1-3?text=longvic&amp;period=month"' in page
    assert _numbers(cashier.get("/tickets/C1-3?text=longvic&period=month").text) == ["C1-3"]


def test_a_search_without_result_says_so_and_leads_back(cashier: Visitor) -> None:
    page = cashier.get("/tickets/?text=zzz").text
    assert "No ticket found" in page
    assert 'href="/tickets/"' in page


def test_a_shop_without_tickets_says_what_will_stand_here(shop: FakeServices, launch: LaunchTokens) -> None:
    page = Visitor(create_app(shop, launch=launch, language="en")).sign_in("DUPOND").get("/tickets/").text
    assert "No ticket yet" in page
    assert "No ticket found" not in page


def test_long_lists_come_in_pages_of_fifty(cashier: Visitor, shop: FakeServices) -> None:
    for minute in range(60):
        shop.tickets.record(a_ticket(issued_at=NOON + timedelta(minutes=minute)))
    first = cashier.get("/tickets/").text
    second = cashier.htmx("/tickets/?page=2", "tickets-list").text
    assert len(_numbers(first)) == 50
    assert _numbers(second) == [f"C1-{number}" for number in range(13, 0, -1)]
    assert "Page 2" in second
    assert 'hx-get="/tickets/"' in second  # back to the first page, whose address needs no number
    assert re.search(r"Older.*?</button>", second)
    # The day that both pages share is counted whole on each.
    assert "61 tickets" in first
    assert "61 tickets" in second


def test_a_credit_is_named_as_one(cashier: Visitor, shop: FakeServices) -> None:
    shop.tickets.record(a_credit())
    page = cashier.get("/tickets/C1-4").text
    assert "Credit C1-4" in page
    assert "−€12.50" in page


def test_the_state_of_the_mail_stands_in_the_list_and_beside_the_ticket(cashier: Visitor, shop: FakeServices) -> None:
    assert "never sent" in cashier.get("/tickets/C1-3").text
    shop.journal.append(a_journal_entry("C1-3", "mailed", recipient_count=2))
    page = cashier.get("/tickets/C1-3").text
    assert '<span class="badge ok">Sent</span>' in page
    assert "sent today at 12:00 to 2 recipients" in page


@pytest.mark.parametrize(
    ("event", "badge"),
    [("deferred", "Waiting"), ("rejected", "Refused"), ("failed", "Not sent"), ("unknown", "Uncertain")],
)
def test_the_last_try_decides_on_the_badge(cashier: Visitor, shop: FakeServices, event: str, badge: str) -> None:
    shop.journal.append(a_journal_entry("C1-3", "mailed"))
    shop.journal.append(a_journal_entry("C1-3", event))
    shop.journal.append(a_journal_entry("C1-3", "printed"))
    assert f">{badge}</span>" in cashier.get("/tickets/").text


def test_the_ticket_is_drawn_as_it_would_be_mailed_now(cashier: Visitor, shop: FakeServices) -> None:
    page = cashier.get("/tickets/C1-3").text
    assert 'hx-get="/tickets/C1-3?layout=80mm" hx-trigger="load"' in page
    preview = cashier.htmx("/tickets/C1-3?layout=80mm", "tickets-preview").text
    assert 'src="/tickets/C1-3/picture?layout=80mm" width="302" height="604"' in preview
    answer = cashier.get("/tickets/C1-3/picture?layout=80mm")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert len(shop.pdf_engine.made) == 1  # the block has made it; its file comes from there
    assert not list(shop.pdf_folder.iterdir())


def test_a_picture_can_be_opened_on_its_own(cashier: Visitor) -> None:
    assert cashier.get("/tickets/C1-3/picture").mimetype == "image/png"


def test_a_layout_is_chosen_for_the_preview_alone(cashier: Visitor, shop: FakeServices) -> None:
    preview = cashier.htmx("/tickets/C1-3?layout=a4", "tickets-preview").text
    assert "layout=a4" in preview
    assert 'class="paper-picture"' in preview
    assert shop.settings.preference("layout:C1") == ""


def test_a_serial_printer_is_offered_small_formats_only(cashier: Visitor, shop: FakeServices) -> None:
    shop.shop.save(tills=[a_till("C1", printer=PrinterKind.SERIAL)])
    page = cashier.get("/tickets/C1-3").text
    assert '<option value="58mm"' in page
    assert '<option value="a4"' not in page
    assert cashier.htmx("/tickets/C1-3?layout=a4", "tickets-preview").text.count("banner bad") == 1


def test_a_pdf_that_fails_is_explained_in_its_place(cashier: Visitor, shop: FakeServices) -> None:
    shop.pdf_engine.failure = PdfFailure("hung")
    preview = cashier.htmx("/tickets/C1-3?layout=80mm", "tickets-preview")
    assert preview.status_code == 200
    assert "banner bad" in preview.text
    assert "The PDF was not ready in time" in preview.text


def test_the_ticket_beside_the_list_comes_alone_for_htmx(cashier: Visitor) -> None:
    block = cashier.htmx("/tickets/C1-1?text=duval", "tickets-detail").text
    assert block.lstrip().startswith('<section class="pane" id="tickets-detail"')
    assert 'href="/tickets/?text=duval"' in block


def test_printing_a_consulted_ticket_leads_back_to_it(cashier: Visitor) -> None:
    page = cashier.get("/tickets/C1-3").text
    (button,) = re.findall(r'<button[^>]* hx-post="/till/recorded/C1-3/print"[^>]*>', page)
    assert "back" in button
    asked = cashier.post("/till/recorded/C1-3/print", {"back": "ticket"}).text
    assert 'name="back" value="ticket"' in asked


def test_the_picture_is_told_in_words(cashier: Visitor) -> None:
    assert "Marteau: €410.70" in cashier.get("/tickets/C1-3").text


@pytest.mark.parametrize("number", ["C1-99", "C9-1"])
def test_an_unknown_ticket_is_not_found(cashier: Visitor, number: str) -> None:
    assert cashier.get(f"/tickets/{number}").status_code == 404


def test_what_is_no_number_is_refused(cashier: Visitor) -> None:
    assert cashier.get("/tickets/nonsense").status_code == 422


def test_hostile_names_stay_text(cashier: Visitor, shop: FakeServices, tmp_path: Path) -> None:
    shop.tickets.record(a_ticket(customer_name=HOSTILE, cashier_name=HOSTILE, lines=[a_line(HOSTILE)]))
    for page in (cashier.get("/tickets/").text, cashier.get("/tickets/C1-4").text, cashier.get("/").text):
        assert "<img src=x" not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "{{7*7}}" in page


def test_an_address_holds_no_more_than_what_was_chosen() -> None:
    assert TicketSearch.asked({"text": "", "period": "", "page": "1"}).address_values() == {}
    search = TicketSearch.asked({"text": " a  b ", "period": "today", "from_day": "2026-01-01", "page": "3"})
    assert search.address_values() == {"text": "a b", "period": "today", "page": 3}


def test_a_character_that_no_font_has_is_said_above_the_ticket(cashier: Visitor, shop: FakeServices) -> None:
    shop.without_glyph = "C"
    assert "This character can&#39;t be printed: C." in cashier.htmx("/tickets/C1-3", "tickets-preview").text
    shop.without_glyph = ""
    assert "be printed" not in cashier.htmx("/tickets/C1-3", "tickets-preview").text
