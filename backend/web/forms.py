"""What was typed into a form, and the note under each field that has to be mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import request

from backend.domain.errors import InvalidInputError
from backend.web.messages import explain

Value = TypeVar("Value")


class Form:
    """Typed values by field name, and notes; the macros of `_ui.html` show both."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})
        self._notes: dict[str, str] = {}

    @classmethod
    def sent(cls) -> Form:
        """Return the form of this request, blanks taken off around each value but passwords."""
        given = request.form.items()
        return cls({name: value if name.startswith("pass") else value.strip() for name, value in given})

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")

    @property
    def values(self) -> dict[str, str]:
        """Return what was typed, by field name."""
        return dict(self._values)

    def with_values(self, values: Mapping[str, str]) -> Form:
        """Return a form with some values changed and the same notes."""
        changed = Form(self._values | dict(values))
        changed._notes = self._notes
        return changed

    def note(self, name: str) -> str:
        """Return what has to be mended in a field, "" where nothing has."""
        return self._notes.get(name, "")

    @property
    def is_valid(self) -> bool:
        """Tell whether every field may stay as it was typed."""
        return not self._notes

    def refuse(self, name: str, note: str) -> None:
        """Put a note under a field; the first one stays."""
        self._notes.setdefault(name, note)

    def refuse_error(self, error: InvalidInputError) -> None:
        """Put the sentence and remedy of an error under the field that it names."""
        explained = explain(error)
        self.refuse(error.where, f"{explained.sentence} {explained.remedy}".strip())

    def need(self, name: str, note: str) -> str:
        """Return a value, or put the note under its field when it is empty."""
        if not self[name]:
            self.refuse(name, note)
        return self[name]

    def read(self, name: str, parse: Callable[[str, str], Value], fallback: Value) -> Value:
        """Return the parsed value of a field; a refusal becomes its note and the fallback is returned."""
        try:
            return parse(self[name], name)
        except InvalidInputError as error:
            self.refuse_error(error)
            return fallback
