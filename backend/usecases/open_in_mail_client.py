"""Open a mail that did not leave in the PC's mail program, PDF included, for a person to send it there (PRODUCT E5)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from backend.domain.errors import FacteurError, StorageError
from backend.domain.mail_failure import MailCause, SenderNotSetError
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.ports import Services
from backend.usecases.edit_attachments import with_contents
from backend.usecases.edit_draft import check_draft
from backend.usecases.send_mail import UNWATCHED, save_with_entry


def open_in_mail_client(mail_id: str, services: Services) -> OutgoingMail:
    """Hand a mail over to the mail program, which shows it; what becomes of it there, only a person can say.

    So it is UNKNOWN from then on, and never sent by itself. Raises MailFailure (then the mail is as it was),
    InvalidInputError, ForbiddenMoveError, SenderNotSetError, NotFoundError, StorageError.
    """
    with services.outbox.claim(mail_id):
        mail = services.outbox.find(mail_id)
        check_draft(mail)
        sender = services.settings.sender_profile(mail.user)
        if sender is None:
            raise SenderNotSetError(mail.user)
        begun = mail.sending()
        services.outbox.save(begun)
        try:
            services.mail_client().send(with_contents(begun, services), replace(sender, show_message=True), UNWATCHED)
        except FacteurError:
            with suppress(StorageError):
                services.outbox.save(mail)
            raise
        opened = begun.moved(MailState.UNKNOWN, mail_cause=MailCause.HANDED_OVER)
        save_with_entry(opened, "unknown", services)
    return opened
