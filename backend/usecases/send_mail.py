"""Send a mail that stands in the outbox: every phase committed, every end recorded (PRODUCT E4 to E7, F1 to F3)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from backend.domain.attachment import AttachmentGoneError
from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError, InvalidInputError, StorageError
from backend.domain.mail_failure import OF_THE_ACCOUNT, OF_THE_SERVER, PERHAPS_SENT, MailCause, MailFailure
from backend.domain.outgoing_mail import (
    Delivery,
    ForbiddenMoveError,
    JournalEntry,
    MailState,
    OutgoingMail,
    RecipientStatus,
    SendingPhase,
)
from backend.domain.retry_plan import next_try, waits_by_itself
from backend.domain.sender_profile import SenderProfile
from backend.ports import MailTransport, SendingWatch, Services
from backend.usecases.edit_attachments import note_size_limit, with_contents
from backend.usecases.make_ticket_pdf import remove_folder
from backend.usecases.number_issue import numbered_mail
from backend.usecases.prepare_sending import tested_sender_of

# What gives a sender's way; who sends many mails keeps it.
WayOf = Callable[[SenderProfile], MailTransport]


@dataclass(frozen=True, slots=True)
class SendingOutcome:
    """How a sending ended: the mail in its new state, and either the server's answer or why nothing left."""

    mail: OutgoingMail
    delivery: Delivery | None = None
    failure: MailFailure | None = None


class _Unwatched:
    def phase(self, phase: SendingPhase) -> None:
        """Show nothing."""

    def step(self, name: str, detail: str = "") -> None:
        """Show nothing."""


UNWATCHED = _Unwatched()
_log = logging.getLogger(__name__)


class _CommittingWatch:
    """Commits each phase before it begins, then tells whoever looks on."""

    def __init__(self, mail_id: str, services: Services, shown: SendingWatch) -> None:
        self._mail_id = mail_id
        self._services = services
        self._shown = shown

    def phase(self, phase: SendingPhase) -> None:
        if phase is not SendingPhase.CONNECTING:  # that one was committed with the state SENDING
            self._services.outbox.save_phase(self._mail_id, phase)
        self._shown.phase(phase)

    def step(self, name: str, detail: str = "") -> None:
        self._shown.step(name, detail)


def send_mail(
    mail_id: str,
    services: Services,
    watch: SendingWatch = UNWATCHED,
    *,
    automatic: bool = False,
    way_of: WayOf | None = None,
) -> SendingOutcome:
    """Try once to send a mail; a failure of the server or the network is an outcome, not an exception.

    Only an `automatic` sending (the outbox at work) plans its next try, and leaves alone what does not wait by itself
    any longer; else a person decides.

    Raises InvalidInputError (no recipient), SenderNotSetError, SenderNotTestedError, AttachmentGoneError,
    ForbiddenMoveError, StorageError, SecretsUnavailableError, and where its PDF needs another number (DUPLICATA)
    PdfFailure, PdfEngineMissingError: then nothing was tried.
    """
    with services.outbox.claim(mail_id), _issuing(mail_id, services):
        mail = services.outbox.find(mail_id)
        if automatic and not waits_by_itself(mail):
            raise ForbiddenMoveError(mail.state.value, MailState.SENDING.value)
        sender = tested_sender_of(mail.user, services)
        _check(mail)
        mail = numbered_mail(mail, services)
        files = with_contents(mail, services).attachments
        untried, mail = mail, mail.sending()
        services.outbox.save(mail)
        try:
            way = (way_of or services.transport_for)(sender)
            delivery = way.send(replace(mail, attachments=files), sender, _CommittingWatch(mail_id, services, watch))
        except MailFailure as failure:
            _note_limit_of(failure, mail.user, services)
            _log.warning("ticket %s by %s: %s %s", mail.ticket_key, mail.user, failure.cause_code, failure.reply)
            return _failed(mail, failure, services, automatic=automatic)
        except FacteurError:
            # The password could not be had, a file vanished, a phase could not be committed: nothing has left. Where
            # even this can't be written, the next start finds the mail in SENDING.
            with suppress(StorageError):
                services.outbox.save(untried)
            raise
        return _answered(mail, delivery, services, automatic=automatic)


def _issuing(mail_id: str, services: Services) -> AbstractContextManager[None]:
    return services.journal.issuing(services.outbox.find(mail_id).ticket_key)


