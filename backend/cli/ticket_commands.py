"""`ticket import | list | show | pdf`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _

from backend.cli.context import FAILED, Start, emit, json_option, user_option
from backend.domain.ticket import RecordedTicket, TicketNumber, TicketQuery, TicketSummary
from backend.domain.ticket_chain import ticket_content
from backend.ports import Services


@click.group()
def ticket() -> None:
    """Recorded tickets: take them in, list them, show one, save its PDF."""


@ticket.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def import_(start: Start, files: tuple[Path, ...]) -> None:
    """Record the tickets of JSON FILES; each file whole or not at all, each ticket once. The files stay as they are."""
    with start.open_shop() as services:
        reports = [_import_one(file, services) for file in files]
        gaps = services.tickets.gaps()
        refused = any(report["status"] == "refused" for report in reports)
        answer = {
            "status": "refused" if refused else "imported",
            "files": reports,
            "gaps": {till: list(numbers) for till, numbers in gaps.items()},
        }
        missing = [
            _("Till %(till)s: numbers missing so far: %(numbers)s", till=till, numbers=", ".join(map(str, numbers)))
            for till, numbers in gaps.items()
        ]
        emit(answer, "\n".join([*(_import_line(report) for report in reports), *missing]))
    if refused:
        sys.exit(FAILED)


@ticket.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--search", default="", help="Number, customer or amount.")
@json_option
@click.pass_obj
def list_(start: Start, limit: int, search: str) -> None:
    """List tickets, newest first."""
    with start.open_shop() as services:
        found = services.tickets.search(TicketQuery(text=search, limit=limit))
        emit({"tickets": [_summary(row) for row in found]}, "\n".join(_list_line(row) for row in found))


@ticket.command()
@click.argument("number")
@json_option
@click.pass_obj
def show(start: Start, number: str) -> None:
    """Show ticket NUMBER (till and number, C1-4)."""
    with start.open_shop() as services:
        recorded = services.tickets.find(TicketNumber.parse(number))
        emit(_ticket_answer(recorded), _ticket_text(recorded))


@ticket.command()
@click.argument("number")
@click.option(
    "--layout",
    "layout_id",
    default="",
    help="80mm, 58mm, a4 or one of the shop's own; else the last used at that till.",
)
@click.option("--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to write.")
@user_option
@json_option
@click.pass_obj
def pdf(start: Start, number: str, layout_id: str, output: Path, user: str) -> None:
    """Write the PDF of ticket NUMBER; the first one issued is the original, later ones say DUPLICATA."""
    from backend.usecases.make_ticket_pdf import save_ticket_pdf

    with start.open_shop() as services:
        saved = save_ticket_pdf(TicketNumber.parse(number), layout_id, output.absolute(), user, services)
        answer = {
            "status": "saved",
            "pdf": {
                "name": saved.path.name,
                "path": str(saved.path),
                "sha256": saved.sha256,
                "bytes": saved.size_bytes,
                "pages": saved.page_count,
            },
        }
        emit(answer, _("%(path)s is saved.", path=saved.path))


def _import_one(file: Path, services: Services) -> dict[str, Any]:
    from backend.usecases.import_ticket import import_ticket_file
    from backend.usecases.located_json import ImportFileError
    from backend.web.messages import explain

    try:
        report = import_ticket_file(file, services)
    except ImportFileError as error:
        explained = explain(error)
        return {
            "file": str(file),
            "status": "refused",
            "line": error.line,
            "where": error.where,
            "reason": error.reason,
            "message": str(explained.sentence),
            "remedy": str(explained.remedy),
        }
    return {
        "file": str(file),
        "status": "imported",
        "recorded": list(report.recorded),
        "known": list(report.known),
        "mail_to_ignored": report.mail_to_ignored,
    }


def _import_line(report: dict[str, Any]) -> str:
    if report["status"] == "refused":
        return f"{report['message']} {report['remedy']}"
    line: str = _(
        "%(file)s: %(recorded)d recorded, %(known)d known already.",
        file=report["file"],
        recorded=len(report["recorded"]),
        known=len(report["known"]),
    )
    if report["mail_to_ignored"]:
        line += " " + _("No mail was sent: use the command send for that.")
    return line


def _summary(row: TicketSummary) -> dict[str, Any]:
    return {
        "number": str(row.key),
        "kind": row.kind.value,
        "issued_at": row.issued_at.isoformat(),
        "customer": row.customer_name,
        "cashier": row.cashier_name,
        "total": _euros(row.gross_total),
    }


def _list_line(row: TicketSummary) -> str:
    day = row.issued_at.strftime("%d/%m/%Y %H:%M")
    return f"{row.key!s:<14} {day}  {row.customer_name[:30]:<30} {_euros(row.gross_total):>12}"


def _ticket_answer(recorded: RecordedTicket) -> dict[str, Any]:
    content = ticket_content(recorded.ticket)
    content["number"] = str(recorded.ticket.key)
    for amount in ("gross_total", "change_due"):
        content[amount] = _euros(content[amount])
    content["lines"] = [_with_euros(line, "unit_price", "gross_total", "discount") for line in content["lines"]]
    content["vat_totals"] = [
        _with_euros(total, "net_amount", "vat_amount", "gross_amount") for total in content["vat_totals"]
    ]
    content["payments"] = [_with_euros(payment, "amount") for payment in content["payments"]]
    return {
        **content,
        "content_sha256": recorded.content_sha256,
        "previous_sha256": recorded.previous_sha256,
        "chain_sha256": recorded.chain_sha256,
    }


def _with_euros(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: _euros(value) if name in names else _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    return value if isinstance(value, (str, int)) else str(value)


def _ticket_text(recorded: RecordedTicket) -> str:
    shown = recorded.ticket
    lines = [f"{line.quantity} x {line.label}: {_euros(line.gross_total)}" for line in shown.lines]
    payments = [f"{payment.method}: {_euros(payment.amount)}" for payment in shown.payments]
    head = f"{shown.key}  {shown.issued_at:%d/%m/%Y %H:%M}  {shown.customer_name}  {shown.cashier_name}"
    total = _("Total: %(amount)s", amount=_euros(shown.gross_total))
    return "\n".join([head, *lines, total, *payments, recorded.chain_sha256])


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
