"""The language of the pages: French unless the start or the signed-in user says otherwise (Flask-Babel)."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from flask_babel import Babel, get_locale

from backend.web.security import session_or_none

if TYPE_CHECKING:
    from flask import Flask

LANGUAGES = ("fr", "en")
DEFAULT = "fr"
TRANSLATIONS = Path(__file__).resolve().parents[2] / "frontend" / "translations"
_PO = Path("LC_MESSAGES", "messages.po")


def set_up(app: Flask, default: str, translations: Path = TRANSLATIONS) -> None:
    """Give `app` its languages; `translations` holds a folder per language."""
    compile_translations(translations)
    app.config["BABEL_DEFAULT_LOCALE"] = default
    Babel(app, default_translation_directories=str(translations), locale_selector=_chosen)
    app.jinja_env.globals["language"] = current_language


def current_language() -> str:
    """Return `fr` or `en`: the language of this request, or of the start outside of requests."""
    return str(get_locale())[:2]


def translated_count(language: str) -> int:
    """Return how many texts the program has in a language other than that of its code; 0 where none are there."""
    from babel.support import Translations

    catalog: dict[object, object] = getattr(Translations.load(TRANSLATIONS, [language]), "_catalog", {})
    return len(catalog)


def compile_translations(translations: Path) -> None:
    """Compile each catalogue that is newer than its compiled form; one that can't be written is left as it was."""
    for po in translations.glob(f"*/{_PO}"):
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            _compile(po, mo)


def _chosen() -> str | None:
    session = session_or_none()
    return session.language or None if session else None


def _compile(po: Path, mo: Path) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with po.open("rb") as source:
        catalog = read_po(source, locale=po.parts[-3])
    try:
        with NamedTemporaryFile(dir=mo.parent, delete=False) as target:
            write_mo(target, catalog)
        Path(target.name).chmod(0o644)  # other users of this installation read it too
        # Another program of this folder may be reading or compiling at the same time.
        Path(target.name).replace(mo)
    except OSError:
        return
