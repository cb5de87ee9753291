"""End an uncertain mail by the customer's word: it has arrived (PRODUCT E6)."""

from __future__ import annotations

from backend.domain.document_type import DocumentType
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.ports import Services
from backend.usecases.make_ticket_pdf import remove_folder
from backend.usecases.send_mail import journal_entry


def confirm_received(mail_id: str, services: Services) -> OutgoingMail:
    """Count an UNKNOWN mail as sent and forget what names people.

    The journal keeps that the server's answer was lost. Raises NotFoundError, ForbiddenMoveError, StorageError.
    """
    with services.outbox.claim(mail_id):
        mail = services.outbox.find(mail_id)
        sent = mail.moved(MailState.SENT, mail_cause=MailCause.ANSWER_LOST)
        services.outbox.save(sent, journal_entry(sent, "mailed", services.clock.now()))
    if mail.document_type is DocumentType.TICKET:
        remove_folder(mail.pdf.path.parent)
    return sent
