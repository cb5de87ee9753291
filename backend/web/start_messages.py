"""What is said before there is a page: why there is no window."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from flask_babel import gettext as _

if TYPE_CHECKING:
    from flask import Flask


class NoWindow(StrEnum):
    """Why Facteur can't open a window of its own."""

    NO_SCREEN = "no_screen"
    NO_LIBRARY = "no_library"
    NO_RUNTIME = "no_runtime"
    FAILED = "failed"


def explain_no_window(app: Flask, reason: NoWindow) -> str:
    """Return the sentence and the remedy, in the language of the start."""
    with app.app_context():
        sentences = {
            NoWindow.NO_SCREEN: _("Facteur opens no window: there is no screen."),
            NoWindow.NO_LIBRARY: _(
                "Facteur opens no window of its own: a part of it is missing (pywebview). Install it anew to have one."
            ),
            NoWindow.NO_RUNTIME: _(
                "Facteur opens no window of its own: Microsoft Edge WebView2 is missing on this PC. "
                "Install the WebView2 Runtime from Microsoft to have one."
            ),
            NoWindow.FAILED: _("Facteur could not open a window of its own."),
        }
        return f"{sentences[reason]} {_('It opens in your browser instead, and runs until it is ended.')}"
