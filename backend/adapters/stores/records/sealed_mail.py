"""The part of a mail that is kept sealed: who gets it, what it says, what a server answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from backend.domain.logo import Logo
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import Attachment, OutgoingMail, RecipientResult, RecipientStatus
from backend.domain.sender_profile import Priority


def clear_text(mail: OutgoingMail) -> bytes:
    """Return the part of a mail to seal, as JSON."""
    values = {
        "recipients": mail.recipients,
        "cc": mail.cc,
        "bcc": mail.bcc,
        "subject": mail.subject,
        "body": mail.body,
        "attachments": [_attachment_values(part) for part in mail.attachments],
        "priority": mail.priority,
        "has_html": mail.has_html,
        "logo": _logo_values(mail.logo),
        "results": {
            address: [result.status, result.reply, result.mail_cause] for address, result in mail.results.items()
        },
    }
    return json.dumps(values).encode()


def with_clear_text(mail: OutgoingMail, clear: bytes) -> OutgoingMail:
    """Return a mail with the part that was sealed."""
    values: Mapping[str, Any] = json.loads(clear)
    return replace(
        mail,
        recipients=tuple(values["recipients"]),
        cc=tuple(values["cc"]),
        bcc=tuple(values["bcc"]),
        subject=values["subject"],
        body=values["body"],
        attachments=tuple(_attachment(*each) for each in values["attachments"]),
        priority=Priority(values["priority"]),
        has_html=values.get("has_html", True),  # mails of before have neither
        logo=_logo(values.get("logo")),
        results={
            address: RecipientResult(RecipientStatus(status), reply, MailCause(cause) if cause else None)
            for address, (status, reply, cause) in values["results"].items()
        },
    )


def _attachment_values(part: Attachment) -> list[str | int | bool]:
    return [part.name, str(part.path), part.media_type, part.size_bytes, part.is_sealed]


def _attachment(name: str, path: str, kind: str, size: int = 0, is_sealed: bool = False) -> Attachment:  # noqa: FBT001, FBT002 - a row; those of an earlier version are shorter
    return Attachment(name, Path(path), kind, size, is_sealed)


def _logo_values(logo: Logo | None) -> list[str | int] | None:
    return [base64.b64encode(logo.png).decode("ascii"), logo.width_px, logo.height_px] if logo else None


def _logo(values: list[Any] | None) -> Logo | None:
    if not values:
        return None
    png, width_px, height_px = values
    return Logo(base64.b64decode(png), width_px, height_px)
