"""Days, months and years of closings in the language of the page."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from flask_babel import gettext as _

from backend.domain.closing import ClosingPeriod
from backend.web.format import language

_PATTERNS = {10: "EEEE d MMMM y", 7: "MMMM y", 4: "y"}


def span_words(span: str) -> str:
    """Return `Mardi 24 novembre 2026`, `Novembre 2026` or `2026`."""
    year, month, day = (*(int(part) for part in span.split("-")), 1, 1)[:3]
    text = str(format_date(date(year, month, day), _PATTERNS[len(span)], locale=language()))
    return text[:1].upper() + text[1:]


def period_word(period: ClosingPeriod) -> str:
    """Return what kind of closing it is."""
    words: dict[ClosingPeriod, str] = {
        ClosingPeriod.DAY: _("Day"),
        ClosingPeriod.MONTH: _("Month"),
        ClosingPeriod.YEAR: _("Year"),
    }
    return words[period]
