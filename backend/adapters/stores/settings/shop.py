"""The company."""

from __future__ import annotations

from dataclasses import asdict

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.shop import Company


def read_company(file: SettingsFile) -> Company | None:
    """Return the company, or None before the first set-up."""
    documents = file.read().table("company").all()
    if not documents:
        return None
    return Company(**{**documents[0], "address": tuple(documents[0]["address"])})


def write_company(file: SettingsFile, company: Company) -> None:
    """Replace the company."""
    with file.change() as database:
        table = database.table("company")
        table.truncate()
        table.insert(asdict(company))
