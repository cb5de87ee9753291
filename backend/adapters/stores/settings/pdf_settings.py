"""Engine and folder in force."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.pdf_settings import PdfSettings

_FIELDS = frozenset(field.name for field in fields(PdfSettings))


def read_pdf_settings(file: SettingsFile) -> PdfSettings:
    """Return the settings in force; before any, the built-in engine and the default folder.

    What a file of an older version doesn't hold stays as it is at first.
    """
    documents = file.read().table("pdf_settings").all()
    return _settings(documents[0]) if documents else PdfSettings()


def write_pdf_settings(file: SettingsFile, settings: PdfSettings) -> None:
    """Replace the settings."""
    with file.change() as database:
        table = database.table("pdf_settings")
        table.truncate()
        table.insert(asdict(settings) | {"program": list(settings.program)})


def _settings(document: dict[str, Any]) -> PdfSettings:
    values = {name: value for name, value in document.items() if name in _FIELDS}
    return PdfSettings(**values | {"program": tuple(values.get("program", ()))})
