"""Give each issue of a ticket its own number: the original, then DUPLICATA 1, 2... (PRODUCT A7)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from backend.domain.document_type import DocumentType
from backend.domain.errors import NotFoundError
from backend.domain.mail_failure import PERHAPS_SENT
from backend.domain.outgoing_mail import Attachment, JournalEntry, MailState, OutgoingMail
from backend.domain.ticket import RecordedTicket, TicketNumber
from backend.domain.ticket_layout import TicketLayout
from backend.ports import Services
from backend.usecases.make_ticket_pdf import choose_layout, make_ticket_pdf, remove_folder, reprint_after


def numbered_mail(mail: OutgoingMail, services: Services) -> OutgoingMail:
    """Return a mail whose PDF bears the number that is next now; another issue may have taken that of its draft.

    To be called while the ticket is held (SendingJournal.issuing). What may have reached somebody keeps its number.
    Raises PdfFailure, PdfEngineMissingError, StorageError: then the mail is as it was.
    """
    entries = services.journal.entries(mail.ticket_key)
    if mail.document_type is DocumentType.CLOSING or _may_have_arrived(mail, entries):
        return mail
    reprint = reprint_after(entries)
    if reprint == mail.reprint:
        return mail
    recorded = services.tickets.find(TicketNumber.parse(mail.ticket_key))
    layout = _layout_of(mail, recorded, services)
    made = make_ticket_pdf(recorded, layout, secrets.token_hex(16), services, reprint=reprint)
    target = made.path.replace(mail.pdf.path)
    remove_folder(made.path.parent)
    pdf = Attachment(target.name, target, "application/pdf")
    changed = replace(
        mail, attachments=(pdf, *mail.attachments[1:]), pdf_sha256=made.sha256, layout_id=layout.id, reprint=reprint
    )
    services.outbox.save(changed)
    return changed


def _may_have_arrived(mail: OutgoingMail, entries: Sequence[JournalEntry]) -> bool:
    if mail.state is MailState.UNKNOWN or mail.mail_cause in PERHAPS_SENT:
        return True
    return any(entry.mail_id == mail.id and entry.event == "mailed" for entry in entries)


def _layout_of(mail: OutgoingMail, recorded: RecordedTicket, services: Services) -> TicketLayout:
    try:
        return choose_layout(recorded, mail.layout_id, services)
    except NotFoundError:
        return choose_layout(recorded, "", services)  # it was deleted meanwhile
