"""The words of a ticket in its own language, whatever the language of the screen."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from babel.support import NullTranslations, Translations

Translate = Callable[..., str]


def translate_into(language: str, translations: Path) -> Translate:
    """Return a gettext that fills in named values: `_("Till %(code)s", code="C1")`."""
    catalogue = _catalogue(translations / language / "LC_MESSAGES" / "messages.po")

    def translate(message: str, **values: str) -> str:
        text = catalogue.gettext(message)
        return text % values if values else text

    return translate


def _catalogue(po: Path) -> NullTranslations:
    if not po.exists():
        return NullTranslations()  # English is what the messages are written in
    mo = po.with_suffix(".mo")
    if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
        with mo.open("rb") as compiled:
            return Translations(compiled)
    # The pages compile it at their start; a command may come before the first of them.
    return Translations(_compiled(po))


def _compiled(po: Path) -> BytesIO:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with po.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return compiled