def cancel_mail(mail_id: str, services: Services, *, keep_pdf: bool) -> OutgoingMail:
    """End a mail for good; with `keep_pdf` its PDF stays for a sending by hand (Abandonner)."""
    with services.outbox.claim(mail_id):
        mail = services.outbox.find(mail_id)
        cancelled = mail.moved(MailState.CANCELLED)
        save_with_entry(cancelled, "cancelled", services)
    if not keep_pdf:
        remove_folder(mail.pdf.path.parent)
    return cancelled


def save_with_entry(mail: OutgoingMail, event: str, services: Services) -> None:
    """Save a mail, and in the same transaction what became of it in the journal; raises StorageError."""
    services.outbox.save(mail, journal_entry(mail, event, services.clock.now()))


def journal_entry(mail: OutgoingMail, event: str, at: datetime) -> JournalEntry:
    """Return the journal's line for what became of a mail: how many recipients, none of them named (PRODUCT F3)."""
    return JournalEntry(
        at,
        mail.ticket_key,
        mail.user,
        event,
        pdf_sha256=mail.pdf_sha256,
        recipient_count=len(mail.recipients) + len(mail.cc) + len(mail.bcc),
        mail_cause=mail.mail_cause.value if mail.mail_cause else "",
        reprint=mail.reprint,
        mail_id=mail.id,
    )


def _check(mail: OutgoingMail) -> None:
    if not mail.remaining_recipients:
        raise InvalidInputError("recipients", "recipients_missing")
    for attachment in mail.attachments:
        if not attachment.is_sealed and not attachment.path.is_file():
            raise AttachmentGoneError(attachment.name)


def _answered(mail: OutgoingMail, delivery: Delivery, services: Services, *, automatic: bool) -> SendingOutcome:
    ended = mail.with_results(delivery.results)
    now = services.clock.now()
    if automatic and ended.state is MailState.DEFERRED:
        ended = replace(ended, next_try_at=next_try(ended, now))
    _log.info("ticket %s by %s: %s", mail.ticket_key, mail.user, ended.state.value)
    accepted = sum(result.status is RecipientStatus.ACCEPTED for result in delivery.results.values())
    event = "mailed" if accepted else _event(ended.state, automatic=automatic)
    entry = replace(journal_entry(ended, event, now), reply=delivery.server_reply)
    services.outbox.save(ended, replace(entry, recipient_count=accepted) if accepted else entry)
    if delivery.size_limit is not None:
        note_size_limit(mail.user, delivery.size_limit, services)
    if ended.state is MailState.SENT and ended.document_type is DocumentType.TICKET:
        remove_folder(ended.pdf.path.parent)
    return SendingOutcome(ended, delivery=delivery)


def _failed(mail: OutgoingMail, failure: MailFailure, services: Services, *, automatic: bool) -> SendingOutcome:
    state, now = _state_after(failure, automatic=automatic), services.clock.now()
    ended = mail.moved(state, mail_cause=failure.mail_cause)
    if automatic and state is MailState.DEFERRED:
        # What waits for the settings leaves as soon as these are tested.
        ended = replace(ended, next_try_at=now if failure.mail_cause in OF_THE_ACCOUNT else next_try(ended, now))
    event = _event(state, automatic=automatic)
    services.outbox.save(ended, replace(journal_entry(ended, event, now), reply=failure.reply))
    return SendingOutcome(ended, failure=failure)


def _note_limit_of(failure: MailFailure, user: str, services: Services) -> None:
    if failure.mail_cause is MailCause.MESSAGE_TOO_BIG and failure.detail.isdecimal():
        note_size_limit(user, int(failure.detail), services)


def _event(state: MailState, *, automatic: bool) -> str:
    """Return the journal's word: where nobody tries again by himself, a deferred mail has failed."""
    return "failed" if state is MailState.DEFERRED and not automatic else state.value


def _state_after(failure: MailFailure, *, automatic: bool) -> MailState:
    if failure.mail_cause in PERHAPS_SENT:
        return MailState.UNKNOWN
    waits = failure.is_temporary or (automatic and failure.mail_cause in OF_THE_SERVER | OF_THE_ACCOUNT)
    return MailState.DEFERRED if waits else MailState.FAILED
