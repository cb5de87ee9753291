"""`check mail | pdf | journal`."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict

import click
from flask_babel import gettext as _

from backend.cli.context import FAILED, Start, emit, fail, json_option, user_option, wants_json
from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import SendingPhase


@click.group()
def check() -> None:
    """Does it work: mail, PDF, journal."""


class _Steps:
    """Collects the steps of a sending, and prints each as it is done."""

    def __init__(self) -> None:
        self.done: list[dict[str, str]] = []
        self._shown = not wants_json()

    def phase(self, phase: SendingPhase) -> None:
        """Show nothing: the steps say enough."""

    def step(self, name: str, detail: str = "") -> None:
        """Keep a finished step and print it."""
        from backend.web.messages import step_label

        self.done.append({"step": name, "detail": detail})
        if self._shown:
            click.echo(f"  {step_label(name)} {detail}".rstrip())


@check.command()
@user_option
@click.option("--to", default="", help="Where the test mail goes; else to the sender's own address.")
@click.option(
    "--arrived/--not-arrived",
    default=None,
    help="Say what became of the test mail that the mail program was given; none is sent.",
)
@json_option
@click.pass_obj
def mail(start: Start, user: str, to: str, arrived: bool | None) -> None:
    """Send a test mail step by step; its success opens the way for this user's mails."""
    from backend.usecases.manage_users import user_for_command
    from backend.usecases.test_sender import TestMailTexts, confirm_test, send_test_mail
    from backend.web.messages import explain_test

    texts = TestMailTexts(_("Facteur: test of your sender settings"), _("This test mail arrived: sending works."))
    with start.open_shop() as services:
        steps = _Steps()
        name = user_for_command(user, services).name
        if arrived is not None:
            confirm_test(name, services, went=arrived)
            said = _("%(user)s may send.", user=name) if arrived else _("%(user)s may not send yet.", user=name)
            emit({"status": "confirmed" if arrived else "denied", "user": name}, said)
            return
        try:
            _tested, delivery = send_test_mail(name, to, texts, services, steps)
        except MailFailure as failure:
            exchange = failure.transcript.splitlines()
            helps = explain_test(failure).remedy
            fail(failure, remedy=helps, steps=steps.done, server_reply=failure.reply, transcript=exchange)
        answer = {
            "status": "handed_over" if delivery.handed_over else "sent",
            "user": name,
            "steps": steps.done,
            "server_reply": delivery.server_reply,
            "transcript": delivery.transcript.splitlines(),
        }
        if delivery.handed_over:
            emit(answer, _("Has it arrived with its PDF? Then: check mail --user %(user)s --arrived", user=name))
        else:
            emit(answer, _("The test mail was accepted: %(user)s may send.", user=name))


@check.command()
@json_option
@click.pass_obj
def pdf(start: Start) -> None:
    """Make a test PDF with the engine and in the folder in force, and read it again: text, fonts, width and scale."""
    from backend.usecases.test_pdf import forget_test_pdf, make_test_pdf, remember_test

    with start.open_shop() as services:
        begun = time.monotonic()
        report = make_test_pdf(services)
        forget_test_pdf(report)
        remember_test(services)
        answer = {
            "status": "made",
            "engine": asdict(report.engine),
            "folder": report.folder.path,
            "free_bytes": report.folder.free_bytes,
            "warnings": list(report.folder.warnings),
            "pages": report.page_count,
            "bytes": report.size_bytes,
            "seconds": round(time.monotonic() - begun, 2),
        }
        engine = f"{report.engine.id} {report.engine.version}"
        emit(answer, _("%(engine)s makes PDFs in %(folder)s.", engine=engine, folder=report.folder.path))


@check.command()
@json_option
@click.pass_obj
def journal(start: Start) -> None:
    """Prove that no recorded ticket was changed, removed or put between others."""
    with start.open_shop() as services:
        report = services.tickets.check_chain()
        answer = {
            "status": "broken" if report.faults else "intact",
            "tickets": report.tickets,
            "faults": [asdict(fault) for fault in report.faults],
            "gaps": {till: list(numbers) for till, numbers in report.gaps.items()},
        }
        lines = [_("Till %(till)s: %(count)d tickets read.", till=till, count=n) for till, n in report.tickets.items()]
        lines += [
            _("BROKEN at ticket %(number)s (place %(place)d of its till).", number=fault.number, place=fault.position)
            for fault in report.faults
        ]
        emit(answer, "\n".join(lines) or _("No ticket yet."))
    if report.faults:
        sys.exit(FAILED)
