"""`send`, and `mailbox list | show` of the training mode."""

from __future__ import annotations

import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _

from backend.cli.context import FAILED, QUEUED, Start, emit, fail, json_option, user_option
from backend.domain.outgoing_mail import MailState, RecipientStatus
from backend.domain.sender_profile import Priority
from backend.domain.ticket import TicketNumber
from backend.usecases.send_ticket import SendingWishes, TicketSending


@click.command()
@click.argument("number")
@click.option("--to", default="", help="Addresses separated by ';'; else those of the mail settings.")
@click.option("--layout", "layout_id", default="", help="80mm, 58mm, a4 or one of your own; else the last used there.")
@click.option("--attach", multiple=True, type=click.Path(path_type=Path), help="A file to add; may be repeated.")
@click.option("--priority", type=click.Choice([priority.value for priority in Priority]))
@click.option("--queue", is_flag=True, help="Where the network or the server fails, keep the mail for later.")
@user_option
@json_option
@click.pass_obj
def send(
    start: Start,
    number: str,
    to: str,
    layout_id: str,
    attach: tuple[Path, ...],
    priority: str | None,
    queue: bool,
    user: str,
) -> None:
    """Mail ticket NUMBER (till and number, C1-4) as PDF."""
    from backend.usecases.manage_users import user_for_command
    from backend.usecases.send_ticket import send_ticket

    wishes = SendingWishes(to, layout_id, attach, Priority(priority) if priority else None, queue)
    with start.open_shop() as services:
        name = user_for_command(user, services).name
        sending = send_ticket(TicketNumber.parse(number), name, wishes, services)
        _report(sending)


def _report(sending: TicketSending) -> None:
    outcome = sending.outcome
    if sending.queued:
        emit(_answer(sending, "queued"), _("The mail is waiting and leaves later."))
        sys.exit(QUEUED)
    if outcome.failure:
        status = "unknown" if outcome.mail.state is MailState.UNKNOWN else "failed"
        fail(outcome.failure, status=status, pdf_folder=str(sending.pdf_folder), pdf=_pdf(sending))
    if outcome.mail.state is MailState.SENT:
        emit(_answer(sending, "sent"), _("The mail has been sent."))
        return
    accepted = any(result.status is RecipientStatus.ACCEPTED for result in outcome.mail.results.values())
    answer = {**_answer(sending, "partial" if accepted else "failed"), **_refusals(sending)}
    emit(answer, answer["message"])
    sys.exit(FAILED)


def _answer(sending: TicketSending, status: str) -> dict[str, Any]:
    mail, delivery = sending.outcome.mail, sending.outcome.delivery
    return {
        "status": status,
        "message_id": mail.message_id,
        "recipients": {address: result.status.value for address, result in mail.results.items()},
        "pdf": _pdf(sending),
        "server_reply": delivery.server_reply if delivery else "",
    }


def _pdf(sending: TicketSending) -> dict[str, Any]:
    return {"name": sending.pdf_name, "sha256": sending.pdf_sha256, "bytes": sending.pdf_bytes}


def _refusals(sending: TicketSending) -> dict[str, Any]:
    from backend.web.messages import explain_recipient

    refused = {
        address: explain_recipient(result)
        for address, result in sending.outcome.mail.results.items()
        if result.status is not RecipientStatus.ACCEPTED
    }
    first = next(iter(refused.values()))
    return {
        "cause": first.cause,
        "message": "\n".join(f"{address}: {explained.sentence}" for address, explained in refused.items()),
        "remedy": str(first.remedy),
        "pdf_folder": str(sending.pdf_folder),
    }


@click.group()
def mailbox() -> None:
    """What the training mode would have sent."""


@mailbox.command("list")
@json_option
@click.pass_obj
def list_(start: Start) -> None:
    """List the captured mails."""
    with start.open_shop() as services:
        mails = [(number, _parsed(services.mailbox.raw(number))) for number in services.mailbox.numbers()]
        rows = [{"number": number, "to": str(mail["To"]), "subject": str(mail["Subject"])} for number, mail in mails]
        emit({"mails": rows}, "\n".join(f"{row['number']:>4}  {row['to']}  {row['subject']}" for row in rows))


@mailbox.command("show")
@click.argument("number", type=click.IntRange(1))
@click.option("--raw", is_flag=True, help="The mail as it was received.")
@json_option
@click.pass_obj
def show(start: Start, number: int, raw: bool) -> None:
    """Show captured mail NUMBER."""
    with start.open_shop() as services:
        content = services.mailbox.raw(number)
        if raw:
            click.echo(content, nl=False)
            return
        from backend.usecases.read_captured_mail import captured_mail

        mail = captured_mail(content)
        text = f"{mail['from']}\n{'; '.join(mail['to'])}\n{mail['subject']}\n\n{mail['text']}"
        emit(mail, "\n".join([text, *(attachment["name"] for attachment in mail["attachments"])]))


def _parsed(content: bytes) -> EmailMessage:
    from backend.usecases.read_captured_mail import parse_mail

    return parse_mail(content)
