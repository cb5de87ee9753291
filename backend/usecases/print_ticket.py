"""Print a ticket: make its PDF and let the PC's viewer show it (PRODUCT A1, A7)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from backend.domain.outgoing_mail import JournalEntry
from backend.domain.pdf_settings import TicketPdf
from backend.domain.ticket import TicketNumber
from backend.ports import Services
from backend.usecases.make_ticket_pdf import choose_layout, make_ticket_pdf, next_reprint, remove_folder


def print_ticket(
    key: TicketNumber, layout_id: str, user: str, services: Services, show: Callable[[Path], None]
) -> TicketPdf:
    """Make the PDF and hand it to `show`; it counts as issued once it is shown, and is cleared away after 7 days.

    Raises NotFoundError, PdfFailure, PdfEngineMissingError, StorageError, and what `show` raises: then nothing counts.
    """
    recorded = services.tickets.find(key)
    layout = choose_layout(recorded, layout_id, services)
    reprint = next_reprint(str(key), services)
    pdf = make_ticket_pdf(recorded, layout, secrets.token_hex(16), services, reprint=reprint)
    try:
        show(pdf.path)
    except Exception:
        remove_folder(pdf.path.parent)
        raise
    services.settings.save_preference(f"layout:{key.till_code}", layout.id)
    services.journal.append(
        JournalEntry(services.clock.now(), str(key), user, "printed", pdf_sha256=pdf.sha256, reprint=reprint)
    )
    return pdf
