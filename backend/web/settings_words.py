"""What a settings file changes, in words of the shop: its parts, its fields, and a value before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backend.domain.document_type import DocumentType
from backend.domain.portable_settings import ChangeKind, FieldChange, SettingsChange, SettingsSection
from backend.web.messages import document_type_label

_LONGEST = 80
SECTIONS: Mapping[SettingsSection, LazyString] = {
    SettingsSection.COMPANY: _l("Company"),
    SettingsSection.PDF: _l("PDF printer"),
    SettingsSection.MAIL_TEXTS: _l("Mail texts"),
    SettingsSection.LAYOUTS: _l("Ticket layouts"),
    SettingsSection.SENDERS: _l("Sender settings"),
}
KINDS: Mapping[ChangeKind, LazyString] = {
    ChangeKind.NEW: _l("New"),
    ChangeKind.CHANGED: _l("Changed"),
    ChangeKind.LEFT_OUT: _l("Left out"),
}
# A field without words of its own is shown by its name in the file.
FIELDS: Mapping[str, LazyString] = {
    "name": _l("Name"),
    "address": _l("Address"),
    "postal_code": _l("Postal code"),
    "city": _l("Town"),
    "phone": _l("Telephone"),
    "siret": _l("SIRET"),
    "vat_number": _l("VAT number"),
    "header": _l("Text at the head of tickets"),
    "footer": _l("Text at the foot of tickets"),
    "language": _l("Language"),
    "engine": _l("What makes the PDFs"),
    "folder": _l("Folder"),
    "wkhtmltopdf": _l("Path of wkhtmltopdf"),
    "browser": _l("Path of the browser"),
    "program": _l("Another program"),
    "open_each_pdf": _l("Open each PDF after it is made"),
    "document_type": _l("Kind of document"),
    "subject": _l("Subject"),
    "body": _l("Message"),
    "placeholders": _l("Variables"),
    "to_billing_address": _l("To the billing address"),
    "to_main_contact": _l("To the main contact"),
    "has_html": _l("As a page too"),
    "free_addresses": _l("Free addresses"),
    "cc": _l("Cc"),
    "bcc": _l("Bcc"),
    "id": _l("Code"),
    "paper": _l("Paper"),
    "logo": _l("Logo"),
    "large_type": _l("Large type"),
    "shows_vat_table": _l("VAT table"),
    "shows_unit_prices": _l("Unit prices"),
    "shows_discounts": _l("Discounts"),
    "shows_cashier": _l("Cashier"),
    "shows_customer": _l("Customer"),
    "shows_hash": _l("Fingerprint"),
    "user": _l("User"),
    "email": _l("E-mail address"),
    "mode": _l("Way of sending"),
    "host": _l("Server"),
    "port": _l("Port"),
    "security": _l("Security"),
    "username": _l("User name"),
    "authentication": _l("Sign-in"),
    "oauth_provider": _l("Provider"),
    "show_message": _l("Show the message before sending"),
    "delivery_notification": _l("Delivery receipt"),
    "read_receipt": _l("Read receipt"),
    "priority": _l("Priority"),
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as a page shows it: its title, "" where the part says it all, its word, its fields before and after."""

    title: str
    kind: str
    is_new: bool
    fields: tuple[tuple[str, str, str], ...]


def shown_change(change: SettingsChange) -> ShownChange:
    """Return a change in words."""
    fields = tuple((field_label(field), shown_value(field.before), shown_value(field.after)) for field in change.fields)
    title = change_title(change) if change.name else ""
    return ShownChange(title, str(KINDS[change.kind]), change.kind is ChangeKind.NEW, fields)


def change_title(change: SettingsChange) -> str:
    """Return what changes: the part, and whose or which one of several."""
    if change.section is SettingsSection.MAIL_TEXTS:
        return document_type_label(DocumentType(change.name))
    return change.name or str(SECTIONS[change.section])


def field_label(field: FieldChange) -> str:
    """Return the name of a field."""
    return str(FIELDS.get(field.name, field.name))


def shown_value(value: object) -> str:
    """Return a value as one short line of text."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, tuple):
        return _short("; ".join(map(_element, value))) or "–"
    return _short(str(value)) if value not in (None, "") else "–"


def change_lines(change: SettingsChange) -> list[str]:
    """Return a change as lines of plain text."""
    if change.kind is ChangeKind.LEFT_OUT:
        return [_("%(user)s: left out, there is no user of this name here", user=change.name)]
    head = f"{SECTIONS[change.section]}: {change_title(change)}" if change.name else str(SECTIONS[change.section])
    return [f"{head} ({str(KINDS[change.kind]).lower()})"] + [
        f"  {field_label(field)}: {shown_value(field.before)} -> {shown_value(field.after)}" for field in change.fields
    ]


def _element(value: object) -> str:
    return f"[{value['code']}]" if isinstance(value, dict) else str(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
