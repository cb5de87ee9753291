"""`closing list|read|close` and `archive export`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _

from backend.cli.context import Start, emit, json_option, user_option
from backend.domain.closing import ClosingPeriod, ClosingTotals, RecordedClosing


@click.group()
def closing() -> None:
    """Closings of tills: day, month, year."""


@closing.command("list")
@click.option("--limit", default=50, show_default=True, help="How many, the newest first.")
@json_option
@click.pass_obj
def list_closings(start: Start, limit: int) -> None:
    """List closings, the newest first."""
    with start.open_shop() as services:
        found = services.closings.latest(limit=limit)
        lines = [f"{each.key:12} {each.closing.span:10} {_euros(each.closing.totals)}" for each in found]
        emit({"closings": [_answer(each) for each in found]}, "\n".join(lines) or _("No closing yet."))


@closing.command()
@click.argument("till")
@json_option
@click.pass_obj
def read(start: Start, till: str) -> None:
    """Add up what TILL took since its last closing (X); nothing is closed."""
    with start.open_shop() as services:
        totals = services.closings.reading(till)
        text = _("Till %(till)s: %(count)d tickets, %(total)s.", till=till, count=totals.count, total=_euros(totals))
        emit({"till": till, **_totals(totals)}, text)


@closing.command()
@click.argument("till")
@click.argument("span")
@user_option
@json_option
@click.pass_obj
def close(start: Start, till: str, span: str, user: str) -> None:
    """Close SPAN at TILL: a day (2026-11-24), a month (2026-11) or a year (2026). It can't be undone."""
    from backend.usecases.close_period import close_period
    from backend.usecases.manage_users import user_for_command

    periods = {10: ClosingPeriod.DAY, 7: ClosingPeriod.MONTH, 4: ClosingPeriod.YEAR}
    if len(span) not in periods:
        raise click.BadParameter(_("Write 2026-11-24, 2026-11 or 2026."), param_hint="SPAN")
    with start.open_shop() as services:
        name = user_for_command(user, services).name
        recorded = close_period(till, periods[len(span)], span, user=name, services=services)
        text = _("%(key)s is closed.", key=recorded.key)
        emit({"status": "closed", **_answer(recorded)}, text)


@click.group()
def archive() -> None:
    """Archives in an open format."""


@archive.command()
@click.argument("year", type=click.IntRange(2000, 2999))
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def export(start: Start, year: int, file: Path) -> None:
    """Write the tickets and closings of YEAR to a new zip FILE: JSON Lines with their SHA-256."""
    from backend.usecases.export_archive import export_archive

    with start.open_shop() as services:
        report = export_archive(date(year, 1, 1), date(year, 12, 31), file, services)
        answer = {
            "status": "exported",
            "file": str(file),
            "tickets": report.tickets,
            "closings": report.closings,
            "bytes": report.size_bytes,
        }
        text = _("%(tickets)d tickets and %(closings)d closings are in %(file)s.", **answer)
        emit(answer, text)


def _answer(recorded: RecordedClosing) -> dict[str, Any]:
    closing = recorded.closing
    named = {"closing": recorded.key, "period": closing.period.value, "span": closing.span}
    return {**named, **_totals(closing.totals), "perpetual_total": closing.perpetual_total}


def _totals(totals: ClosingTotals) -> dict[str, Any]:
    return {
        "tickets": totals.ticket_count,
        "credits": totals.credit_count,
        "gross_total": totals.gross_total,
        "vat": [
            {"rate": str(each.rate), "net": each.net_amount, "vat": each.vat_amount, "gross": each.gross_amount}
            for each in totals.vat_totals
        ],
        "payments": [{"method": each.method, "amount": each.amount} for each in totals.payments],
        "change_given": totals.change_given,
    }


def _euros(totals: ClosingTotals) -> str:
    return f"{totals.gross_total / 100:.2f} EUR"
