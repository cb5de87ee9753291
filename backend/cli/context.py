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

from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError, NotReadyError, SecretsUnavailableError
from backend.ports import Services

_JSON = "facteur.json"
FAILED, WRONG_USE, NOT_READY, QUEUED = 1, 2, 3, 4
_NOT_SET_UP = {"company", "no_sender", "relay_missing", "relay_password_missing"}
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
    has_passphrase: bool = False

    @contextmanager
    def open_shop(self) -> Iterator[Services]:
        """Open the data folder for one command, whose failures are explained."""
        from backend.bootstrap import open_services

        with (
            self.speaking(),
            self.explained(),
            open_services(self.data_dir, training=self.training) as services,
            _said_what_is_put_aside(services),
        ):
            self.open_secrets(services)
            yield services

    @contextmanager
    def open_alone(self) -> Iterator[Services]:
        """Open a data folder that no other program has open, for a command that replaces what is in it."""
        from backend.bootstrap import open_alone

        with self.speaking(), self.explained(), open_alone(self.data_dir, training=self.training) as services:
            yield services

    def open_secrets(self, services: Services) -> None:
        """Open the secrets with the passphrase of standard input, where --passphrase-stdin says that there is one.

        Raises InvalidInputError, SecretsUnavailableError.
        """
        if not self.has_passphrase:
            return
        from flask_babel import gettext as _

        from backend.usecases.protect_secrets import open_secrets, protect_secrets

        with self.speaking():
            passphrase = secret_line(_("Passphrase"))
        if services.needs_passphrase:
            open_secrets(passphrase, services)
        else:
            protect_secrets(passphrase, passphrase, services)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """End the command with sentence, remedy and exit code where it fails."""
        try:
            yield
        except FacteurError as error:
            with self.speaking():
                fail(error)

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Give messages the language of the start."""
        from flask import Flask

        from backend.web.language import set_up

        messages = Flask("facteur-messages")
        set_up(messages, self.language, _TRANSLATIONS)
        with messages.app_context():
            yield


@contextmanager
def _said_what_is_put_aside(services: Services) -> Iterator[None]:
    """Name each settings file that this command found damaged."""
    known = set(services.settings.damaged_files())
    yield
    from flask_babel import gettext as _

    for path in services.settings.damaged_files():
        if path not in known:
            said = _(
                "“%(name)s” could not be read and was put aside as “%(aside)s”; "
                "the last good copy took its place, or it begins anew.",
                name=path.name.partition(".damaged-")[0],
                aside=str(path),
            )
            click.echo(said, err=True)


def secret_line(asked: str) -> str:
    """Return the next line of standard input; who types it himself is asked, and doesn't see it."""
    if sys.stdin.isatty():
        typed: str = click.prompt(asked, hide_input=True, err=True, default="", show_default=False)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


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
        "remedy": f"{explained.remedy} {_option_that_helps(error)}".strip(),
        **extra,
    }
    if wants_json():
        emit(answer, "")
    else:
        say(f"{answer['message']}\n{answer['remedy']}")
    sys.exit(exit_code(error))


def say(text: str, *, wait: bool = True) -> None:
    """Tell the person something beside the answer; without a console in a window, with `wait` until it is closed."""
    from backend.desktop.no_console import is_without_console, show_message

    if is_without_console():
        show_message(text, wait=wait)
    else:
        click.echo(text, err=True)


def _option_that_helps(error: FacteurError) -> str:
    """Return how the remedy is done on the command line, "" where the sentence says enough."""
    if not isinstance(error, SecretsUnavailableError):
        return ""
    from flask_babel import gettext as _

    if error.reason in {"passphrase_needed", "passphrase_wrong"}:
        return str(_("Before the command: --passphrase-stdin, and the passphrase as the first line."))
    if error.reason == "none":
        return str(_("Before the command: --passphrase-stdin; or “sender set … --unprotected-secrets”."))
    return ""


def exit_code(error: FacteurError) -> int:
    """Return 3 for what must be set up or tested first, 2 for a wrong argument, else 1."""
    if isinstance(error, NotReadyError) or _what(error) in _NOT_SET_UP:
        return NOT_READY
    return WRONG_USE if isinstance(error, InvalidInputError) else FAILED


def _what(error: FacteurError) -> str:
    if isinstance(error, NotFoundError):
        return error.kind
    return error.reason if isinstance(error, InvalidInputError) else error.cause_code
