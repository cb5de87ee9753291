"""Send a real test mail with a user's settings; its success opens the gate (PRODUCT B5, B6)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from backend.domain.document_type import DocumentType
from backend.domain.email_address import parse_address
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import Delivery, MailState, OutgoingMail, RecipientStatus
from backend.domain.sender_profile import SenderProfile
from backend.ports import SendingWatch, Services
from backend.usecases.prepare_sending import sender_of


@dataclass(frozen=True, slots=True)
class TestMailTexts:
    """Subject and body of the test mail, in the user's language."""

    __test__ = False  # no test class of pytest

    subject: str
    body: str


def send_test_mail(
    user: str, to: str, texts: TestMailTexts, services: Services, watch: SendingWatch
) -> tuple[SenderProfile, Delivery]:
    """Send the test mail to `to`, or to the user's own address where it is empty, and open the gate.

    A failure leaves an open gate open when it is temporary, and closes it when it says that the settings are wrong.
    Raises MailFailure, SenderNotSetError, InvalidInputError, SecretsUnavailableError.
    """
    sender = sender_of(user, services)
    recipient = parse_address(to, "to") if to.strip() else sender.email
    now = services.clock.now()
    mail = OutgoingMail(
        id=secrets.token_hex(16),
        ticket_key="",
        document_type=DocumentType.TICKET,
        user=user,
        created_at=now,
        message_id=f"<{secrets.token_hex(16)}@{sender.email.rpartition('@')[2]}>",
        recipients=(recipient,),
        subject=texts.subject,
        body=texts.body,
        attachments=(),
        pdf_sha256="",
        state=MailState.SENDING,
    )
    try:
        delivery = services.transport_for(sender).send(mail, sender, watch)
        _refuse_if_not_accepted(delivery, sender)
    except MailFailure as failure:
        if not failure.is_temporary and failure.mail_cause is not MailCause.ANSWER_LOST:
            _close_gate(sender, services)
        raise
    tested = sender.tested(now)
    if _is_still_in_force(sender, services):
        services.settings.save_sender_profile(tested)
    return tested, delivery


def _is_still_in_force(sender: SenderProfile, services: Services) -> bool:
    """Tell whether nothing that the test proves was changed while it ran."""
    current = services.settings.sender_profile(sender.user)
    return current is not None and current.fingerprint == sender.fingerprint


def _refuse_if_not_accepted(delivery: Delivery, sender: SenderProfile) -> None:
    for result in delivery.results.values():
        if result.status is not RecipientStatus.ACCEPTED:
            cause = result.mail_cause or MailCause.RECIPIENT_REFUSED
            raise MailFailure(cause, sender.host, sender.port, reply=result.reply, transcript=delivery.transcript)


def _close_gate(sender: SenderProfile, services: Services) -> None:
    if sender.gate_is_open and _is_still_in_force(sender, services):
        from dataclasses import replace

        services.settings.save_sender_profile(replace(sender, tested_fingerprint="", tested_at=None))
