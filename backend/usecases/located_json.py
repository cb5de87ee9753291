"""Read JSON files that people and other software write, and say in which line something is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from json.decoder import WHITESPACE, scanstring  # type: ignore[attr-defined]  # documented in CPython's source only
from pathlib import Path
from typing import Any

from backend.domain.errors import FacteurError

FILE_MAX_BYTES = 20_000_000
_FAULTS_LOOKED_AT = 50  # a wrong field in each of 10,000 tickets is said once, and at once
_FORMATS = Path(__file__).parent / "formats"
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_REASONS = {
    "required": "missing",
    "additionalProperties": "unknown_field",
    "type": "wrong_type",
    "minItems": "too_few",
    "maxItems": "too_many",
    "maxLength": "too_long",
    "minLength": "missing",
}


@dataclass(eq=False)
class ImportFileError(FacteurError):
    """A file was refused whole: the line (from 1, 0 where none can be named), the place in it and a reason code."""

    cause = "import_refused"
    file: str
    line: int
    where: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class LocatedJson:
    """A file's text and its value, numbers with a point as Decimal."""

    path: Path
    text: str
    value: Any

    def error(self, place: Sequence[str | int], reason: str, value: object = "") -> ImportFileError:
        """Make the refusal for a place such as ("lines", 2, "total")."""
        where = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
        return ImportFileError(self.path.name, line_of(self.text, place), where, reason, str(value)[:80])


def read_json(path: Path) -> LocatedJson:
    """Read a UTF-8 JSON file.

    Raises ImportFileError (unreadable, too_big, encoding, json, duplicate_key, or wrong_value for half a character).
    """
    try:
        raw = path.read_bytes() if path.stat().st_size <= FILE_MAX_BYTES else None
    except OSError as error:
        raise ImportFileError(path.name, 0, "", "unreadable", error.strerror or "") from None
    if raw is None:
        raise ImportFileError(path.name, 0, "", "too_big")
    return parse_json(path, raw)


def parse_json(path: Path, raw: bytes) -> LocatedJson:
    """Read the bytes of a UTF-8 JSON file; `path` gives its name in what is said. Raises as `read_json`."""
    try:
        text = raw.decode("utf-8-sig")
        value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        raise ImportFileError(path.name, raw[: error.start].count(b"\n") + 1, "", "encoding") from None
    except json.JSONDecodeError as error:
        raise ImportFileError(path.name, error.lineno, "", "json", error.msg) from None
    except _DuplicateKeyError:
        raise ImportFileError(path.name, 0, "", "duplicate_key") from None
    except (ValueError, RecursionError) as error:
        raise ImportFileError(path.name, 0, "", "json", str(error)[:80]) from None
    document = LocatedJson(path, text, value)
    if _ESCAPED_SURROGATE.search(text):
        _refuse_half_characters(document)
    return document


def check_schema(document: LocatedJson, name: str) -> None:
    """Hold a document against `formats/NAME.schema.json`; raises ImportFileError for the first fault in the file."""
    faults = list(islice(_validator(name).iter_errors(document.value), _FAULTS_LOOKED_AT))
    if not faults:
        return
    fault = min(faults, key=lambda fault: _order(document, fault))
    place = list(fault.absolute_path)
    reason = _REASONS.get(fault.validator, "wrong_value")
    if fault.validator == "required":
        place.append(next(key for key in fault.validator_value if key not in fault.instance))
    elif fault.validator == "additionalProperties":
        place.append(next(key for key in fault.instance if key not in fault.schema["properties"]))
    shown = "" if fault.validator in {"required", "additionalProperties"} else fault.instance
    raise document.error(place, reason, shown if isinstance(shown, (str, int, Decimal)) else "")


def plain_text(value: Decimal | int | str) -> str:
    """Return a number of a JSON file as text, without exponent; a text as it is."""
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def line_of(text: str, place: Sequence[str | int]) -> int:
    """Return the line of the value at `place`, or of its nearest container; the text must be valid JSON."""
    position = WHITESPACE.match(text, 0).end()
    for part in place:
        below = _position_of(text, position, part)
        if below is None:
            break
        position = below
    return text.count("\n", 0, position) + 1


def _position_of(text: str, position: int, part: str | int) -> int | None:
    opening = text[position]
    if opening not in "{[":
        return None
    position = WHITESPACE.match(text, position + 1).end()
    index = 0
    while text[position] not in "}]":
        key: str | int = index
        if opening == "{":
            key, position = scanstring(text, position + 1, True)  # noqa: FBT003 - strict, positional in C
            position = WHITESPACE.match(text, position).end() + 1
            position = WHITESPACE.match(text, position).end()
        if key == part:
            return position
        position = json.JSONDecoder().raw_decode(text, position)[1]
        position = WHITESPACE.match(text, position).end()
        if text[position] == ",":
            position = WHITESPACE.match(text, position + 1).end()
        index += 1
    return None


@cache
def _validator(name: str) -> Any:  # noqa: ANN401 - jsonschema's validators have no common type
    from jsonschema import Draft202012Validator

    schema = json.loads((_FORMATS / f"{name}.schema.json").read_text("utf-8"))
    return Draft202012Validator(_with_definitions_in_place(schema, schema.pop("$defs", {})))


def _with_definitions_in_place(part: Any, definitions: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """Return a schema without references: looking each one up took a third of the time of a big import."""
    if isinstance(part, list):
        return [_with_definitions_in_place(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    whole = {**definitions[part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part
    kept = {name: value for name, value in whole.items() if name != "$ref"}
    return {name: _with_definitions_in_place(value, definitions) for name, value in kept.items()}


def _order(document: LocatedJson, fault: Any) -> tuple[int, int]:  # noqa: ANN401 - jsonschema's error
    place = list(fault.absolute_path)
    return line_of(document.text, place), len(place)


def _refuse_half_characters(document: LocatedJson) -> None:
    """Refuse a lone surrogate (RFC 8259 8.2): no hash, database, mail or PDF can take it."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document.value)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(place, key) for key in value]
            waiting += [((*place, key), below) for key, below in value.items()]
        elif isinstance(value, list):
            waiting += [((*place, index), below) for index, below in enumerate(value)]
        elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise document.error(place, "wrong_value", value.encode("utf-8", "backslashreplace").decode())


class _DuplicateKeyError(ValueError):
    """A key stands twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateKeyError
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")
