"""What every command shares: the shop it works on, its output as text or JSON, and how it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError, NotReadyError
from backend.ports import Services

_JSON = "facteur.json"
FAILED, WRONG_USE, NOT_READY, QUEUED = 1, 2, 3, 4
_NOT_SET_UP = {"company", "no_sender"}
_TRANSLATIONS = Path(__file__).resolve().parents[2] / "frontend" / "translations"

json_option = click.option(
    "--json",
    is_flag=True,
    expose_value=False,
    help="Print one JSON object.",
    callback=lambda ctx, _option, value: ctx.meta.update({_JSON: value}),
)
user_option = click.option(
    "--user", default="", help="Whose sender settings; else those of the only user or administrator who has some."
)


@dataclass(frozen=True, slots=True)
class Start:
    """The options before the command."""

    data_dir: Path | None
    training: bool
    language: str

    @contextmanager
    def open_shop(self) -> Iterator[Services]:
        """Open the data folder for one command, whose failures are explained."""
        from backend.bootstrap import open_services

        with self._speaking(), self.explained(), open_services(self.data_dir, training=self.training) as services:
            yield services

    @contextmanager
    def explained(self) -> Iterator[None]:
        """End the command with sentence, remedy and exit code where it fails."""
        try:
            yield
        except FacteurError as error:
            with self._speaking():
                fail(error)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        from flask import Flask

        from backend.web.language import set_up

        messages = Flask("facteur-messages")
        set_up(messages, self.language, _TRANSLATIONS)
        with messages.app_context():
            yield


def wants_json() -> bool:
    """Tell whether the command in hand was called with --json."""
    return bool(click.get_current_context().meta.get(_JSON))


def emit(answer: Mapping[str, Any], lines: str) -> None:
    """Print an answer once: as JSON where --json asks for it, else as plain lines."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if wants_json() else lines)


def fail(error: FacteurError, **extra: Any) -> NoReturn:  # noqa: ANN401 - any JSON value
    """Print sentence and remedy of a failure, and end with its exit code."""
    from backend.web.messages import explain

    explained = explain(error)
    answer = {
        "status": "failed",
        "cause": explained.cause,
        "message": str(explained.sentence),
        "remedy": str(explained.remedy),
        **extra,
    }
    if wants_json():
        emit(answer, "")
    else:
        click.echo(f"{explained.sentence}\n{explained.remedy}", err=True)
    sys.exit(exit_code(error))


def exit_code(error: FacteurError) -> int:
    """Return 3 for what must be set up or tested first, 2 for a wrong argument, else 1."""
    if isinstance(error, NotReadyError) or _what(error) in _NOT_SET_UP:
        return NOT_READY
    return WRONG_USE if isinstance(error, InvalidInputError) else FAILED


def _what(error: FacteurError) -> str:
    if isinstance(error, NotFoundError):
        return error.kind
    return error.reason if isinstance(error, InvalidInputError) else ""
