"""A PDF that a customer shows is given by file or drop, and told genuine, altered or unknown."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from backend.domain.ticket import TicketNumber
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from backend.web.security import TOKEN_HEADER, UPLOAD_TYPE
from backend.web.verification import UPLOAD_MAX_BYTES
from tests.builders import NOON, a_journal_entry, a_ticket, a_till

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

PDF = b"%PDF-1.4 issued"


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.shop.save([a_till()])
    shop.tickets.record(a_ticket())
    return create_app(shop, launch=launch, language="en")


def _shown(visitor: Visitor, content: bytes, name: str = "C1-1-BRICO.pdf") -> TestResponse:
    headers = {"HX-Request": "true", "HX-Target": "verification-check"}
    return visitor.post("/verify/", {"file": (BytesIO(content), name)}, content_type=UPLOAD_TYPE, headers=headers)


def _token(visitor: Visitor) -> dict[str, str]:
    return {TOKEN_HEADER: visitor.session.header_token}


def _banner(answer: TestResponse) -> str:
    found = re.search(r'<div class="banner (\w+)".*?<strong>(.*?)</strong>', answer.text, re.DOTALL)
    assert found
    return f"{found[1]}: {found[2]}"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ("mailed", "Mailed yesterday at 12:00 by"),
        ("printed", "Printed yesterday at 12:00 by"),
        ("saved", "Saved yesterday at 12:00 by"),
        ("cancelled", "Made for a mail that has not left (yesterday at 12:00"),
    ],
)
def test_a_genuine_pdf_says_which_ticket_when_and_how(
    cashier: Visitor, shop: FakeServices, event: str, line: str
) -> None:
    sha256 = hashlib.sha256(PDF).hexdigest()
    shop.journal.append(a_journal_entry("C1-1", event, pdf_sha256=sha256, at=NOON - timedelta(days=1), reprint=2))
    answer = _shown(cashier, PDF)
    assert _banner(answer) == "ok: Genuine: ticket C1-1"
    assert line in answer.text
    assert "DUPLICATA 2" in answer.text
    assert sha256 in answer.text
    assert 'href="/tickets/C1-1"' in answer.text


def test_an_altered_pdf_leads_to_the_recorded_ticket(cashier: Visitor, shop: FakeServices) -> None:
    seal = shop.tickets.find(TicketNumber("C1", 1)).chain_sha256[:16]
    answer = _shown(cashier, f"%PDF-1.4 C1-1 · {seal}".encode())
    assert _banner(answer) == "bad: Altered"
    assert "number and the seal of ticket C1-1" in answer.text
    assert 'href="/tickets/C1-1"' in answer.text
    answer = _shown(cashier, f"%PDF-1.4 C1-1 · {'0' * 16}".encode())
    assert _banner(answer) == "bad: Altered"
    assert "with the seal of another one" in answer.text


def test_an_unknown_pdf_is_called_unknown(cashier: Visitor) -> None:
    assert _banner(_shown(cashier, b"%PDF-1.7 of somebody else")) == "warn: Unknown"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a letter", b"<html>"])
def test_what_is_no_pdf_is_refused_with_a_note(cashier: Visitor, content: bytes) -> None:
    answer = _shown(cashier, content, "lettre.docx")
    assert answer.status_code == 422
    assert "This is no PDF." in answer.text
    assert cashier.post("/verify/", {}, content_type=UPLOAD_TYPE).status_code == 422


def test_a_file_that_is_too_big_is_refused(cashier: Visitor) -> None:
    content_type = f"{UPLOAD_TYPE}; boundary=x"
    headers = {"HX-Request": "true"}
    answer = cashier.ask(
        "POST",
        "/verify/",
        data=bytes(UPLOAD_MAX_BYTES + 1),
        content_type=content_type,
        headers=headers | _token(cashier),
    )
    assert answer.status_code == 413
    assert "Choose a smaller file" in answer.text


def test_a_hostile_name_is_shown_as_text(cashier: Visitor) -> None:
    page = _shown(cashier, PDF, "<img src=x onerror=alert(1)>.pdf").text
    assert "<img" not in page
    assert "&lt;img" in page


def test_the_page_is_reached_from_the_tickets(cashier: Visitor) -> None:
    assert 'href="/verify/"' in cashier.get("/tickets/").text
    assert 'type="file"' in cashier.get("/verify/").text
