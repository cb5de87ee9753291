"""The settings of a shop (SettingsStore): one small file per kind, so that a damaged one spares the others."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from backend.adapters.stores.settings.database import SettingsFile
from backend.adapters.stores.settings.layouts import (
    append_version,
    read_layouts,
    read_versions,
    remove_layout,
    write_layout,
)
from backend.adapters.stores.settings.mail_templates import read_template, remove_template, write_template
from backend.adapters.stores.settings.pdf_settings import read_pdf_settings, write_pdf_settings
from backend.adapters.stores.settings.preferences import read_preference, write_preference
from backend.adapters.stores.settings.sender_profiles import read_profile, read_profiles, write_profile
from backend.adapters.stores.settings.shop import read_company, write_company
from backend.adapters.stores.settings.undo import all_or_nothing, finish_interrupted
from backend.domain.document_type import DocumentType
from backend.domain.mail_template import MailTemplate
from backend.domain.pdf_settings import PdfSettings
from backend.domain.sender_profile import SenderProfile
from backend.domain.shop import Company
from backend.domain.ticket_layout import LayoutVersion, TicketLayout


class FolderSettingsStore:
    """Settings in the files of a folder; every method raises StorageError where the folder can't be used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shop = SettingsFile(folder / "shop.json")
        self._senders = SettingsFile(folder / "sender_profiles.json")
        self._pdf = SettingsFile(folder / "pdf_settings.json")
        self._templates = SettingsFile(folder / "mail_templates.json")
        self._layouts = SettingsFile(folder / "ticket_layouts.json")
        self._preferences = SettingsFile(folder / "preferences.json")
        finish_interrupted(folder)

    def all_or_nothing(self) -> AbstractContextManager[None]:
        """Undo everything that is saved within, users too, where it ends with an exception or the program dies."""
        return all_or_nothing(self._folder)

    def damaged_files(self) -> list[Path]:
        """Return the files that were put aside because they couldn't be read, oldest first."""
        return sorted(self._folder.glob("*.damaged-*"), key=lambda path: path.name.rpartition(".damaged-")[2])

    def company(self) -> Company | None:
        """Return the company, or None before the first set-up."""
        return read_company(self._shop)

    def save_company(self, company: Company) -> None:
        """Replace the company."""
        write_company(self._shop, company)

    def sender_profile(self, user: str) -> SenderProfile | None:
        """Return a user's sender settings."""
        return read_profile(self._senders, user)

    def sender_profiles(self) -> list[SenderProfile]:
        """Return everybody's sender settings, by user."""
        return read_profiles(self._senders)

    def save_sender_profile(self, profile: SenderProfile) -> None:
        """Insert or replace a user's sender settings."""
        write_profile(self._senders, profile)

    def pdf_settings(self) -> PdfSettings:
        """Return engine and folder in force."""
        return read_pdf_settings(self._pdf)

    def save_pdf_settings(self, settings: PdfSettings) -> None:
        """Replace engine and folder."""
        write_pdf_settings(self._pdf, settings)

    def mail_template(self, document_type: DocumentType) -> MailTemplate | None:
        """Return a document type's template, or None for one that was deleted."""
        return read_template(self._templates, document_type)

    def save_mail_template(self, template: MailTemplate) -> None:
        """Insert or replace a template."""
        write_template(self._templates, template)

    def delete_mail_template(self, document_type: DocumentType) -> None:
        """Forget a type's template."""
        remove_template(self._templates, document_type)

    def layouts(self) -> tuple[TicketLayout, ...]:
        """Return the built-in layouts, as they were changed, then the shop's own."""
        return read_layouts(self._layouts)

    def save_layout(self, layout: TicketLayout) -> None:
        """Insert or replace a layout."""
        write_layout(self._layouts, layout)

    def layout_versions(self, layout_id: str) -> tuple[LayoutVersion, ...]:
        """Return what a layout was before its changes, oldest first."""
        return read_versions(self._layouts, layout_id)

    def keep_layout_version(self, version: LayoutVersion) -> None:
        """Append a version; none is ever changed or deleted."""
        append_version(self._layouts, version)

    def delete_layout(self, layout_id: str) -> None:
        """Delete a layout; a built-in one is as it came again."""
        remove_layout(self._layouts, layout_id)

    def preference(self, name: str) -> str:
        """Return a remembered choice, "" where there is none."""
        return read_preference(self._preferences, name)

    def save_preference(self, name: str, value: str) -> None:
        """Remember a choice."""
        write_preference(self._preferences, name, value)
