"""Small valid values; a test names only what it is about."""

# ruff: noqa: ANN401 - `changes` are fields of what is built, whatever their types

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain.customer import Contact, Customer, PostalAddress
from backend.domain.document_type import DocumentType
from backend.domain.logo import Logo
from backend.domain.outgoing_mail import (
    Attachment,
    JournalEntry,
    MailState,
    OutgoingMail,
    RecipientResult,
    RecipientStatus,
)
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.shop import Cashier, Company, Product, Till, TillKind
from backend.domain.ticket import (
    NOT_NUMBERED,
    Payment,
    RecordedTicket,
    Ticket,
    TicketEntry,
    TicketLine,
    make_line,
    vat_totals,
)
from backend.domain.ticket_chain import FIRST_LINK, link
from backend.domain.user import Role, User

PARIS_WINTER = timezone(timedelta(hours=1))
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=PARIS_WINTER)
VAT_20 = Decimal(20)
VAT_5_5 = Decimal("5.5")
SHA_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def a_company(**changes: Any) -> Company:
    company = Company(
        "BRICO",
        address=("12 rue des Forges",),
        postal_code="21000",
        city="Dijon",
        phone="03 80 00 00 00",
        siret="123 456 789 00012",
        vat_number="FR12123456789",
        footer="Ni repris ni échangé sans ticket",
    )
    return replace(company, **changes)


def a_logo(width_px: int = 2, height_px: int = 1, rgba: bytes = b"\x10\x20\x30\xff") -> Logo:
    """Return a logo of one colour (PNG, ISO/IEC 15948: 8 bits, colour and alpha)."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 6, 0, 0, 0)
    pixels = zlib.compress((b"\0" + rgba * width_px) * height_px, 9)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    written = (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
    return Logo(b"\x89PNG\r\n\x1a\n" + b"".join(written), width_px, height_px)


def a_till(code: str = "C1", **changes: Any) -> Till:
    return replace(Till(code, f"Caisse {code}"), **changes)


def a_foreign_till(code: str = "F1") -> Till:
    return a_till(code, kind=TillKind.FOREIGN)


def a_cashier(**changes: Any) -> Cashier:
    return replace(Cashier("DUPOND", "DUPOND", "Zoé"), **changes)


def a_product(code: str = "VIS", **changes: Any) -> Product:
    return replace(Product(code, "Vis à bois 4×40", 490, VAT_20, "Quincaillerie", "3250001"), **changes)


def an_address(email: str = "", **changes: Any) -> PostalAddress:
    return replace(PostalAddress(("3 allée des Œillets",), "21200", "Beaune", email), **changes)


def a_customer(code: str = "MARTIN", name: str = "Hélène Martin", **changes: Any) -> Customer:
    customer = Customer(
        code,
        name,
        billing_address=an_address("facturation@example.org"),
        delivery_address=an_address("livraison@example.org", city="Nuits-Saint-Georges"),
        main_contact="MARTIN-P",
    )
    return replace(customer, **changes)


def a_contact(code: str = "MARTIN-P", **changes: Any) -> Contact:
    return replace(Contact(code, "Paul Martin", "paul@example.org", "06 00 00 00 00", "MARTIN"), **changes)


def a_line(label: str = "Marteau", price: int = 1250, quantity: str = "1", **changes: Any) -> TicketLine:
    rate = changes.pop("vat_rate", VAT_20)
    return make_line(label, Decimal(quantity), price, rate, **changes)


def a_ticket(
    till_code: str = "C1",
    number: int = NOT_NUMBERED,
    *,
    lines: Sequence[TicketLine] | None = None,
    issued_at: datetime = NOON,
    **changes: Any,
) -> Ticket:
    """Return a ticket whose totals agree with its lines and that is paid in cash to the cent."""
    lines = (a_line(), a_line("Pain d'épices", 480, "2.5", vat_rate=VAT_5_5)) if lines is None else tuple(lines)
    total = sum(line.gross_total for line in lines)
    ticket = Ticket(
        till_code,
        number,
        issued_at,
        tuple(lines),
        vat_totals(lines),
        (Payment("Espèces", total),),
        total,
        a_company(),
        cashier_code="DUPOND",
        cashier_name="DUPOND",
    )
    return replace(ticket, **changes)


def a_credit(till_code: str = "C1", credit_of: str = "C1-1", **changes: Any) -> Ticket:
    lines = (a_line(quantity="-1"),)
    return a_ticket(till_code, lines=lines, kind=DocumentType.CREDIT, credit_of=credit_of, **changes)


def a_recorded_ticket(number: int = 4, **changes: Any) -> RecordedTicket:
    """Return a ticket as a store would, without the tickets before it."""
    return link(a_ticket(number=number, **changes), position=number, previous_sha256=FIRST_LINK)


def a_ticket_entry(**changes: Any) -> TicketEntry:
    line = a_line()
    entry = TicketEntry("C1", (line,), (Payment("Espèces", line.gross_total),), cashier_code="DUPOND")
    return replace(entry, **changes)


def a_user(name: str = "Zoé", **changes: Any) -> User:
    return replace(User(name, Role.ADMINISTRATOR, cashier_code="DUPOND", language="fr"), **changes)


def a_sender(user: str = "Zoé", **changes: Any) -> SenderProfile:
    """Return settings whose gate is closed."""
    profile = SenderProfile(
        user,
        "caisse@brico.example",
        name="Brico",
        host="smtp.brico.example",
        port=587,
        security=ConnectionSecurity.STARTTLS,
        username="caisse@brico.example",
        secret_version="v1",
    )
    return replace(profile, **changes)


def a_tested_sender(user: str = "Zoé", **changes: Any) -> SenderProfile:
    """Return settings whose gate is open."""
    return a_sender(user, **changes).tested(NOON)


def a_mail(mail_id: str = "a" * 32, *, pdf: Path = Path("C1-4-BRICO.pdf"), **changes: Any) -> OutgoingMail:
    mail = OutgoingMail(
        id=mail_id,
        ticket_key="C1-4",
        document_type=DocumentType.TICKET,
        user="Zoé",
        created_at=NOON,
        message_id=f"<{mail_id}@brico.example>",
        recipients=("client@example.org",),
        subject="Votre ticket de caisse n° 4 du 24/11/2026",
        body="Bonjour,\n\nVeuillez trouver ci-joint votre ticket.",
        attachments=(Attachment("C1-4-BRICO.pdf", pdf, "application/pdf"),),
        pdf_sha256=SHA_OF_NOTHING,
        layout_id="80mm",
    )
    return replace(mail, **changes)


def a_sending_mail(mail_id: str = "a" * 32, **changes: Any) -> OutgoingMail:
    """Return a mail whose first attempt has begun."""
    return replace(a_mail(mail_id).sending(), **changes)


def accepted(reply: str = "250 2.1.5 Ok") -> RecipientResult:
    return RecipientResult(RecipientStatus.ACCEPTED, reply)


def a_sent_mail(mail_id: str = "a" * 32) -> OutgoingMail:
    mail = a_sending_mail(mail_id)
    sent = mail.with_results({address: accepted() for address in mail.recipients})
    assert sent.state is MailState.SENT
    return sent


def a_journal_entry(ticket_key: str = "C1-4", event: str = "mailed", **changes: Any) -> JournalEntry:
    entry = JournalEntry(
        NOON, ticket_key, "Zoé", event, pdf_sha256=SHA_OF_NOTHING, recipient_count=1, reply="250 Ok", mail_id="a" * 32
    )
    return replace(entry, **changes)
