"""The files of a mail as the assistant lists them: sizes, warnings, and how much the server takes (PRODUCT E3)."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from backend.domain.attachment import is_risky
from backend.domain.outgoing_mail import OutgoingMail
from backend.usecases.edit_attachments import size_limit, size_of
from backend.web.format import file_size
from backend.web.services import services


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An added file."""

    key: str
    name: str
    size: str
    is_risky: bool


def files_context(mail: OutgoingMail) -> dict[str, object]:
    """Return what the list of files needs."""
    size, limit = size_of(mail), size_limit(mail.user, services())
    facts = {"size": file_size(size), "limit": file_size(limit)}
    return {
        "files": [
            ShownFile(file.key, file.name, file_size(file.size_bytes), is_risky(file.name)) for file in mail.added_files
        ],
        "files_note": "",
        "is_too_big": size > limit,
        "weight": _("%(size)s to send; up to %(limit)s can leave.", **facts),
    }
