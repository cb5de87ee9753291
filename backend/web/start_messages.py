"""What is said before there is a page: why there is no window, or no second one."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from backend.web.desktop_port import NoWindow
from backend.web.failure_messages import TEXTS
from backend.web.language import set_up


def explain_no_window(reason: NoWindow, language: str) -> str:
    """Return why the browser is used, and what to do about it, in the language of the start."""
    with _speaking(language).app_context():
        sentence, remedy = TEXTS[f"part_absent.{reason.value}"]
        instead = _("It opens in your browser instead, and runs until it is ended.")
        return f"{sentence} {remedy} {instead}"


def explain_silent_window(language: str) -> str:
    """Return what to do about a window that is there and does not answer."""
    with _speaking(language).app_context():
        sentence: str = _(
            "Facteur is open already and does not answer. "
            "Close its window, or end it in the task manager, then start again."
        )
        return sentence


def _speaking(language: str) -> Flask:
    app = Flask("facteur-start")
    set_up(app, language)
    return app
