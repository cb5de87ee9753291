"""Set the PDF of a draft on another ticket layout (PRODUCT E1)."""

from __future__ import annotations

import secrets
from dataclasses import replace

from backend.domain.outgoing_mail import Attachment, OutgoingMail
from backend.domain.ticket import TicketNumber
from backend.ports import Services
from backend.usecases.edit_draft import editable_mail
from backend.usecases.make_ticket_pdf import choose_layout, make_ticket_pdf, note_last_layout, remove_folder


def change_layout(mail_id: str, layout_id: str, services: Services) -> OutgoingMail:
    """Make the PDF of a draft anew on another layout; what was typed stays.

    Raises NotFoundError, ForbiddenMoveError, PdfFailure, PdfEngineMissingError, StorageError: then the old PDF stays.
    """
    with services.outbox.claim(mail_id):
        mail = editable_mail(mail_id, services)
        key = TicketNumber.parse(mail.ticket_key)
        recorded = services.tickets.find(key)
        layout = choose_layout(recorded, layout_id, services)
        # In a folder of its own: a PDF that can't be made takes its folder away with it.
        made = make_ticket_pdf(recorded, layout, secrets.token_hex(16), services, reprint=mail.reprint)
        mail.pdf.path.parent.mkdir(mode=0o700, exist_ok=True)
        target = made.path.replace(mail.pdf.path)
        remove_folder(made.path.parent)
        note_last_layout(key.till_code, layout, services)
        pdf = Attachment(target.name, target, "application/pdf")
        changed = replace(mail, attachments=(pdf, *mail.attachments[1:]), pdf_sha256=made.sha256, layout_id=layout.id)
        services.outbox.save(changed)
    return changed
