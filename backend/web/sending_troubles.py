"""Why a mail has not left for everybody, as the dialog over the assistant says it (PRODUCT E5, E6)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from backend.domain.errors import FacteurError, InvalidInputError, SecretsUnavailableError
from backend.domain.mail_failure import (
    OF_THE_ACCOUNT,
    OF_THE_SERVER,
    TEMPORARY,
    MailCause,
    MailFailure,
    SenderNotSetError,
    SenderNotTestedError,
)
from backend.domain.outgoing_mail import MailState, OutgoingMail, RecipientStatus
from backend.domain.retry_plan import waits_by_itself
from backend.domain.sender_profile import SendingMode
from backend.usecases.edit_draft import accepted_recipients
from backend.usecases.send_mail import SendingOutcome
from backend.web.messages import Explanation, explain, explain_recipient
from backend.web.sending_tasks import Task
from backend.web.services import services

# What no change of the sender settings would mend.
_NOT_IN_SETTINGS = frozenset(
    {
        MailCause.LOGIN_UNAVAILABLE,
        MailCause.RECIPIENT_UNKNOWN,
        MailCause.RECIPIENT_REFUSED,
        MailCause.MAILBOX_FULL,
        MailCause.RECIPIENT_DEFERRED,
        MailCause.MESSAGE_TOO_BIG,
        MailCause.REFUSED_AS_SPAM,
        MailCause.SERVER_BUSY,
        MailCause.CONNECTION_LOST,
        MailCause.ANSWER_LOST,
        MailCause.ACCENTED_ADDRESS,
        MailCause.CANCELLED,
    }
)


@dataclass(frozen=True, slots=True)
class RefusedRecipient:
    """An address that did not take the mail, and why."""

    address: str
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the dialog says; `is_unknown` has its own two ways out."""

    title: str
    sentence: str
    remedy: str
    detail: str
    pdf_name: str
    pdf_folder: Path
    accepted: tuple[str, ...] = ()
    refused: tuple[RefusedRecipient, ...] = ()
    is_unknown: bool = False
    is_handed_over: bool = False  # unknown, because a mail program has it
    is_in_settings: bool = False
    later: bool = False  # the outbox may try again by itself
    mail_client: bool = False  # the mail program of this PC may be used instead
    client_failure: Explanation | None = None


def trouble_of(mail: OutgoingMail, task: Task | None) -> Trouble | None:
    """Return what stands in the way of a mail: the end of its task, or what the outbox kept of it; None for nothing."""
    if task is not None and task.error is not None and not isinstance(task.error, InvalidInputError):
        return failed_trouble(mail, task.error)
    if mail.state is MailState.UNKNOWN:
        return _unknown(mail, _failure_of(mail, task))
    if mail.state not in {MailState.FAILED, MailState.DEFERRED, MailState.REJECTED} or waits_by_itself(mail):
        return None
    if _ended_per_recipient(mail, task):
        return _refused(mail, task) if _refused_recipients(mail) else None
    return failed_trouble(mail, _failure_of(mail, task))


def failed_trouble(mail: OutgoingMail, error: FacteurError) -> Trouble:
    """Return what the dialog says of a mail that failed as a whole."""
    explained = explain(error)
    is_closed = isinstance(error, (SenderNotSetError, SenderNotTestedError))
    return Trouble(
        _("The mail has not left"),
        explained.sentence,
        explained.remedy,
        _technical(error),
        mail.pdf.name,
        mail.pdf.path.parent,
        accepted=accepted_recipients(mail),
        is_in_settings=is_closed or (isinstance(error, MailFailure) and error.mail_cause not in _NOT_IN_SETTINGS),
        later=_may_wait(error),
        mail_client=_may_open_elsewhere(mail),
    )


def _unknown(mail: OutgoingMail, failure: MailFailure) -> Trouble:
    explained = explain(failure)
    return Trouble(
        _("Has the mail left?") if mail.mail_cause is MailCause.HANDED_OVER else _("Perhaps the mail has left"),
        explained.sentence,
        explained.remedy,
        _technical(failure),
        mail.pdf.name,
        mail.pdf.path.parent,
        is_unknown=True,
        is_handed_over=mail.mail_cause is MailCause.HANDED_OVER,
    )


def _refused(mail: OutgoingMail, task: Task | None) -> Trouble:
    refused, accepted = _refused_recipients(mail), accepted_recipients(mail)
    outcome = _outcome_of(task)
    title = _("The mail has not left for everybody") if accepted else _("The mail has not left")
    return Trouble(
        title,
        refused[0].sentence if len(refused) == 1 else "",
        refused[0].remedy if len(refused) == 1 else _("Correct these addresses or take them out."),
        outcome.delivery.transcript if outcome and outcome.delivery else _kept_reply(mail),
        mail.pdf.name,
        mail.pdf.path.parent,
        accepted,
        refused,
        later=mail.state is MailState.DEFERRED,
        mail_client=_may_open_elsewhere(mail),
    )


def _may_wait(error: FacteurError) -> bool:
    """Tell whether trying again later may help: after an outage, or once the settings are right."""
    if isinstance(error, MailFailure):
        return error.mail_cause in TEMPORARY | OF_THE_SERVER | OF_THE_ACCOUNT
    return isinstance(error, (SenderNotTestedError, SecretsUnavailableError))


def _may_open_elsewhere(mail: OutgoingMail) -> bool:
    """Tell whether the mail program of this PC is another way: nothing leaves in training."""
    sender = services().settings.sender_profile(mail.user)
    return not services().training and sender is not None and sender.mode is not SendingMode.MAIL_CLIENT


def _refused_recipients(mail: OutgoingMail) -> tuple[RefusedRecipient, ...]:
    found = []
    for address in mail.remaining_recipients:
        result = mail.results.get(address)
        if result is not None and result.status is not RecipientStatus.PENDING:
            explained = explain_recipient(result)
            found.append(RefusedRecipient(address, explained.sentence, explained.remedy))
    return tuple(found)


def _ended_per_recipient(mail: OutgoingMail, task: Task | None) -> bool:
    """Tell whether the server answered for each recipient, and not that the whole mail failed."""
    outcome = _outcome_of(task)
    if outcome is not None:
        return outcome.delivery is not None
    if mail.state is MailState.REJECTED:
        return True
    return any(
        result.status is not RecipientStatus.ACCEPTED and result.mail_cause is mail.mail_cause
        for result in mail.results.values()
    )


def _failure_of(mail: OutgoingMail, task: Task | None) -> MailFailure:
    """Return the failure itself, or after a restart what is known of it from outbox, settings and journal."""
    outcome = _outcome_of(task)
    if outcome is not None and outcome.failure is not None:
        return outcome.failure
    sender = services().settings.sender_profile(mail.user)
    host, port = (sender.host, sender.port) if sender else ("", 0)
    return MailFailure(mail.mail_cause or MailCause.CONNECTION_LOST, host, port, reply=_kept_reply(mail))


def _kept_reply(mail: OutgoingMail) -> str:
    entries = services().journal.entries(mail.ticket_key)
    return next((entry.reply for entry in reversed(entries) if entry.mail_id == mail.id), "")


def _technical(error: FacteurError) -> str:
    if not isinstance(error, MailFailure):
        return f"cause: {error.cause_code}"
    server = f"{error.host}:{error.port}" if error.host else ""
    lines = [server, error.transcript or error.reply, f"cause: {error.cause_code}"]
    return "\n".join(line for line in lines if line)


def _outcome_of(task: Task | None) -> SendingOutcome | None:
    return task.result if task is not None and isinstance(task.result, SendingOutcome) else None
