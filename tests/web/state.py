"""All that a shop in memory holds, as a value that can be compared."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

_PLAIN = (str, bytes, int, float, bool, type(None), date, datetime, Decimal, Enum, Path)


def state_of(thing: object, depth: int = 12) -> object:
    """Return what a shop holds: its attributes, those of what it holds, and so on."""
    if depth == 0 or isinstance(thing, _PLAIN):
        return thing
    if isinstance(thing, dict):
        return {repr(key): state_of(value, depth - 1) for key, value in thing.items()}
    if isinstance(thing, (list, tuple, set, frozenset)):
        return [state_of(value, depth - 1) for value in thing]
    if hasattr(thing, "__dict__") and not callable(thing):
        return {name: state_of(value, depth - 1) for name, value in vars(thing).items()}
    return repr(thing)
