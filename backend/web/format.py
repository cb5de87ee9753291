"""How money, days, times and sizes read in the language of the page; registered as Jinja filters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import gettext as _

from backend.domain.money import plain_number

NO_BREAK = "\u00a0"
MINUS = "\u2212"
_FRENCH_GROUPS = str.maketrans(",.", f"{NO_BREAK},")


def language() -> str:
    """Return `fr` or `en`, the language of this page."""
    locale = get_locale()
    return locale.language if locale else "fr"


def money(cents: int) -> str:
    """Return `1 286,00 €` (French) or `€1,286.00`, with no-break spaces and a minus sign."""
    sign = MINUS if cents < 0 else ""
    if language() == "en":
        return f"{sign}€{amount(abs(cents))}"
    return f"{sign}{amount(abs(cents))}{NO_BREAK}€"


def amount(cents: int) -> str:
    """Return an amount without its currency: `1 286,00`."""
    plain = f"{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return (MINUS if cents < 0 else "") + _in_language(plain)


def percent(rate: Decimal) -> str:
    """Return a rate as `5,5 %` (French) or `5.5%`."""
    number = _in_language(plain_number(rate))
    return f"{number}%" if language() == "en" else f"{number}{NO_BREAK}%"


def clock_time(moment: datetime) -> str:
    """Return hour and minute as the till saw them: `10:42`."""
    return f"{moment:%H:%M}"


def short_date(moment: date) -> str:
    """Return `24/11/2026`."""
    return f"{moment:%d/%m/%Y}"


def long_date(day: date, today: date) -> str:
    """Return `Mardi 24 novembre`, with the year when it isn't today's."""
    pattern = "EEEE d MMMM" if day.year == today.year else "EEEE d MMMM y"
    text = str(format_date(day, pattern, locale=language()))
    return text[:1].upper() + text[1:]


def moment(at: datetime, now: datetime) -> str:
    """Return `today at 10:44`, `yesterday at 18:51` or `on 21/11/2026 at 09:33`, in the time zone of `now`."""
    here = at.astimezone(now.tzinfo)
    days = (now.date() - here.date()).days
    time = clock_time(here)
    if days == 0:
        return str(_("today at %(time)s", time=time))
    if days == 1:
        return str(_("yesterday at %(time)s", time=time))
    return str(_("on %(day)s at %(time)s", day=short_date(here), time=time))


def file_size(size_bytes: int) -> str:
    """Return `38 Ko` (French) or `38 kB`; whole kilobytes and gigabytes, megabytes with one decimal."""
    unit = "o" if language() == "fr" else "B"
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000))}{NO_BREAK}{'K' if unit == 'o' else 'k'}{unit}"
    if size_bytes >= 10_000_000_000:
        return f"{round(size_bytes / 1_000_000_000)}{NO_BREAK}G{unit}"
    return _in_language(f"{size_bytes / 1_000_000:.1f}") + f"{NO_BREAK}M{unit}"


def _in_language(number: str) -> str:
    return number if language() == "en" else number.translate(_FRENCH_GROUPS)


def tenths(number: float) -> str:
    """Return `9,4`: at most one decimal."""
    return str(format_decimal(number, "#,##0.#", locale=language()))


FILTERS = {
    "money": money,
    "amount": amount,
    "clock_time": clock_time,
    "percent": percent,
    "short_date": short_date,
    "long_date": long_date,
    "moment": moment,
    "file_size": file_size,
    "tenths": tenths,
}
