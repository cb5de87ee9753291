"""`[CODE]` placeholders of mail texts (variables prédéfinies)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CODE = re.compile(r"\[([^\[\]\n]{1,40})\]")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A code as it stands between brackets, its label, and the `TABLE.FIELD` that it shows."""

    code: str
    label: str
    field: str


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace each known `[CODE]`; brackets around anything else stay as they are. Values are not read again."""
    return _CODE.sub(lambda found: values.get(found[1], found[0]), text)


def used_codes(text: str) -> tuple[str, ...]:
    """Return what stands in brackets, in order, each once."""
    return tuple(dict.fromkeys(_CODE.findall(text)))
