"""Settings, users and secrets in memory."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.domain.document_type import DocumentType
from backend.domain.errors import NotFoundError, SecretsUnavailableError
from backend.domain.logo import Logo
from backend.domain.mail_template import MailTemplate, default_template
from backend.domain.pdf_settings import PdfSettings
from backend.domain.sender_profile import SenderProfile
from backend.domain.shop import Company
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LayoutVersion, TicketLayout
from backend.domain.user import User


class MemoryLogoStore:
    """Logos in a dictionary."""

    def __init__(self) -> None:
        self._logos: dict[str, Logo] = {}

    def find(self, sha256: str) -> Logo:
        if sha256 not in self._logos:
            raise NotFoundError("logo", sha256)
        return self._logos[sha256]

    def save(self, logo: Logo) -> None:
        self._logos[logo.sha256] = logo


class MemorySettingsStore:
    """Settings in dictionaries; templates and layouts are those of a first start."""

    def __init__(self) -> None:
        self._company: Company | None = None
        self._senders: dict[str, SenderProfile] = {}
        self._pdf = PdfSettings()
        self._templates = {document_type: default_template(document_type) for document_type in DocumentType}
        self._layouts: dict[str, TicketLayout] = {}
        self._versions: list[LayoutVersion] = []
        self._preferences: dict[str, str] = {}
        self.damaged: list[Path] = []

    def damaged_files(self) -> list[Path]:
        return self.damaged

    def company(self) -> Company | None:
        return self._company

    def save_company(self, company: Company) -> None:
        self._company = company

    def sender_profile(self, user: str) -> SenderProfile | None:
        return self._senders.get(user.casefold())

    def sender_profiles(self) -> list[SenderProfile]:
        return [self._senders[key] for key in sorted(self._senders)]

    def save_sender_profile(self, profile: SenderProfile) -> None:
        self._senders[profile.user.casefold()] = profile

    def pdf_settings(self) -> PdfSettings:
        return self._pdf

    def save_pdf_settings(self, settings: PdfSettings) -> None:
        self._pdf = settings

    def mail_template(self, document_type: DocumentType) -> MailTemplate | None:
        return self._templates.get(document_type)

    def save_mail_template(self, template: MailTemplate) -> None:
        self._templates[template.document_type] = template

    def delete_mail_template(self, document_type: DocumentType) -> None:
        self._templates.pop(document_type, None)

    def layouts(self) -> tuple[TicketLayout, ...]:
        return tuple(({layout.id: layout for layout in BUILT_IN_LAYOUTS} | self._layouts).values())

    def save_layout(self, layout: TicketLayout) -> None:
        self._layouts[layout.id] = layout

    def layout_versions(self, layout_id: str) -> tuple[LayoutVersion, ...]:
        return tuple(version for version in self._versions if version.layout.id == layout_id)

    def keep_layout_version(self, version: LayoutVersion) -> None:
        self._versions.append(version)

    def delete_layout(self, layout_id: str) -> None:
        self._layouts.pop(layout_id, None)

    def preference(self, name: str) -> str:
        return self._preferences.get(name, "")

    def save_preference(self, name: str, value: str) -> None:
        self._preferences[name] = value

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        before = copy.deepcopy(self.__dict__)
        try:
            yield
        except BaseException:
            self.__dict__ = before
            raise


class MemoryUserStore:
    """Users in a dictionary."""

    def __init__(self, *users: User) -> None:
        self._users = {user.name.casefold(): user for user in users}

    def users(self) -> list[User]:
        return [self._users[key] for key in sorted(self._users)]

    def find(self, name: str) -> User:
        try:
            return self._users[name.casefold()]
        except KeyError:
            raise NotFoundError("user", name) from None

    def save(self, user: User) -> None:
        self._users[user.name.casefold()] = user

    def delete(self, name: str) -> None:
        self.find(name)
        del self._users[name.casefold()]


class MemorySecretStore:
    """Secrets in a dictionary; `unavailable` gives the reason why none can be had."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.unavailable = ""
        self.passphrase = ""

    def get(self, name: str) -> str | None:
        self._check()
        return self.kept.get(name)

    def set(self, name: str, value: str) -> None:
        self._check()
        self.kept[name] = value

    def delete(self, name: str) -> None:
        self._check()
        self.kept.pop(name, None)

    def describe(self) -> str:
        self._check()
        return "passphrase" if self.passphrase else "keyring"

    def _check(self) -> None:
        if self.unavailable:
            raise SecretsUnavailableError(self.unavailable)
