"""Settings, users, secrets, and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from backend.domain.document_type import DocumentType
    from backend.domain.logo import Logo
    from backend.domain.mail_template import MailTemplate
    from backend.domain.pdf_settings import PdfSettings
    from backend.domain.sender_profile import SenderProfile
    from backend.domain.shop import Company
    from backend.domain.ticket_layout import LayoutVersion, TicketLayout
    from backend.domain.user import User


class SettingsStore(Protocol):
    """Company, sender profiles, PDF settings, mail templates, layouts; small files shared by processes."""

    def damaged_files(self) -> list[Path]:
        """Return the files that were put aside because they couldn't be read, oldest first."""

    def company(self) -> Company | None: ...

    def save_company(self, company: Company) -> None: ...

    def sender_profile(self, user: str) -> SenderProfile | None: ...

    def sender_profiles(self) -> list[SenderProfile]: ...

    def save_sender_profile(self, profile: SenderProfile) -> None: ...

    def pdf_settings(self) -> PdfSettings: ...

    def save_pdf_settings(self, settings: PdfSettings) -> None: ...

    def mail_template(self, document_type: DocumentType) -> MailTemplate | None: ...

    def save_mail_template(self, template: MailTemplate) -> None: ...

    def delete_mail_template(self, document_type: DocumentType) -> None:
        """Forget a type's template; nothing happens where there is none."""

    def layouts(self) -> tuple[TicketLayout, ...]:
        """Return the built-in layouts, which always exist, then the shop's own in the order they were made."""

    def save_layout(self, layout: TicketLayout) -> None: ...

    def layout_versions(self, layout_id: str) -> tuple[LayoutVersion, ...]:
        """Return what a layout was before its changes, oldest first."""

    def keep_layout_version(self, version: LayoutVersion) -> None:
        """Append a version; none is ever changed or deleted."""

    def delete_layout(self, layout_id: str) -> None:
        """Forget what was saved of a layout: a built-in one is as it came again, another one is gone."""

    def preference(self, name: str) -> str:
        """Return a small remembered choice (`layout:C1`), "" where there is none."""

    def save_preference(self, name: str, value: str) -> None: ...

    def all_or_nothing(self) -> AbstractContextManager[None]:
        """Undo everything that is saved within where it ends with an exception, or the program dies in it."""


class LogoStore(Protocol):
    """The logos that the shop has had; none ever changes or goes, as tickets name them by their SHA-256."""

    def find(self, sha256: str) -> Logo:
        """Return a logo; raises NotFoundError("logo", sha256), StorageError."""

    def save(self, logo: Logo) -> None:
        """Keep a logo; one that is there already stays. Raises StorageError."""


class UserStore(Protocol):
    """Facteur's users."""

    def users(self) -> list[User]: ...

    def find(self, name: str) -> User:
        """Return a user by name, upper and lower case alike; raises NotFoundError("user", name)."""

    def save(self, user: User) -> None: ...

    def delete(self, name: str) -> None: ...


class SecretStore(Protocol):
    """Passwords, tokens and keys; `describe` says where they are kept."""

    def get(self, name: str) -> str | None:
        """Return a secret; raises SecretsUnavailableError."""

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None: ...

    def describe(self) -> str:
        """Return keyring, passphrase or unprotected."""


class Clock(Protocol):
    """The time of the till PC, aware, in the PC's time zone."""

    def now(self) -> datetime: ...
