"""What the ticket list was asked for: the query string of its address, so that it survives F5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.domain.ticket import TicketQuery

PAGE_SIZE = 50
PERIODS = ("", "today", "yesterday", "month", "days")
_TYPED_DAY = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?(?![\d,.])")


@dataclass(frozen=True, slots=True)
class TicketSearch:
    """Text, period (a word of PERIODS; `days` goes with two ISO days) and page from 1."""

    text: str = ""
    period: str = ""
    from_day: str = ""
    to_day: str = ""
    page: int = 1

    @classmethod
    def asked(cls, given: Mapping[str, str]) -> TicketSearch:
        """Read a query string; what makes no sense counts as not given."""
        period = given.get("period", "")
        page = given.get("page", "1")
        return cls(
            text=" ".join(given.get("text", "").split())[:100],
            period=period if period in PERIODS else "",
            from_day=_iso_day(given.get("from_day", "")) if period == "days" else "",
            to_day=_iso_day(given.get("to_day", "")) if period == "days" else "",
            page=int(page) if re.fullmatch(r"[1-9]\d{0,5}", page) else 1,
        )

    @property
    def is_narrow(self) -> bool:
        """Tell whether anything but the page was chosen."""
        return bool(self.text or self.period)

    def address_values(self, **changes: object) -> dict[str, Any]:
        """Return what the query string must hold, without what is not chosen."""
        values = {name: getattr(self, name) for name in ("text", "period", "from_day", "to_day", "page")} | changes
        return {name: value for name, value in values.items() if value and (name, value) != ("page", 1)}

    def query(self, today: date, *, limit: int = PAGE_SIZE + 1) -> TicketQuery:
        """Return the question to the store: one row more than a page, to know whether there is another."""
        text, from_day, to_day = self._typed_day(today)
        return TicketQuery(text, from_day, to_day, limit, (self.page - 1) * PAGE_SIZE)

    def _typed_day(self, today: date) -> tuple[str, str, str]:
        from_day, to_day = self._days(today)
        for found in _TYPED_DAY.finditer(self.text):
            if day := _typed(found[1], found[2], found[3], today):
                rest = f"{self.text[: found.start()]} {self.text[found.end() :]}"
                return " ".join(rest.split()), max(from_day, day), min(to_day or day, day)
        return self.text, from_day, to_day

    def _days(self, today: date) -> tuple[str, str]:
        begins = {"today": today, "yesterday": today - timedelta(days=1), "month": today.replace(day=1)}
        if self.period in begins:
            return begins[self.period].isoformat(), ""
        return self.from_day, self.to_day


def _iso_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _typed(day: str, month: str, year: str | None, today: date) -> str:
    """Return the ISO day of `24/11` (the latest one), `24/11/26` or `24/11/2026`; "" where there is no such day."""
    try:
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()
        this_year = date(today.year, int(month), int(day))
        return (this_year if this_year <= today else this_year.replace(year=today.year - 1)).isoformat()
    except ValueError:
        return ""
