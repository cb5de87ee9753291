"""Leave a mail to the outbox: "Envoyer plus tard" (PRODUCT E5), and "Relancer" of one that waits or failed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backend.domain.mail_failure import OF_THE_SERVER, TEMPORARY
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.retry_plan import WAITING, holds_others, next_try, waits_by_itself
from backend.ports import Services
from backend.usecases.edit_draft import check_draft
from backend.usecases.send_mail import save_with_entry
from backend.usecases.work_outbox import hurry


def queue_mail(mail_id: str, services: Services) -> OutgoingMail:
    """Let a mail leave by itself, later where it has just failed for a while, else at the next turn.

    Raises NotFoundError, ForbiddenMoveError (uncertain, or ended), InvalidInputError (recipients), StorageError.
    """
    with services.outbox.claim(mail_id):
        mail = services.outbox.find(mail_id)
        if waits_by_itself(mail):
            return mail
        queued = mail.moved(MailState.QUEUED, mail_cause=mail.mail_cause)
        check_draft(queued)
        if mail.attempts and mail.mail_cause in TEMPORARY | OF_THE_SERVER:
            queued = replace(queued, next_try_at=next_try(mail, services.clock.now()))
        save_with_entry(queued, "queued", services)
    return queued


def retry_mails(mail_ids: Sequence[str], services: Services) -> list[OutgoingMail]:
    """Let these mails be tried at the next turn, failed ones too, and what keeps them back.

    Raises NotFoundError, ForbiddenMoveError, InvalidInputError, StorageError.
    """
    retried = [_retried(mail_id, services) for mail_id in mail_ids]
    users = {mail.user for mail in retried}
    waiting = services.outbox.waiting(WAITING, with_content=False)
    hurry(
        [mail.id for mail in waiting if mail.user in users and waits_by_itself(mail) and holds_others(mail)], services
    )
    return retried


def waiting_ids(services: Services) -> list[str]:
    """Return the mails that wait by themselves and whose content this user's key opens, oldest first."""
    mails = services.outbox.waiting(WAITING)
    return [mail.id for mail in mails if waits_by_itself(mail) and mail.recipients]


def _retried(mail_id: str, services: Services) -> OutgoingMail:
    mail = services.outbox.find(mail_id)
    if not waits_by_itself(mail):
        queue_mail(mail_id, services)
    hurry([mail_id], services)
    return services.outbox.find(mail_id)
