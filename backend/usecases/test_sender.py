"""Send a real test mail with a user's settings; its success opens the gate (PRODUCT B5, B6)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from backend.domain.document_type import DocumentType
from backend.domain.email_address import parse_address
from backend.domain.mail_failure import PERHAPS_SENT, MailCause, MailFailure, SenderNotTestedError
from backend.domain.outgoing_mail import Attachment, Delivery, MailState, OutgoingMail, RecipientStatus
from backend.domain.sender_profile import SenderProfile, SendingMode
from backend.ports import SendingWatch, Services
from backend.usecases.prepare_sending import sender_of

# Some mail programs drop the files of other programs: their test is to show it.
TEST_FILE = Attachment("test.pdf", Path(__file__).parent / "formats" / "test.pdf", "application/pdf")
# They say nothing of the settings.
_NO_VERDICT = PERHAPS_SENT | {MailCause.CANCELLED, MailCause.CLIENT_CANCELLED}


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

    A mail program's hand-over is no proof: the gate then waits for `confirm_test`. A failure leaves an open gate open
    when it is temporary, and closes it when it says that the settings are wrong.
    Raises MailFailure, SenderNotSetError, InvalidInputError, SecretsUnavailableError.
    """
    sender = sender_of(user, services)
    mail = _test_mail(sender, to, texts, services)
    try:
        delivery = services.transport_for(sender).send(mail, sender, watch)
        _refuse_if_not_accepted(delivery, sender)
    except MailFailure as failure:
        if not failure.is_temporary and failure.mail_cause not in _NO_VERDICT:
            _save_if_in_force(sender, sender.not_working(), services)
        raise
    tested = sender.handed_over() if delivery.handed_over else sender.tested(mail.created_at)
    tested = replace(tested, tested_size_limit=delivery.size_limit or 0)
    _save_if_in_force(sender, tested, services)
    return tested, delivery


def confirm_test(user: str, services: Services, *, went: bool) -> SenderProfile:
    """Take a person's word for whether the handed-over test mail left with its file: it opens or closes the gate.

    Raises SenderNotSetError, SenderNotTestedError where no test of exactly these settings waits for it.
    """
    sender = sender_of(user, services)
    if not sender.awaits_confirmation:
        raise SenderNotTestedError(user)
    confirmed = sender.tested(services.clock.now()) if went else sender.not_working()
    services.settings.save_sender_profile(confirmed)
    return confirmed


def _test_mail(sender: SenderProfile, to: str, texts: TestMailTexts, services: Services) -> OutgoingMail:
    recipient = parse_address(to, "to") if to.strip() else sender.email
    return OutgoingMail(
        id=secrets.token_hex(16),
        ticket_key="",
        document_type=DocumentType.TICKET,
        user=sender.user,
        created_at=services.clock.now(),
        message_id=f"<{secrets.token_hex(16)}@{sender.email.rpartition('@')[2]}>",
        recipients=(recipient,),
        subject=texts.subject,
        body=texts.body,
        attachments=(TEST_FILE,) if sender.mode is SendingMode.MAIL_CLIENT else (),
        pdf_sha256="",
        state=MailState.SENDING,
    )


def _save_if_in_force(sender: SenderProfile, tested: SenderProfile, services: Services) -> None:
    """Save what a test has shown, unless something that it proves was changed while it ran."""
    current = services.settings.sender_profile(sender.user)
    if current is not None and current.fingerprint == sender.fingerprint:
        services.settings.save_sender_profile(tested)


def _refuse_if_not_accepted(delivery: Delivery, sender: SenderProfile) -> None:
    for result in delivery.results.values():
        if result.status is not RecipientStatus.ACCEPTED:
            cause = result.mail_cause or MailCause.RECIPIENT_REFUSED
            raise MailFailure(cause, sender.host, sender.port, reply=result.reply, transcript=delivery.transcript)
