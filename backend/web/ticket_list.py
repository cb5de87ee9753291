"""The rows of the ticket list, grouped per day, and the addresses of the pages beside this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from flask import url_for
from flask_babel import gettext as _

from backend.domain.document_type import DocumentType
from backend.domain.outgoing_mail import JournalEntry
from backend.domain.ticket import TicketNumber, TicketSummary
from backend.web.mail_status import MailBadge, mail_badge
from backend.web.services import services
from backend.web.ticket_search import PAGE_SIZE, PERIODS, TicketSearch


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list; `url` shows the ticket and keeps the search."""

    key: TicketNumber
    url: str
    issued_at: datetime
    customer_name: str
    is_credit: bool
    gross_total: int
    mail: MailBadge | None


@dataclass(frozen=True, slots=True)
class Day:
    """The tickets of one day on this page; count and total are those of the whole day, as far as the search goes."""

    day: date
    rows: Sequence[Row]
    count: int
    gross_total: int


def list_context(search: TicketSearch, summaries: Sequence[TicketSummary]) -> dict[str, object]:
    """Return what the list needs; `summaries` are those of the page and one more if there is an older page."""
    rows = _rows(summaries[:PAGE_SIZE], search)
    by_day = groupby(rows, key=lambda row: row.issued_at.date())
    return {
        "search": search,
        "days": [_day(day, list(rows_of_day), search) for day, rows_of_day in by_day],
        "periods": _periods(),
        "today": services().clock.now().date(),
        "newer_url": _list_url(search, search.page - 1) if search.page > 1 else "",
        "older_url": _list_url(search, search.page + 1) if len(summaries) > PAGE_SIZE else "",
        "list_url": _list_url(search, search.page),
    }


def _rows(tickets: Sequence[TicketSummary], search: TicketSearch) -> list[Row]:
    entries: defaultdict[str, list[JournalEntry]] = defaultdict(list)
    for entry in services().journal.entries_of([str(ticket.key) for ticket in tickets]):
        entries[entry.ticket_key].append(entry)
    kept = search.address_values()
    return [
        Row(
            ticket.key,
            url_for("tickets.detail", number=ticket.key, **kept),
            ticket.issued_at,
            ticket.customer_name,
            ticket.kind is DocumentType.CREDIT,
            ticket.gross_total,
            mail_badge(entries[str(ticket.key)]),
        )
        for ticket in tickets
    ]


def _day(day: date, rows: Sequence[Row], search: TicketSearch) -> Day:
    asked = search.query(services().clock.now().date())
    totals = services().tickets.totals(replace(asked, from_day=day.isoformat(), to_day=day.isoformat()))
    return Day(day, rows, totals.count, totals.gross_total)


def _list_url(search: TicketSearch, page: int) -> str:
    return url_for("tickets.index", **search.address_values(page=page))


def _periods() -> list[tuple[str, str]]:
    words = (_("All dates"), _("Today"), _("Since yesterday"), _("This month"), _("Dates…"))
    return list(zip(PERIODS, words, strict=True))
