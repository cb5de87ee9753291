"""Bring the catalogues of `frontend/translations` up to date: `python build/translations.py` (in the environment).

Message ids are English. New ones arrive empty, unused ones go; a test holds that French is complete.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FRENCH = ROOT / "frontend" / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "_n": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
}


def extracted() -> Catalog:
    """Return every text of the program, in the order of its id."""
    catalog = Catalog(project="Facteur", charset="utf-8", fuzzy=False)
    for folder in ("backend", "frontend"):
        found = extract_from_dir(str(ROOT / folder), _METHODS, _OPTIONS, keywords=_KEYWORDS)
        for _file, _line, message, _comments, context in found:
            catalog.add(message, None, context=context)
    return catalog


def translated(path: Path = FRENCH) -> Catalog:
    """Return a catalogue as it stands in its file."""
    with path.open("rb") as source:
        return read_po(source, locale=path.parts[-3], charset="utf-8")


def updated(known: list[Catalog]) -> Catalog:
    """Return the texts of the program with what `known` catalogues say of them; the last one that knows wins."""
    catalog = Catalog(locale="fr", project="Facteur", charset="utf-8", fuzzy=False)
    for message in sorted(extracted(), key=_order):
        if not message.id:
            continue
        text: str | tuple[str, ...] | list[str] | None = None
        for source in known:
            found = source.get(message.id, message.context) or (
                source.get(message.id[0]) if isinstance(message.id, tuple) else None
            )
            if found and found.string and any(found.string):
                text = found.string
        catalog.add(message.id, text, context=message.context, flags=message.flags)
    return catalog


def missing(catalog: Catalog) -> list[str]:
    """Return the ids without a text."""
    return [str(message.id) for message in catalog if message.id and not _is_filled(message)]


def _is_filled(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (list, tuple)) else bool(message.string)


def _order(message: Message) -> tuple[str, str]:
    return (str(message.id[0] if isinstance(message.id, (tuple, list)) else message.id), message.context or "")


def main(more: list[str]) -> int:
    """Rewrite the French catalogue; arguments are further files to take texts from."""
    known = [translated(Path(path)) for path in more]
    if FRENCH.exists():
        known.insert(0, translated())
    catalog = updated(known)
    FRENCH.parent.mkdir(parents=True, exist_ok=True)
    with FRENCH.open("wb") as target:
        write_po(target, catalog, width=110, no_location=True, sort_output=True, omit_header=True)
    left = missing(catalog)
    print(f"{len(catalog)} texts, {len(left)} without French", *(f"  {text}" for text in left), sep="\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
