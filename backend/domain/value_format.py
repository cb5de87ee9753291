"""How values read in a mail: dates by patterns of J M A, amounts by patterns of 0, in the shop's language."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

Value = str | Decimal | datetime | bool
NO_BREAK = "\u00a0"
PLACES_MAX = 6
PATTERN_MAX = 100
DATE_FORMATS = ("JJ/MM/AAAA", "JJ/MM/AA", "J MMMM AAAA", "JJJJ J MMMM AAAA", "AAAA-MM-JJ", "JJ/MM/AAAA HH:mm")
AMOUNT_FORMATS = ("0,00", "# ##0,00", "# ##0,00 €", "0")
NUMBER_FORMATS = ("0", "000000", "# ##0")

_DATE_TOKEN = re.compile(r"[JD]{1,4}|M{1,4}|[AY]{4}|[AY]{2}|HH?|mm|ss")
_NUMBER_PATTERN = re.compile(
    r"(?P<grouped># ?##)?(?P<whole>0+)(?:(?P<point>[.,])(?P<places>0{1,6}))?(?P<unit>\s?[€%]?)"
)
_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_DAYS = {
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}


def amount_text(cents: int) -> str:
    """Return cents as `148,40`."""
    return number_text(Decimal(cents).scaleb(-2))


def number_text(number: Decimal) -> str:
    """Return a number with a comma: money keeps its two places, others lose their last zeros, six places at most."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent == -2:
        return format(number, "f").replace(".", ",")
    rounded = number.quantize(Decimal(1).scaleb(-PLACES_MAX), ROUND_HALF_UP)
    return format(rounded, "f").rstrip("0").rstrip(".").replace(".", ",") if rounded else "0"


def is_number_pattern(pattern: str) -> bool:
    """Tell whether a pattern shows numbers: `0`, `0,00`, `# ##0,00 €`."""
    return len(pattern) <= PATTERN_MAX and _NUMBER_PATTERN.fullmatch(pattern) is not None


def is_date_pattern(pattern: str) -> bool:
    """Tell whether a pattern holds at least one part of a date: `JJ/MM/AAAA`."""
    return len(pattern) <= PATTERN_MAX and _DATE_TOKEN.search(pattern) is not None


def format_number(number: Decimal, pattern: str) -> str:
    """Return a number as `# ##0,00 €` says: grouped with no-break spaces, half up; raises ValueError."""
    found = _NUMBER_PATTERN.fullmatch(pattern)
    if found is None or len(pattern) > PATTERN_MAX:
        raise ValueError(pattern)
    places = len(found["places"] or "")
    shown = number * 100 if "%" in found["unit"] else number
    rounded = abs(shown).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    whole, _, rest = format(rounded, "f").partition(".")
    whole = whole.zfill(len(found["whole"]))
    if found["grouped"]:
        whole = f"{int(whole):,}".replace(",", NO_BREAK)
    sign = "-" if shown < 0 and rounded else ""
    unit = found["unit"].strip()
    return sign + whole + (f"{found['point']}{rest}" if places else "") + (f"{NO_BREAK}{unit}" if unit else "")


def format_date(moment: datetime, pattern: str, language: str = "fr") -> str:
    """Return a date as `JJ/MM/AAAA` says (J day, M month, A year, HH:mm); raises ValueError without any of these."""
    if not is_date_pattern(pattern):
        raise ValueError(pattern)
    return _DATE_TOKEN.sub(lambda token: _date_part(token[0], moment, language), pattern)


def format_value(value: Value, pattern: str = "", language: str = "fr") -> str:
    """Return any value as text by its format, "" for the usual one; raises ValueError for a format of another type."""
    if isinstance(value, bool):
        return {"fr": ("FAUX", "VRAI"), "en": ("FALSE", "TRUE")}.get(language, ("FAUX", "VRAI"))[value]
    if isinstance(value, Decimal):
        return format_number(value, pattern) if pattern else number_text(value)
    if isinstance(value, datetime):
        return format_date(value, pattern or DATE_FORMATS[0], language)
    return value


def _date_part(token: str, moment: datetime, language: str) -> str:
    months, days = _MONTHS.get(language, _MONTHS["fr"]), _DAYS.get(language, _DAYS["fr"])
    month, day = months[moment.month - 1], days[moment.weekday()]
    kind = token.translate(str.maketrans("DY", "JA"))
    parts = {
        "J": str(moment.day),
        "JJ": f"{moment.day:02d}",
        "JJJ": day[:3],
        "JJJJ": day,
        "M": str(moment.month),
        "MM": f"{moment.month:02d}",
        "MMM": month[:4],
        "MMMM": month,
        "AA": f"{moment.year % 100:02d}",
        "AAAA": f"{moment.year:04d}",
        "H": str(moment.hour),
        "HH": f"{moment.hour:02d}",
        "mm": f"{moment.minute:02d}",
        "ss": f"{moment.second:02d}",
    }
    return parts[kind]
