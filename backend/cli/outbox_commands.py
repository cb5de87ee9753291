"""`outbox list | retry | cancel`: the mails that wait, for administrators and for other till software."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from flask_babel import gettext as _

from backend.cli.context import FAILED, NOT_READY, QUEUED, Start, emit, json_option
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.retry_plan import waits_by_itself
from backend.ports import Services

_LISTED = (
    MailState.DRAFT,
    MailState.QUEUED,
    MailState.SENDING,
    MailState.DEFERRED,
    MailState.REJECTED,
    MailState.FAILED,
    MailState.UNKNOWN,
)
_OTHERS_PATIENCE_S = 15.0  # a window or `serve` takes its turn every three seconds


@click.group()
def outbox() -> None:
    """Mails that have not left."""


@outbox.command("list")
@json_option
@click.pass_obj
def list_(start: Start) -> None:
    """List the mails that have not left: their tickets and why, never their addresses."""
    with start.open_shop() as services:
        rows = [_row(mail, services) for mail in services.outbox.waiting(_LISTED, with_content=False)]
        emit({"mails": rows}, _lines(rows))


@outbox.command("retry")
@click.argument("mail_id", metavar="[ID]", default="")
@json_option
@click.pass_obj
def retry(start: Start, mail_id: str) -> None:
    """Send what waits now, or the mail ID alone (its first 8 signs do), also where it has failed.

    Ends with 0 when all of them have left, 1 when one failed, 3 when the sender settings must be tested first, 4 when
    one still waits.
    """
    from backend.usecases.queue_mail import retry_mails, waiting_ids

    with start.open_shop() as services:
        ids = [_found(mail_id, services).id] if mail_id else waiting_ids(services)
        retry_mails(ids, services)
        _let_them_leave(ids, services)
        mails = [services.outbox.find(each) for each in ids]
        rows = [_row(mail, services) for mail in mails]
        emit({"mails": rows}, _lines(rows))
        sys.exit(_exit_code(mails, services))


@outbox.command("cancel")
@click.argument("mail_id", metavar="[ID]", default="")
@click.option("--all", "is_all", is_flag=True, help="Every mail that waits by itself.")
@json_option
@click.pass_obj
def cancel(start: Start, mail_id: str, is_all: bool) -> None:
    """Erase mail ID with its addresses and its PDF; the ticket stays."""
    from backend.usecases.queue_mail import waiting_ids
    from backend.usecases.send_mail import cancel_mail

    if bool(mail_id) == is_all:
        raise click.UsageError("name one mail, or --all")
    with start.open_shop() as services:
        ids = waiting_ids(services) if is_all else [_found(mail_id, services).id]
        cancelled = [cancel_mail(each, services, keep_pdf=False) for each in ids]
        rows = [{"id": mail.id, "ticket": mail.ticket_key, "state": mail.state.value} for mail in cancelled]
        emit({"mails": rows}, _lines(rows))


def _found(mail_id: str, services: Services) -> OutgoingMail:
    """Return the unfinished mail whose id begins so; raises NotFoundError, InvalidInputError for too few signs."""
    if len(mail_id) < 4:
        raise InvalidInputError("id", "mail_id", mail_id)
    mails = services.outbox.waiting(_LISTED, with_content=False)
    found = [mail for mail in mails if mail.id.startswith(mail_id.lower())]
    if len(found) > 1:
        raise InvalidInputError("id", "mail_id", mail_id)
    if not found:
        raise NotFoundError("mail", mail_id)
    return found[0]


def _let_them_leave(ids: Sequence[str], services: Services) -> None:
    """Send them, unless another program works for this user: it takes its turn, which is waited for."""
    from backend.bootstrap.outbox_worker import work_alone

    deadline = time.monotonic() + _OTHERS_PATIENCE_S
    while not work_alone(services):
        if time.monotonic() > deadline or not _some_are_due(ids, services):
            return
        time.sleep(0.2)


def _some_are_due(ids: Sequence[str], services: Services) -> bool:
    from backend.domain.retry_plan import is_due

    now = services.clock.now()
    waiting = services.outbox.waiting([MailState.QUEUED, MailState.DEFERRED, MailState.SENDING], with_content=False)
    return any(mail.state is MailState.SENDING or is_due(mail, now) for mail in waiting if mail.id in ids)


def _exit_code(mails: Sequence[OutgoingMail], services: Services) -> int:
    from backend.domain.errors import NotReadyError
    from backend.usecases.prepare_sending import tested_sender_of

    left = [mail for mail in mails if mail.state is not MailState.SENT]
    if not left:
        return 0
    for user in {mail.user for mail in left if waits_by_itself(mail)}:
        try:
            tested_sender_of(user, services)
        except NotReadyError:
            return NOT_READY
    return QUEUED if all(waits_by_itself(mail) for mail in left) else FAILED


def _row(mail: OutgoingMail, services: Services) -> dict[str, Any]:
    from backend.web.messages import explain

    sender = services.settings.sender_profile(mail.user)
    host, port = (sender.host, sender.port) if sender else ("", 0)
    explained = explain(MailFailure(mail.mail_cause, host, port)) if mail.mail_cause else None
    return {
        "id": mail.id,
        "ticket": mail.ticket_key,
        "user": mail.user,
        "state": mail.state.value,
        "cause": explained.cause if explained else "",
        "message": explained.sentence if explained else "",
        "remedy": explained.remedy if explained else "",
        "created_at": _moment(mail.created_at),
        "attempts": mail.attempts,
        "next_try_at": _moment(mail.next_try_at) if waits_by_itself(mail) else "",
    }


def _lines(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [f"{row['id'][:8]}  {row['ticket']:<12} {row['state']:<9} {row.get('message', '')}" for row in rows]
    return "\n".join(map(str.rstrip, lines)) or _("No mail waits.")


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
