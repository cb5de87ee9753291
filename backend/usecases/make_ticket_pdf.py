"""Make the PDF of a ticket, checked, in a folder of its own (PRODUCT E2)."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from backend.domain.errors import NotFoundError, StorageError
from backend.domain.outgoing_mail import JournalEntry
from backend.domain.pdf_settings import PageFormat, PdfFailure, TicketPdf
from backend.domain.ticket import RecordedTicket, TicketNumber
from backend.domain.ticket_layout import (
    PaperFormat,
    TicketLayout,
    TicketMarks,
    offered_layouts,
    ticket_pdf_name,
    version_at,
)
from backend.ports import Services

_A4 = PageFormat(210, 297, bottom_margin_mm=15)


def make_ticket_pdf(
    recorded: RecordedTicket, layout: TicketLayout, folder_name: str, services: Services, *, reprint: int
) -> TicketPdf:
    """Make the PDF in `folder_name` below the PDF folder; nothing half-made stays behind.

    Raises PdfFailure, PdfEngineMissingError, StorageError.
    """
    folder = services.pdf_folder / folder_name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        return _make(recorded, layout, folder / ticket_pdf_name(recorded.ticket), services, reprint=reprint)
    except OSError as error:
        remove_folder(folder)
        raise StorageError(str(folder), "io" if error.errno is None else os.strerror(error.errno)) from error
    except Exception:
        remove_folder(folder)
        raise


def save_ticket_pdf(key: TicketNumber, layout_id: str, target: Path, user: str, services: Services) -> TicketPdf:
    """Write the PDF of a ticket to a file of the user's choice; it counts as issued (PRODUCT A7)."""
    recorded = services.tickets.find(key)
    layout = choose_layout(recorded, layout_id, services)
    with services.journal.issuing(str(key)):
        reprint = next_reprint(str(key), services)
        try:
            pdf = _make(recorded, layout, target, services, reprint=reprint)
        except PdfFailure as failure:
            if failure.reason != "unwritable":
                raise
            raise StorageError(str(target), "io") from failure  # a place of the user's choice, not the PDF folder
        services.journal.append(
            JournalEntry(services.clock.now(), str(key), user, "saved", pdf_sha256=pdf.sha256, reprint=reprint)
        )
    return pdf


def ticket_picture(key: TicketNumber, layout_id: str, width_px: int, services: Services) -> bytes:
    """Return a PNG of the first page as it would be mailed now; it isn't an issue of the ticket."""
    recorded = services.tickets.find(key)
    layout = choose_layout(recorded, layout_id, services)
    with tempfile.TemporaryDirectory(prefix="facteur-") as folder:
        target = Path(folder) / "preview.pdf"
        _make(recorded, layout, target, services, reprint=next_reprint(str(key), services))
        return services.page_picture(target, width_px)


def choose_layout(recorded: RecordedTicket, layout_id: str, services: Services) -> TicketLayout:
    """Return the layout asked for, else the one last used at this till, else the first it is offered."""
    till_code = recorded.ticket.till_code
    wanted = layout_id or last_layout(till_code, services)
    for layout in layouts_for(till_code, services):
        if layout.id == wanted:
            return _as_issued(layout, recorded, services)
    raise NotFoundError("layout", layout_id)


def last_layout(till_code: str, services: Services) -> str:
    """Return the layout that this till used last, else the first it is offered."""
    offered = [layout.id for layout in layouts_for(till_code, services)]
    last = services.settings.preference(_last(till_code))
    return last if last in offered else offered[0]


def note_last_layout(till_code: str, layout: TicketLayout, services: Services) -> None:
    """Remember the layout that a ticket of this till was set on."""
    services.settings.save_preference(_last(till_code), layout.id)


def _last(till_code: str) -> str:
    return f"layout:{till_code}"


def _as_issued(layout: TicketLayout, recorded: RecordedTicket, services: Services) -> TicketLayout:
    """Return the layout as it was when the ticket was first issued: a duplicate says what the original did."""
    versions = services.settings.layout_versions(layout.id)
    if not versions:
        return layout
    entries = services.journal.entries(str(recorded.ticket.key))
    issued = [entry.at for entry in entries if entry.event in {"mailed", "printed", "saved"}]
    return version_at(layout, versions, min(issued)) if issued else layout


def layouts_for(till_code: str, services: Services) -> tuple[TicketLayout, ...]:
    """Return what a till is offered: small formats only where it prints on a serial printer."""
    return offered_layouts(services.settings.layouts(), services.shop.till(till_code).printer)


def page_format(layout: TicketLayout) -> PageFormat:
    """Return the page that a layout asks of the engine."""
    return _A4 if layout.paper is PaperFormat.A4 else PageFormat(layout.paper.width_mm)


def next_reprint(ticket_key: str, services: Services) -> int:
    """Return 0 for the original, n for DUPLICATA n: how often the ticket was issued before."""
    return reprint_after(services.journal.entries(ticket_key))


def reprint_after(entries: Sequence[JournalEntry]) -> int:
    """Return the number that a ticket's next issue bears, from its journal.

    The tries of one sending count once, also where they reached one recipient after the other.
    """
    shown = sum(entry.event in {"printed", "saved"} for entry in entries)
    return shown + len({entry.mail_id for entry in entries if entry.event == "mailed"})


def remove_folder(folder: Path) -> bool:
    """Remove a sending's folder; tell whether it is gone (a viewer may still hold the PDF on Windows)."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def _make(
    recorded: RecordedTicket, layout: TicketLayout, target: Path, services: Services, *, reprint: int
) -> TicketPdf:
    marks = TicketMarks(reprint=reprint, specimen=recorded.ticket.training)
    html = services.ticket_page(recorded, layout, marks)
    pages = services.pdf_engine.make_pdf(html, page_format(layout), target)
    content = target.read_bytes()
    return TicketPdf(target, hashlib.sha256(content).hexdigest(), len(content), pages)
