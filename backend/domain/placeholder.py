"""`[CODE]` placeholders of mail texts (variables prédéfinies)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.domain.errors import FacteurError

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,40})\]")
# What is meant as a code: capitals and digits, a letter among them. `[sic]`, `[1]` and `[...]` are text.
MEANT_AS_CODE = re.compile(r"(?=.*[A-ZÀ-ÖØ-Þ])[A-ZÀ-ÖØ-Þ0-9 _.'’/°-]+")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A code as it stands between brackets, its label, the `TABLE.FIELD` that it shows, and in which format."""

    code: str
    label: str
    field: str
    format: str = ""


@dataclass(eq=False)
class UnknownCodeError(FacteurError):
    """Brackets in the text `where` name no variable: at which character, from 1, and which codes there are."""

    cause = "unknown_code"
    where: str
    code: str
    position: int
    known: str


def check_codes(where: str, text: str, placeholders: Sequence[Placeholder]) -> None:
    """Refuse brackets that are meant as a code and name no placeholder; raises UnknownCodeError for the first."""
    codes = [placeholder.code for placeholder in placeholders]
    folded = {code.casefold() for code in codes}
    for spot in _BRACKETS.finditer(text):
        is_meant = spot[1].strip().casefold() in folded or MEANT_AS_CODE.fullmatch(spot[1])
        if spot[1] not in codes and is_meant:
            raise UnknownCodeError(where, spot[1], spot.start() + 1, ", ".join(f"[{code}]" for code in codes))


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace each known `[CODE]`; brackets around anything else stay as they are. Values are not read again.

    Where a value is empty, the space before it goes too: `Bonjour [NOM],` becomes `Bonjour,`.
    """
    known = "|".join(re.escape(code) for code in sorted(values, key=len, reverse=True))
    if not known:
        return text
    spot = re.compile(rf"(?P<before>(?:^|[ \u00a0])?)\[(?P<code>{known})\](?P<after>[ \u00a0]?)", re.MULTILINE)
    return spot.sub(lambda found: _filled(found, values[found["code"]]), text)


def _filled(found: re.Match[str], value: str) -> str:
    if value:
        return found["before"] + value + found["after"]
    is_first = found.start() == 0 or found.string[found.start() - 1] == "\n"
    if is_first and not found["before"]:
        return ""
    return found["after"] if found["before"] else found["before"] + found["after"]


def used_codes(text: str) -> tuple[str, ...]:
    """Return what stands in brackets, in order, each once."""
    return tuple(dict.fromkeys(_BRACKETS.findall(text)))
