"""Engine and folder in force."""

from __future__ import annotations

from dataclasses import asdict

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.pdf_settings import PdfSettings


def read_pdf_settings(file: SettingsFile) -> PdfSettings:
    """Return the settings in force; before any, the built-in engine and the default folder."""
    documents = file.read().table("pdf_settings").all()
    return PdfSettings(**documents[0]) if documents else PdfSettings()


def write_pdf_settings(file: SettingsFile, settings: PdfSettings) -> None:
    """Replace the settings."""
    with file.change() as database:
        table = database.table("pdf_settings")
        table.truncate()
        table.insert(asdict(settings))
