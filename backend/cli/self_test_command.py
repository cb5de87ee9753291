"""`self-test`."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backend import VERSION
from backend.cli.context import FAILED, NOT_READY, Start, emit, json_option, wants_json
from backend.domain.self_check import Check, SelfTestError, SelfTestOutcome, outcome_of

if TYPE_CHECKING:
    from backend.usecases.self_test import ScratchRooms

_EXIT_CODES = {SelfTestOutcome.GOOD: 0, SelfTestOutcome.BAD: FAILED, SelfTestOutcome.INCOMPLETE: NOT_READY}


@click.command()
@click.option("--window", is_flag=True, help="Open the window too, and wait for its page.")
@json_option
@click.pass_obj
def self_test(start: Start, window: bool) -> None:
    """Try every part of Facteur on this PC, in a folder of its own: the shop's data isn't touched.

    The report holds no secret. Exit code 0: all that is needed works; 1: a part doesn't; 3: a needed part is missing.
    """
    from backend.bootstrap import open_scratch
    from backend.web.self_test_messages import check_line, check_remedy, outcome_sentence

    with start.speaking(), open_scratch() as rooms:
        kind = "" if getattr(sys, "frozen", False) else ", from its sources"
        _line(f"Facteur {VERSION}{kind}, {platform.platform()}, Python {platform.python_version()}")
        checks = []
        for check in _checks(rooms, start.language, window=window):
            checks.append(check)
            _line(check_line(check))
            if remedy := check_remedy(check):
                _line(f"        {remedy}")
        outcome = outcome_of(checks)
        answer = {
            "status": outcome.value,
            "version": VERSION,
            "system": platform.platform(),
            "checks": [_row(check) for check in checks],
        }
        emit(answer, outcome_sentence(outcome))
    sys.exit(_EXIT_CODES[outcome])


def _checks(rooms: ScratchRooms, language: str, *, window: bool) -> Iterator[Check]:
    from backend.desktop.own_check import check_pages, check_window
    from backend.usecases.self_test import attempt, check_parts

    yield from check_parts(rooms)
    yield attempt("languages", _languages)
    yield attempt("pages", lambda: check_pages(rooms.shop, language))
    if window:
        yield attempt("window", lambda: check_window(rooms.shop, language), needed=True)


def _languages() -> str:
    from backend.web.language import LANGUAGES, translated_count
    from backend.web.self_test_messages import languages_detail

    counts = {language: translated_count(language) for language in LANGUAGES if language != "en"}
    if not all(counts.values()):
        raise SelfTestError("languages", languages_detail(counts))
    return languages_detail(counts)


def _row(check: Check) -> dict[str, object]:
    from backend.web.self_test_messages import check_remedy, check_sentence

    return {
        "check": check.name,
        "state": check.state.value,
        "detail": _homeless(check_sentence(check)),
        "remedy": _homeless(check_remedy(check)),
        "seconds": check.seconds,
    }


def _line(text: str) -> None:
    if not wants_json():
        click.echo(_homeless(text))


def _homeless(text: str) -> str:
    """Leave out whose PC this is: the name of the home folder is often a person's."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
