"""Issue a ticket's PDF from this PC: to its viewer, to be printed, or to a browser, to be saved (PRODUCT A1, A7)."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from backend.domain.errors import NotFoundError
from backend.domain.outgoing_mail import JournalEntry
from backend.domain.pdf_settings import TicketPdf
from backend.domain.ticket import TicketNumber
from backend.domain.ticket_layout import ticket_pdf_name
from backend.ports import Services
from backend.usecases.make_ticket_pdf import (
    choose_layout,
    make_ticket_pdf,
    next_reprint,
    note_last_layout,
    remove_folder,
)

_FOLDER = re.compile(r"[0-9a-f]{32}")


def print_ticket(
    key: TicketNumber, layout_id: str, user: str, services: Services, show: Callable[[Path], None]
) -> TicketPdf:
    """Make the PDF and hand it to `show`; it counts as issued once it is shown, and is cleared away after 7 days.

    Raises NotFoundError, PdfFailure, PdfEngineMissingError, StorageError, and what `show` raises: then nothing counts.
    """
    return _issue(key, layout_id, user, services, "printed", show)


def offer_ticket_pdf(key: TicketNumber, layout_id: str, user: str, services: Services) -> TicketPdf:
    """Make the PDF for a browser to save; it counts as issued, and is cleared away after 7 days.

    The name of its folder is what `offered_ticket_pdf` finds it by. Raises as `print_ticket`.
    """
    return _issue(key, layout_id, user, services, "saved", lambda _path: None)


def offered_ticket_pdf(key: TicketNumber, folder_name: str, services: Services) -> Path:
    """Return the PDF that was made for a browser to save; raises NotFoundError for any other file."""
    path = services.pdf_folder / folder_name / ticket_pdf_name(services.tickets.find(key).ticket)
    if not _FOLDER.fullmatch(folder_name) or path.is_symlink() or not path.is_file():
        raise NotFoundError("attachment", path.name)
    entries = services.journal.with_pdf(hashlib.sha256(path.read_bytes()).hexdigest())
    if not any(entry.event == "saved" and entry.ticket_key == str(key) for entry in entries):
        raise NotFoundError("attachment", path.name)
    return path


def _issue(
    key: TicketNumber, layout_id: str, user: str, services: Services, event: str, hand_over: Callable[[Path], None]
) -> TicketPdf:
    recorded = services.tickets.find(key)
    layout = choose_layout(recorded, layout_id, services)
    with services.journal.issuing(str(key)):
        reprint = next_reprint(str(key), services)
        pdf = make_ticket_pdf(recorded, layout, secrets.token_hex(16), services, reprint=reprint)
        try:
            hand_over(pdf.path)
        except Exception:
            remove_folder(pdf.path.parent)
            raise
        note_last_layout(key.till_code, layout, services)
        services.journal.append(
            JournalEntry(services.clock.now(), str(key), user, event, pdf_sha256=pdf.sha256, reprint=reprint)
        )
    return pdf
