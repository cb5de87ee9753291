"""`[CODE]` placeholders of mail texts (variables prédéfinies)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.domain.errors import FacteurError
from backend.domain.similar_word import nearest

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,40})\]")
# What is meant as a code: capitals and digits, a letter among them. `[sic]`, `[1]` and `[...]` are text.
MEANT_AS_CODE = re.compile(r"(?=.*[A-ZÀ-ÖØ-Þ])[A-ZÀ-ÖØ-Þ0-9 _.'’/°-]+")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A code as it stands between brackets, its label, the `TABLE.FIELD` that it shows, and in which format.

    Where there is a `formula`, its value is shown, and `field` is empty.
    """

    code: str
    label: str
    field: str
    format: str = ""
    formula: str = ""


@dataclass(eq=False)
class UnknownCodeError(FacteurError):
    """Brackets in the text `where` name no variable: line and character, from 1, and which codes there are.

    kind: likely, where `meant` is the code that was probably meant, else none.
    """

    cause = "unknown_code"
    where: str
    code: str
    line: int
    position: int
    known: str
    kind: str = "none"
    meant: str = ""


def check_codes(where: str, text: str, placeholders: Sequence[Placeholder]) -> None:
    """Refuse brackets that are meant as a code and name no placeholder; raises UnknownCodeError for the first."""
    codes = [placeholder.code for placeholder in placeholders]
    folded = {code.casefold() for code in codes}
    for spot in _BRACKETS.finditer(text):
        is_meant = spot[1].strip().casefold() in folded or MEANT_AS_CODE.fullmatch(spot[1])
        if spot[1] not in codes and is_meant:
            raise _unknown(where, text, spot, codes)


def _unknown(where: str, text: str, spot: re.Match[str], codes: Sequence[str]) -> UnknownCodeError:
    meant = nearest(spot[1].strip().upper(), codes, limit=4)
    return UnknownCodeError(
        where,
        spot[1],
        text.count("\n", 0, spot.start()) + 1,
        spot.start() - text.rfind("\n", 0, spot.start()),
        ", ".join(f"[{code}]" for code in codes),
        "likely" if meant else "none",
        meant,
    )


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace each known `[CODE]`; brackets around anything else stay as they are. Values are not read again.

    Where a value is empty, the space before it goes too: `Bonjour [NOM],` becomes `Bonjour,`.
    """
    full = _any_of(code for code, value in values.items() if value)
    empty = _any_of(code for code, value in values.items() if not value)
    spot = re.compile(
        rf"^(?:\[{empty}\][ \u00a0]?)+|[ \u00a0]?\[{empty}\]|\[(?P<code>{full})\]",
        re.MULTILINE,
    )
    return spot.sub(lambda found: values[found["code"]] if found["code"] else "", text)


def _any_of(codes: Iterable[str]) -> str:
    """Return a pattern for one of these codes, which finds nothing where there are none."""
    return f"(?:{'|'.join(re.escape(code) for code in codes) or '(?!)'})"


def used_codes(text: str) -> tuple[str, ...]:
    """Return what stands in brackets, in order, each once."""
    return tuple(dict.fromkeys(_BRACKETS.findall(text)))
