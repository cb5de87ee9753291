"""Genuine, altered or unknown: what is said of a PDF by its bytes, else by number and seal in its text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from backend.domain.pdf_verdict import PdfStanding, printed_seals
from backend.domain.ticket import RecordedTicket, TicketNumber
from backend.usecases.verify_ticket_pdf import verify_ticket_pdf
from tests.builders import a_journal_entry, a_ticket, a_till
from tests.fakes import FakeServices

PDF = b"%PDF-1.4 the bytes of an issued ticket"
SHA256 = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.shop.save([a_till("C1")])
    return services


@pytest.fixture
def recorded(services: FakeServices) -> RecordedTicket:
    return services.tickets.record(a_ticket())


def _bearing(number: str, seal: str) -> bytes:
    return f"%PDF-1.4\nBRICO\nMerci de votre visite\n{number} · {seal}\n".encode()


def _in_fours(digits: str) -> str:
    return " ".join(digits[place : place + 4] for place in range(0, 16, 4))


def test_the_bytes_of_an_issued_pdf_are_genuine(services: FakeServices, recorded: RecordedTicket) -> None:
    for event in ("deferred", "mailed", "saved"):
        services.journal.append(a_journal_entry("C1-1", event, pdf_sha256=SHA256))
    verdict = verify_ticket_pdf(PDF, services)
    assert (verdict.standing, verdict.ticket) == (PdfStanding.GENUINE, recorded.ticket.key)
    assert [entry.event for entry in verdict.issues] == ["mailed", "saved"]


def test_a_pdf_whose_mail_never_left_is_genuine_and_says_so(services: FakeServices) -> None:
    for event in ("deferred", "cancelled"):
        services.journal.append(a_journal_entry("C1-1", event, pdf_sha256=SHA256))
    verdict = verify_ticket_pdf(PDF, services)
    assert verdict.standing is PdfStanding.GENUINE
    assert [entry.event for entry in verdict.issues] == ["cancelled"]


def test_other_bytes_with_number_and_seal_are_altered(services: FakeServices, recorded: RecordedTicket) -> None:
    verdict = verify_ticket_pdf(_bearing("C1-1", _in_fours(recorded.chain_sha256)), services)
    assert (verdict.standing, verdict.ticket, verdict.seal_fits) == (PdfStanding.ALTERED, recorded.ticket.key, True)


def test_a_known_number_with_the_seal_of_another_ticket_is_altered(
    services: FakeServices, recorded: RecordedTicket
) -> None:
    verdict = verify_ticket_pdf(_bearing("C1-1", "0000 1111 2222 3333"), services)
    assert (verdict.standing, verdict.ticket, verdict.seal_fits) == (PdfStanding.ALTERED, recorded.ticket.key, False)


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-1.4",
        _bearing("C1-9", "0000 1111 2222 3333"),
        _bearing("C9-1", "0000 1111 2222 3333"),
        _bearing("C1-1", "0000 1111 2222"),
        b"%PDF-1.4 C1-1",
    ],
)
def test_neither_bytes_nor_ticket_are_known(services: FakeServices, recorded: RecordedTicket, pdf: bytes) -> None:
    assert recorded.position == 1
    assert verify_ticket_pdf(pdf, services).standing is PdfStanding.UNKNOWN


def test_number_and_seal_are_read_however_the_text_is_broken() -> None:
    text = "TICKET C1-3 · 0000 0000 0000 0000\nVISITE!\nC1-\n4 ·\r\n0f3a 77b2\n19cd e604\nfin"
    assert printed_seals(text) == [(TicketNumber("C1", 4), "0f3a77b219cde604"), (TicketNumber("C1", 3), "0" * 16)]
