"""Closings: the X at any time, the Z of a day, month and year, the archive, what the law asks (PRODUCT A4)."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask_babel import gettext as _

from backend.domain.closing import ClosingPeriod, ClosingTotals, OpenTickets, RecordedClosing
from backend.domain.errors import NotFoundError
from backend.domain.user import Role
from backend.usecases.close_period import close_days_before, close_period, open_tills
from backend.usecases.export_archive import export_archive
from backend.web.auth import current_user, require
from backend.web.closing_words import period_word, span_words
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, render_page
from backend.web.security import current_session
from backend.web.services import services
from backend.web.till_page import payment_word

blueprint = Blueprint("closings", __name__, url_prefix="/closings")
_PAGE = 30


@dataclass(frozen=True, slots=True)
class Due:
    """Something that can be closed now."""

    period: ClosingPeriod
    span: str
    title: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till with what it has open; `is_behind` when days before today are."""

    till: OpenTickets
    label: str
    due: list[Due]
    is_late: bool
    is_behind: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list of closings."""

    recorded: RecordedClosing
    title: str
    word: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a slip shows, in cents, with the payments in the words of the page."""

    totals: ClosingTotals
    payments: list[tuple[str, int]]


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str:
    """Show what each till has open, and the closings, newest first."""
    page = max(1, request.args.get("page", 1, int))
    found = services().closings.latest(limit=_PAGE + 1, offset=(page - 1) * _PAGE)
    return render_page(
        "closings/index.html",
        tills=[_till_row(till) for till in open_tills(services())],
        rows=[_row(recorded) for recorded in found[:_PAGE]],
        page=page,
        newer_url=url_for("closings.index", page=page - 1) if page > 1 else "",
        older_url=url_for("closings.index", page=page + 1) if len(found) > _PAGE else "",
        years=_years(),
        year=services().clock.now().year,
        now=services().clock.now(),
    )


@blueprint.get("/<till>/now")
@require(Role.CASHIER)
def reading(till: str) -> str:
    """Show the X of a till: what it took since its last closing; nothing is closed."""
    totals = services().closings.reading(till)
    return render_page(
        "closings/reading.html", till=till, report=_report(totals), now=services().clock.now(), is_reading=True
    )


@blueprint.get("/<till>/close")
@require(Role.CASHIER)
def ask(till: str) -> Response:
    """Ask before what can't be undone."""
    today = services().clock.now().date()
    state = services().closings.open_tickets(till, today)
    wanted = (request.args.get("period", ""), request.args.get("span", ""))
    due = next((due for due in _due(state, today) if (due.period.value, due.span) == wanted), None)
    if due is None:
        raise NotFoundError("closing", f"{till} {wanted[1]}")
    return show_dialog(render_template("closings/_question.html", till=till, due=due))


@blueprint.post("/<till>/close")
@require(Role.CASHIER)
def close(till: str) -> Response:
    """Close a period, and show its report."""
    form = Form.sent()
    if form["period"] not in {period.value for period in ClosingPeriod}:
        raise NotFoundError("closing", form["period"])
    period = ClosingPeriod(form["period"])
    recorded = close_period(till, period, form["span"], user=current_user().name, services=services())
    current_session().toasts.append(_("%(key)s is closed.", key=recorded.key))
    return go_to(url_for("closings.detail", till=till, position=recorded.position))


@blueprint.post("/<till>/close-earlier")
@require(Role.CASHIER)
def close_earlier(till: str) -> Response:
    """Close every day before today, with the months and years that this completes."""
    today = services().clock.now().date()
    closed = close_days_before(till, today, user=current_user().name, services=services())
    current_session().toasts.append(_("%(count)d closings made at till %(till)s.", count=len(closed), till=till))
    return go_to(url_for("closings.index"))


@blueprint.get("/<till>/<int:position>")
@require(Role.CASHIER)
def detail(till: str, position: int) -> str:
    """Show the Z: the report of a closing, as it was recorded."""
    recorded = services().closings.find(till, position)
    company = services().settings.company()
    return render_page(
        "closings/detail.html",
        recorded=recorded,
        closing=recorded.closing,
        title=span_words(recorded.closing.span),
        word=period_word(recorded.closing.period),
        company_name=company.name if company else "",
        report=_report(recorded.closing.totals),
    )


@blueprint.get("/law")
@require(Role.CASHIER)
def law() -> str:
    """Say what the program does for the law, and what it can't claim."""
    return render_page("closings/law.html")


@blueprint.get("/archive")
@require(Role.ADMINISTRATOR)
def archive() -> Response:
    """Give the archive of a year as a file."""
    year = request.args.get("year", services().clock.now().year, int)
    if year not in _years():
        raise NotFoundError("closing", str(year))
    company = services().settings.company()
    folder = Path(tempfile.mkdtemp())
    target = folder / "archive.zip"
    try:
        export_archive(date(year, 1, 1), date(year, 12, 31), target, services())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    name = f"Facteur-archive-{company.name if company else ''}-{year}.zip"
    response = send_file(target, mimetype="application/zip", as_attachment=True, download_name=name)
    # After the file is closed: Windows deletes none that is open.
    response.call_on_close(partial(shutil.rmtree, folder, ignore_errors=True))
    return response


def _till_row(state: OpenTickets) -> TillRow:
    now = services().clock.now()
    due = _due(state, now.date())
    behind = any(each.period is ClosingPeriod.DAY and not each.is_today for each in due)
    return TillRow(state, services().shop.till(state.till_code).label, due, state.is_late(now), behind)


def _due(state: OpenTickets, today: date) -> list[Due]:
    return [Due(period, span, span_words(span), is_today=span == today.isoformat()) for period, span in state.due]


def _row(recorded: RecordedClosing) -> Row:
    return Row(recorded, span_words(recorded.closing.span), period_word(recorded.closing.period))


def _report(totals: ClosingTotals) -> Report:
    payments = [(payment_word(payment.method), payment.amount) for payment in totals.payments]
    if totals.change_given:
        payments.append((_("Change given"), -totals.change_given))
    return Report(totals, payments)


def _years() -> list[int]:
    """Return the years that an archive may be made of: this one and the six before, which must be kept."""
    now: datetime = services().clock.now()
    return list(range(now.year, now.year - 7, -1))
