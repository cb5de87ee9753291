"""Mail templates, one per document type; all exist at first start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tinydb import TinyDB, where

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.document_type import DocumentType
from backend.domain.mail_template import MailTemplate, default_template
from backend.domain.placeholder import Placeholder

if TYPE_CHECKING:
    from tinydb.table import Table


def read_template(file: SettingsFile, document_type: DocumentType) -> MailTemplate | None:
    """Return a type's template: the default one until any was saved, None for one that was deleted since."""
    database = file.read()
    if "mail_templates" not in database.tables():
        return default_template(document_type)
    found = database.table("mail_templates").get(where("document_type") == document_type.value)
    return _template(found) if isinstance(found, dict) else None


def write_template(file: SettingsFile, template: MailTemplate) -> None:
    """Insert or replace a type's template; the first time, the defaults of the others with it."""
    with file.change() as database:
        table = _table(database)
        table.remove(where("document_type") == template.document_type.value)
        table.insert(asdict(template))


def remove_template(file: SettingsFile, document_type: DocumentType) -> None:
    """Forget a type's template; the first time, the defaults of the others are written."""
    with file.change() as database:
        _table(database).remove(where("document_type") == document_type.value)


def _table(database: TinyDB) -> Table:
    """Return the templates, which are there from now on."""
    if "mail_templates" not in database.tables():
        defaults = [asdict(default_template(document_type)) for document_type in DocumentType]
        database.table("mail_templates").insert_multiple(defaults)
    return database.table("mail_templates")


def _template(document: Mapping[str, Any]) -> MailTemplate:
    values = dict(document)
    values["document_type"] = DocumentType(values["document_type"])
    values["placeholders"] = tuple(Placeholder(**placeholder) for placeholder in values["placeholders"])
    for name in ("free_addresses", "cc", "bcc"):
        values[name] = tuple(values[name])
    return MailTemplate(**values)
