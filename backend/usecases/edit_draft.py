"""Change a mail that has not left yet, as a person types: nothing is refused before it is sent (PRODUCT E3)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from backend.domain.email_address import RECIPIENTS_MAX, parse_address, split_addresses
from backend.domain.errors import InvalidInputError
from backend.domain.outgoing_mail import ForbiddenMoveError, MailState, OutgoingMail, RecipientStatus
from backend.domain.sender_profile import Priority
from backend.ports import Services

EDITABLE = frozenset({MailState.DRAFT, MailState.QUEUED, MailState.DEFERRED, MailState.REJECTED, MailState.FAILED})
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class DraftTexts:
    """What stands in the assistant: `recipients` is a `;` list, perhaps half typed."""

    recipients: str
    subject: str
    body: str
    priority: Priority = Priority.NORMAL
    delivery_notification: bool = False
    read_receipt: bool = False


def edit_draft(mail_id: str, texts: DraftTexts, services: Services) -> OutgoingMail:
    """Keep what was typed, good or not; who has the mail already stays a recipient, and a waiting mail waits no more.

    Raises NotFoundError, ForbiddenMoveError (it is on its way or ended), StorageError.
    """
    with services.outbox.claim(mail_id):
        mail = editable_mail(mail_id, services)
        recipients = _with_accepted(mail, normal_addresses(texts.recipients))
        changed = replace(
            mail,
            recipients=recipients,
            subject=_LINE_BREAKS.sub(" ", texts.subject).strip(),
            body=texts.body.replace("\r\n", "\n"),
            priority=texts.priority,
            delivery_notification=texts.delivery_notification,
            read_receipt=texts.read_receipt,
            results={address: result for address, result in mail.results.items() if address in recipients},
        )
        if changed != mail:
            changed = taken_back(changed)
            services.outbox.save(changed)
    return changed


def taken_back(mail: OutgoingMail) -> OutgoingMail:
    """Return a changed mail out of the waiting line: what is half typed must not leave by itself."""
    return mail.moved(MailState.DRAFT) if mail.state is MailState.QUEUED else replace(mail, next_try_at=None)


def editable_mail(mail_id: str, services: Services) -> OutgoingMail:
    """Return a mail that may still be changed; raises NotFoundError, ForbiddenMoveError."""
    mail = services.outbox.find(mail_id)
    if mail.state not in EDITABLE:
        raise ForbiddenMoveError(mail.state.value, MailState.DRAFT.value)
    return mail


def check_draft(mail: OutgoingMail) -> None:
    """Refuse a mail that can't be sent as it stands; raises InvalidInputError("recipients", ...)."""
    if not mail.remaining_recipients:
        raise InvalidInputError("recipients", "recipients_missing")
    if len(mail.recipients) > RECIPIENTS_MAX:
        raise InvalidInputError("recipients", "too_many_recipients", str(len(mail.recipients)))
    for address in mail.remaining_recipients:
        parse_address(address, "recipients")


def is_address(text: str) -> bool:
    """Tell whether a recipient is an address by its syntax."""
    try:
        parse_address(text)
    except InvalidInputError:
        return False
    return True


def normal_addresses(text: str) -> tuple[str, ...]:
    """Split a `;` list; what is an address takes its normal form, anything else stays as it was typed."""
    return split_addresses(";".join(_normal_form(part) for part in split_addresses(text)))


def accepted_recipients(mail: OutgoingMail) -> tuple[str, ...]:
    """Return those whose server has taken the mail: they are never tried again."""
    return tuple(
        address
        for address in mail.recipients
        if address in mail.results and mail.results[address].status is RecipientStatus.ACCEPTED
    )


def _normal_form(text: str) -> str:
    try:
        return parse_address(text)
    except InvalidInputError:
        return text


def _with_accepted(mail: OutgoingMail, recipients: tuple[str, ...]) -> tuple[str, ...]:
    accepted = accepted_recipients(mail)
    return (*accepted, *(address for address in recipients if address not in accepted))
