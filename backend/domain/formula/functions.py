"""The functions of formulas; adding one is one entry of FUNCTIONS and one line of help in web/formula_messages.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from backend.domain.formula.errors import FaultyValueError
from backend.domain.formula.values import Kind, shown
from backend.domain.value_format import DATE_FORMATS, PLACES_MAX, Value, format_date, format_number

OPEN_END = 100


@dataclass(frozen=True, slots=True)
class Function:
    """A function: what it asks for, an example, and how it is worked out.

    `fewest` and `most` count its values; where there are more than `kinds`, the last kind holds for them too.
    `call` gets the values converted to their kinds, behind the language if it is `in_language`; if it is `is_lazy`,
    it gets for each value a call that works it out, and makes those alone that it needs.
    """

    name: str
    kinds: tuple[Kind, ...]
    fewest: int
    most: int
    example: str
    call: Callable[..., Value]
    in_language: bool = False
    is_lazy: bool = False

    def kind(self, place: int) -> Kind:
        """Return what the value at a place, from 0, must be."""
        return self.kinds[min(place, len(self.kinds) - 1)]


def _either(holds: Callable[[], bool], value: Callable[[], Value], other: Callable[[], Value] = str) -> Value:
    return value() if holds() else other()


def _all(*conditions: Callable[[], bool]) -> bool:
    return all(holds() for holds in conditions)


def _any(*conditions: Callable[[], bool]) -> bool:
    return any(holds() for holds in conditions)


def _is_blank(value: Value) -> bool:
    return isinstance(value, str) and not value.strip()


def _left(text: str, count: int = 1) -> str:
    return text[:count]


def _right(text: str, count: int = 1) -> str:
    return text[-count:] if count else ""


def _length(text: str) -> Decimal:
    return Decimal(len(text))


def _joined(*texts: str) -> str:
    return "".join(texts)


def _rounded(number: Decimal, places: int = 0) -> Decimal:
    if places > PLACES_MAX:
        raise FaultyValueError("too_many_places", str(PLACES_MAX))
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _as_text(language: str, value: Value, pattern: str) -> str:
    try:
        if isinstance(value, datetime):
            return format_date(value, pattern, language)
        if isinstance(value, Decimal):
            return format_number(value, pattern)
    except ValueError:
        raise FaultyValueError("format", shown(pattern)) from None
    raise FaultyValueError("not_a_number", shown(value))


def _date_text(language: str, moment: datetime, pattern: str = DATE_FORMATS[0]) -> str:
    return _as_text(language, moment, pattern)


_TEXT, _COUNT, _ANY, _NUMBER, _DATE = Kind.TEXT, Kind.COUNT, Kind.ANY, Kind.NUMBER, Kind.DATE
_DATE_EXAMPLE = 'FORMATDATE(TICKET.DATE + 30; "J MMMM AAAA")'
_IF_EXAMPLE = 'SI(TICKET.TTC >= 100; "Livraison offerte"; "À bientôt")'
_AND_EXAMPLE = "TICKET.TTC > 50 ET NON VIDE(CLIENT.NOM)"
_OR_EXAMPLE = 'CLIENT.VILLE = "Dijon" OU CLIENT.VILLE = "Beaune"'
FUNCTIONS: Mapping[str, Function] = {
    function.name: function
    for function in (
        Function("SI", (Kind.CONDITION, _ANY), 2, 3, _IF_EXAMPLE, _either, is_lazy=True),
        Function("VIDE", (_ANY,), 1, 1, "VIDE(CLIENT.NOM)", _is_blank),
        Function("MAJUSCULE", (_TEXT,), 1, 1, "MAJUSCULE(CLIENT.VILLE)", str.upper),
        Function("MINUSCULE", (_TEXT,), 1, 1, "MINUSCULE(CLIENT.EMAIL)", str.lower),
        Function("NOMPROPRE", (_TEXT,), 1, 1, "NOMPROPRE(CAISSIER.NOM)", str.title),
        Function("GAUCHE", (_TEXT, _COUNT), 1, 2, "GAUCHE(CAISSIER.PRENOM; 1)", _left),
        Function("DROITE", (_TEXT, _COUNT), 1, 2, "DROITE(CLIENT.CODE; 3)", _right),
        Function("NBCAR", (_TEXT,), 1, 1, "NBCAR(CLIENT.NOM)", _length),
        Function("TEXTE", (_ANY, _TEXT), 2, 2, 'TEXTE(TICKET.TTC; "# ##0,00 €")', _as_text, in_language=True),
        Function("FORMATDATE", (_DATE, _TEXT), 1, 2, _DATE_EXAMPLE, _date_text, in_language=True),
        Function("ARRONDI", (_NUMBER, _COUNT), 1, 2, "ARRONDI(TICKET.TTC * 0,05; 2)", _rounded),
        Function("CONCAT", (_TEXT,), 1, OPEN_END, 'CONCAT(CLIENT.CODE_POSTAL; " "; CLIENT.VILLE)', _joined),
        # Both are operators as well: `a ET b`.
        Function("ET", (Kind.CONDITION,), 1, OPEN_END, _AND_EXAMPLE, _all, is_lazy=True),
        Function("OU", (Kind.CONDITION,), 1, OPEN_END, _OR_EXAMPLE, _any, is_lazy=True),
    )
}
# The names that other spreadsheets give them: not taken, but understood well enough to name ours.
OTHER_NAMES: Mapping[str, str] = {
    "IF": "SI",
    "ISBLANK": "VIDE",
    "ESTVIDE": "VIDE",
    "UPPER": "MAJUSCULE",
    "LOWER": "MINUSCULE",
    "PROPER": "NOMPROPRE",
    "LEFT": "GAUCHE",
    "RIGHT": "DROITE",
    "LEN": "NBCAR",
    "TEXT": "TEXTE",
    "DATE": "FORMATDATE",
    "ROUND": "ARRONDI",
    "CONCATENER": "CONCAT",
    "CONCATENATE": "CONCAT",
    "AND": "ET",
    "OR": "OU",
    "NOT": "NON",
}
