"""A ticket just recorded: how its customer wants it, the next one begun by a scan, its credit note."""

from __future__ import annotations

import re

import pytest

from tests.builders import a_customer
from tests.fakes import FakeServices
from tests.web.till_parts import basket, ring_up
from tests.web.visitor import Visitor


@pytest.fixture
def recorded(cashier: Visitor) -> Visitor:
    ring_up(cashier, "P02")
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    cashier.post("/till/record")
    return cashier


def test_after_recording_the_focus_waits_on_none_for_a_walk_in(recorded: Visitor) -> None:
    page = recorded.get("/till/recorded/C1-1").text
    (focused,) = re.findall(r"<(?:a|button)[^>]* autofocus[^>]*>.*?</(?:a|button)>", page)
    assert "No ticket" in focused


def test_after_recording_the_focus_waits_on_mail_for_who_has_an_address(cashier: Visitor) -> None:
    cashier.post("/till/customer", {"customer": "MARTIN"})
    ring_up(cashier, "P02")
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    cashier.post("/till/record")
    page = cashier.get("/till/recorded/C1-1").text
    (focused,) = re.findall(r"<(?:a|button)[^>]* autofocus[^>]*>.*?</(?:a|button)>", page)
    assert 'hx-post="/sending/tickets/C1-1"' in focused
    assert 'name="back" value="till"' in focused


def test_the_scan_of_an_article_after_recording_begins_the_next_ticket(recorded: Visitor, shop: FakeServices) -> None:
    answer = recorded.post("/till/scan", {"text": "3700000000011", "recorded": "yes"})
    assert answer.headers["HX-Redirect"] == "/till/"
    assert [line.product_code for line in basket(shop).lines] == ["P01"]


def test_printing_asks_for_the_layout_and_needs_a_viewer(recorded: Visitor, shop: FakeServices) -> None:
    asked = recorded.post("/till/recorded/C1-1/print")
    assert 'hx-post="/till/recorded/C1-1/print"' in asked.text
    answer = recorded.post("/till/recorded/C1-1/print", {"layout": "80mm"})
    assert answer.status_code == 409
    assert "no program that opens" in answer.text
    assert shop.journal.all == []


def test_a_known_customers_wish_is_remembered(cashier: Visitor, shop: FakeServices) -> None:
    shop.customers.save([a_customer("K1", "Mairie")])
    cashier.post("/till/products", {"product": "P01"})
    cashier.post("/till/customer", {"customer": "K1"})
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    cashier.post("/till/record")
    cashier.post("/till/recorded/C1-1/handover", {"handover": "print"})
    assert shop.customers.find("K1").handover.value == "print"
    assert re.search(r"autofocus[^>]*>.*?Print", cashier.get("/till/recorded/C1-1").text, re.DOTALL)
    assert cashier.post("/till/recorded/C1-1/handover", {"handover": "fax"}).status_code == 422


def test_a_ticket_is_credited_after_a_question(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/till/products", {"product": "P01"})
    cashier.post("/till/payments", {"method": "Carte bancaire"})
    cashier.post("/till/record")
    assert "Record the credit note" in cashier.get("/tickets/C1-1/credit").text
    assert cashier.post("/tickets/C1-1/credit").headers["HX-Redirect"] == "/tickets/C1-2"
    assert shop.shop.chains["C1"][1].ticket.credit_of == "C1-1"
    assert "C1-2" in cashier.get("/tickets/C1-1/credit").text
