"""Speak a language of the pages without pages: for tests of texts, with the catalogue that is shipped."""

from __future__ import annotations

import atexit
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel, force_locale

LANGUAGES = ("fr", "en")
CATALOGUE = Path(__file__).parents[1] / "frontend/translations/fr/LC_MESSAGES/messages.po"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Give texts in this language until the block ends."""
    with _app().app_context(), force_locale(language):
        yield


@functools.cache
def _app() -> Flask:
    folder = TemporaryDirectory(prefix="facteur-texts-")
    atexit.register(folder.cleanup)
    target = Path(folder.name, "fr/LC_MESSAGES/messages.mo")
    target.parent.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, target.open("wb") as compiled:
        write_mo(compiled, read_po(source, locale="fr"))
    app = Flask("texts")
    Babel(app, default_locale="fr", default_translation_directories=folder.name)
    return app
