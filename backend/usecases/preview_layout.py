"""Show a layout on real tickets before it is saved: the first page of the PDF itself (PRODUCT A6)."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from backend.domain.customer import WALK_IN
from backend.domain.document_type import DocumentType
from backend.domain.shop import Company
from backend.domain.ticket import (
    Payment,
    RecordedTicket,
    Ticket,
    TicketNumber,
    TicketQuery,
    TicketSummary,
    change_due,
    make_line,
    vat_totals,
)
from backend.domain.ticket_chain import FIRST_LINK, link
from backend.domain.ticket_layout import TicketLayout, TicketMarks
from backend.ports import Services
from backend.usecases.make_ticket_pdf import page_format

_LOOKED_AT = 200
_COUNTED = 12  # tickets whose lines are counted to find a long one


@dataclass(frozen=True, slots=True)
class SampleTicket:
    """A recorded ticket to try a layout on; `kind` is latest, credit, walk_in or long."""

    kind: str
    key: TicketNumber


def sample_tickets(services: Services) -> list[SampleTicket]:
    """Return the latest ticket, the latest credit, the latest of a walk-in, and the longest of the latest."""
    latest = services.tickets.search(TicketQuery(limit=_LOOKED_AT))
    found: list[tuple[str, TicketSummary | None]] = [
        ("latest", latest[0] if latest else None),
        ("long", max(latest[:_COUNTED], key=lambda row: _length(row, services), default=None)),
        ("walk_in", next((row for row in latest if row.customer_name == WALK_IN), None)),
        ("credit", next((row for row in latest if row.kind is DocumentType.CREDIT), None)),
    ]
    return [SampleTicket(kind, row.key) for kind, row in found if row]


def layout_picture(layout: TicketLayout, ticket_key: str, width_px: int, services: Services) -> bytes:
    """Return a PNG of the first page of a ticket on this layout, marked SPECIMEN; nothing is saved or issued.

    Without a ticket a made-up one is set. Raises NotFoundError, PdfFailure, PdfEngineMissingError.
    """
    recorded = preview_ticket(ticket_key, services)
    html = services.ticket_page(recorded, layout, TicketMarks(specimen=True))
    with tempfile.TemporaryDirectory(prefix="facteur-") as folder:
        target = Path(folder) / "preview.pdf"
        services.pdf_engine.make_pdf(html, page_format(layout), target)
        return services.page_picture(target, width_px)


def preview_ticket(ticket_key: str, services: Services) -> RecordedTicket:
    """Return the ticket that a layout is tried on, a made-up one without a key; raises NotFoundError."""
    if ticket_key:
        return services.tickets.find(TicketNumber.parse(ticket_key))
    return link(made_up_ticket(services), position=1, previous_sha256=FIRST_LINK)


def latest_ticket(services: Services) -> tuple[Ticket, str]:
    """Return the ticket that texts are tried on, and its number: the latest, a made-up one with "" before the first."""
    latest = services.tickets.search(TicketQuery(limit=1))
    if not latest:
        return made_up_ticket(services), ""
    return services.tickets.find(latest[0].key).ticket, str(latest[0].key)


def made_up_ticket(services: Services) -> Ticket:
    """Return a ticket that nobody bought, for a shop that has none yet."""
    lines = (
        make_line("Pâte à crêpes, œufs frais", Decimal(2), 300, Decimal("5.5")),
        make_line("Marteau", Decimal(1), 1250, Decimal(20), discount=125),
    )
    total = sum(line.gross_total for line in lines)
    company = services.settings.company() or Company("Facteur")
    payments = (Payment("Espèces", 2000),)
    return Ticket(
        "C1",
        1,
        services.clock.now().replace(microsecond=0),
        lines,
        vat_totals(lines),
        payments,
        total,
        company,
        change_due=change_due(payments, total),
        training=services.training,
    )


def _length(row: TicketSummary, services: Services) -> int:
    return len(services.tickets.find(row.key).ticket.lines)
