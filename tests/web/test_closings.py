"""Closings: what can be closed, asked before, recorded once, read again; the archive; the law's page."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from backend.domain.closing import ClosingPeriod
from backend.domain.ticket import TicketQuery
from backend.web.create_app import create_app
from tests.builders import NOON, a_company, a_credit, a_foreign_till, a_line, a_ticket, a_till
from tests.web.till_parts import BOOK, DRILL, DUPOND

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

DAY = {"period": "day", "span": "2026-11-24"}


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    shop.users.save(DUPOND)
    shop.shop.save([a_till("C1", label="Entrée"), a_foreign_till("K7")], (), [DRILL, BOOK])
    return create_app(shop, launch=launch, language="en")


def sell(shop: FakeServices, days_ago: int = 0, cents: int = 1200) -> None:
    shop.tickets.record(a_ticket(lines=[a_line(price=cents)], issued_at=NOON - timedelta(days=days_ago)))


def test_a_till_without_tickets_offers_nothing_to_close(cashier: Visitor) -> None:
    page = cashier.get("/closings/").text
    assert "Every ticket is in a closing." in page
    assert "Close:" not in page
    assert "K7" not in page


def test_the_question_says_that_a_closed_day_takes_no_ticket(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop)
    assert "Close: Tuesday 24 November 2026" in cashier.get("/closings/").text
    dialog = cashier.get("/closings/C1/close?period=day&span=2026-11-24")
    assert "After this, till C1 takes no more ticket today." in dialog.text
    assert shop.closings.latest() == []


def test_a_period_that_is_not_due_is_not_asked_about(cashier: Visitor) -> None:
    assert cashier.get("/closings/C1/close?period=day&span=2026-11-24").status_code == 404


def test_a_closed_day_is_shown_with_its_totals(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop, cents=1200)
    shop.tickets.record(a_credit(credit_of="C1-1"))
    answer = cashier.post("/closings/C1/close", DAY)
    assert answer.headers["HX-Redirect"] == "/closings/C1/1"
    page = cashier.get("/closings/C1/1").text
    for text in ("−€0.50", "in 1 ticket, 1 credit note taken off", "Z no. 1 of till C1", "20%", "Cash", "DUPOND"):
        assert text in page
    assert shop.closings.find("C1", 1).chain_sha256 in page


def test_closing_twice_is_refused_with_a_sentence(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop)
    cashier.post("/closings/C1/close", DAY)
    answer = cashier.post("/closings/C1/close", DAY)
    assert answer.status_code == 409
    assert "is closed already at till C1" in answer.text
    assert len(shop.closings.latest()) == 1


def test_a_made_up_period_closes_nothing(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop)
    assert cashier.post("/closings/C1/close", {"period": "week", "span": "2026-W48"}).status_code == 404
    assert cashier.post("/closings/K7/close", DAY).status_code == 409
    assert shop.closings.latest() == []


def test_forgotten_days_are_closed_with_their_month_in_one_go(cashier: Visitor, shop: FakeServices) -> None:
    for days_ago in (30, 25, 1, 0):
        sell(shop, days_ago)
    assert "Close all days before today" in cashier.get("/closings/").text
    cashier.post("/closings/C1/close-earlier")
    assert [each.closing.span for each in reversed(shop.closings.latest())] == [
        "2026-10-25",
        "2026-10-30",
        "2026-10",
        "2026-11-23",
    ]
    assert shop.closings.open_tickets("C1", NOON.date()).count == 1


def test_the_x_closes_nothing(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop, cents=4200)
    page = cashier.get("/closings/C1/now").text
    assert "€42.00" in page
    assert shop.closings.latest() == []


def test_a_closed_day_refuses_the_basket_and_keeps_it(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop)
    cashier.post("/closings/C1/close", DAY)
    cashier.post("/till/products", {"product": "P01"})
    cashier.post("/till/payments", {"method": "Espèces"})
    answer = cashier.post("/till/record")
    assert "is closed at till C1: it takes no further ticket" in answer.text
    assert shop.tickets.count(TicketQuery()) == 1
    assert "Perceuse 18 V" in cashier.get("/till/").text


def test_the_till_asks_for_its_closing_after_a_day(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop, days_ago=1)
    assert "has not been closed for more than 24 hours" not in cashier.get("/till/").text
    shop.clock.advance(minutes=1)
    assert "has not been closed for more than 24 hours" in cashier.get("/till/").text


def test_the_archive_holds_every_ticket_and_its_hashes(administrator: Visitor, shop: FakeServices) -> None:
    sell(shop, days_ago=400)
    sell(shop)
    administrator.post("/closings/C1/close-earlier")
    answer = administrator.get("/closings/archive?year=2026")
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    tickets = [json.loads(line) for line in files["tickets.jsonl"].splitlines()]
    assert [line["content"]["number"] for line in tickets] == [2]
    content = json.dumps(tickets[0]["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(content.encode()).hexdigest() == tickets[0]["content_sha256"]
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert {name: hashlib.sha256(files[name]).hexdigest() for name in sums} == sums
    assert set(files) == {"tickets.jsonl", "closings.jsonl", "LISEZ-MOI.txt", "SHA256SUMS"}
    last_year = administrator.get("/closings/archive?year=2025")
    with zipfile.ZipFile(io.BytesIO(last_year.data)) as archive:
        closings = [json.loads(line)["content"]["span"] for line in archive.read("closings.jsonl").splitlines()]
    assert closings == ["2025-10-20", "2025-10", "2025"]


def test_an_archive_is_made_by_administrators_and_of_years_to_be_kept(cashier: Visitor, administrator: Visitor) -> None:
    assert cashier.get("/closings/archive?year=2026").status_code == 403
    assert administrator.get("/closings/archive?year=1999").status_code == 404


def test_the_page_about_the_law_claims_no_certificate(cashier: Visitor) -> None:
    page = cashier.get("/closings/law").text
    assert "Facteur is not a certified till software." in page
    assert "article 286, I, 3° bis" in page


def test_a_training_closing_says_so(cashier: Visitor, shop: FakeServices) -> None:
    sell(shop)
    shop.closings.close("C1", ClosingPeriod.DAY, "2026-11-24", at=NOON, by="DUPOND", training=True)
    assert "TRAINING" in cashier.get("/closings/C1/1").text
