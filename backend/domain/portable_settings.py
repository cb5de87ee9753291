"""The settings that move from one shop to another (`settings export`, `settings import`): no secret is among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from backend.domain.errors import NotReadyError
from backend.domain.mail_template import MailTemplate
from backend.domain.pdf_settings import PdfSettings
from backend.domain.sender_profile import SenderProfile
from backend.domain.shop import Company
from backend.domain.ticket_layout import TicketLayout, layout_content

FILE_FORMAT = "facteur-settings"
FILE_VERSION = 1
# What belongs to one PC: secrets and their marks, the trust in one certificate, the test, the picture of the logo.
SENDER_STAYS = frozenset({"secret_version", "pinned_certificate", "relay_version"}) | {
    field.name for field in fields(SenderProfile) if field.name.startswith("tested_")
}
COMPANY_STAYS = frozenset({"logo_sha256"})

Content = dict[str, Any]


class SettingsSection(StrEnum):
    """A part of the settings that is imported as a whole, or left out."""

    COMPANY = "company"
    PDF = "pdf"
    MAIL_TEXTS = "mail_texts"
    LAYOUTS = "layouts"
    SENDERS = "senders"


class ChangeKind(StrEnum):
    """What an import does to one item."""

    NEW = "new"
    CHANGED = "changed"
    LEFT_OUT = "left_out"  # a sender whose user is not here


@dataclass(frozen=True, slots=True)
class PortableSettings:
    """Everything that moves; a part that is empty is not in the file."""

    company: Company | None = None
    pdf: PdfSettings | None = None
    mail_texts: tuple[MailTemplate, ...] = ()
    layouts: tuple[TicketLayout, ...] = ()
    senders: tuple[SenderProfile, ...] = ()

    @property
    def sections(self) -> tuple[SettingsSection, ...]:
        """Return the parts that there are."""
        return tuple(section for section in SettingsSection if getattr(self, section.value))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its name, and its plain value before and after (None where there was nothing)."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What an import does to one item; `name` is the user's, the layout's, the document type's, else ""."""

    section: SettingsSection
    name: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...] = ()


@dataclass(eq=False)
class ProgramNotConfirmedError(NotReadyError):
    """An imported file names programs that would be started on this PC; nobody has said yet that they may."""

    cause = "program_not_confirmed"
    programs: str


def settings_content(settings: PortableSettings) -> dict[SettingsSection, dict[str, Content]]:
    """Return the settings as plain values: per part its items by their key, upper and lower case of a user alike."""
    company, pdf = settings.company, settings.pdf
    parts = {
        SettingsSection.COMPANY: {"": _plain(company, COMPANY_STAYS)} if company else {},
        SettingsSection.PDF: {"": _plain(pdf)} if pdf else {},
        SettingsSection.MAIL_TEXTS: {each.document_type.value: _plain(each) for each in settings.mail_texts},
        SettingsSection.LAYOUTS: {each.id: layout_content(each) for each in settings.layouts},
        SettingsSection.SENDERS: {each.user.casefold(): _plain(each, SENDER_STAYS) for each in settings.senders},
    }
    return {section: items for section, items in parts.items() if items}


def settings_changes(before: PortableSettings, after: PortableSettings) -> tuple[SettingsChange, ...]:
    """Return what `after` changes; what is only in `before` stays as it is, and what is equal is not named."""
    known, wanted = settings_content(before), settings_content(after)
    changes = []
    for section, items in wanted.items():
        for key, content in items.items():
            there = known.get(section, {}).get(key)
            fields = _field_changes(there or {}, content)
            if fields:
                kind = ChangeKind.CHANGED if there else ChangeKind.NEW
                changes.append(SettingsChange(section, _shown_name(section, content), kind, fields))
    return tuple(changes)


def programs_in(settings: PdfSettings | None) -> tuple[str, ...]:
    """Return what PDF settings would start on this PC, each as one line; what Facteur finds by itself is not named."""
    if settings is None:
        return ()
    return tuple(line for line in (settings.wkhtmltopdf, settings.browser, " ".join(settings.program)) if line)


def _plain(value: Any, left_out: frozenset[str] = frozenset()) -> Content:  # noqa: ANN401 - any of our dataclasses
    return {name: each for name, each in asdict(value).items() if name not in left_out}


def _field_changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, before.get(name), value)
        for name, value in after.items()
        if before.get(name) != value and (before or value not in ("", (), None))
    )


def _shown_name(section: SettingsSection, content: Content) -> str:
    names = {
        SettingsSection.MAIL_TEXTS: "document_type",
        SettingsSection.LAYOUTS: "name",
        SettingsSection.SENDERS: "user",
    }
    return str(content[names[section]]) if section in names else ""
