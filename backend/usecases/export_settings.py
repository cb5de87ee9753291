"""Write the settings of a shop to a file for other PCs, without any secret (`settings export`)."""

from __future__ import annotations

import json
from pathlib import Path

from backend import VERSION
from backend.domain.document_type import DocumentType
from backend.domain.errors import StorageError
from backend.domain.portable_settings import (
    FILE_FORMAT,
    FILE_VERSION,
    PortableSettings,
    SettingsSection,
    settings_content,
)
from backend.ports import Services

_SINGLE = {SettingsSection.COMPANY, SettingsSection.PDF}


def portable_settings(services: Services) -> PortableSettings:
    """Return what this shop has set; raises StorageError."""
    settings = services.settings
    templates = (settings.mail_template(document_type) for document_type in DocumentType)
    return PortableSettings(
        settings.company(),
        settings.pdf_settings(),
        tuple(template for template in templates if template is not None),
        settings.layouts(),
        tuple(settings.sender_profiles()),
    )


def export_settings(services: Services) -> str:
    """Return the settings file as JSON text (formats/settings.schema.json); raises StorageError."""
    parts = {
        section.value: items[""] if section in _SINGLE else list(items.values())
        for section, items in settings_content(portable_settings(services)).items()
    }
    head = {
        "format": FILE_FORMAT,
        "version": FILE_VERSION,
        "program": VERSION,
        "exported_at": services.clock.now().isoformat(timespec="seconds"),
    }
    return json.dumps(head | parts, ensure_ascii=False, indent=2) + "\n"


def save_settings_file(target: Path, services: Services) -> None:
    """Write the settings file to a name that is free; raises StorageError (exists, and those of any file)."""
    text = export_settings(services)
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise StorageError(str(target), "exists") from None
    except OSError as error:
        raise StorageError(str(target), "read_only" if isinstance(error, PermissionError) else "io") from error
