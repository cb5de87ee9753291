"""Read a captured mail of the training mode as its page and `mailbox show` print it."""

from __future__ import annotations

import hashlib
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Any


def parse_mail(content: bytes) -> EmailMessage:
    """Parse a message (RFC 5322) with decoded headers."""
    return BytesParser(policy=policy.default).parsebytes(content)


def captured_mail(content: bytes) -> dict[str, Any]:
    """Return `from`, `to`, `reply_to`, `subject`, `text`, `headers` and `attachments` (`name`, `sha256`, `bytes`)."""
    mail = parse_mail(content)
    body = mail.get_body(("plain",))
    return {
        "from": str(mail["From"]),
        "to": [address for _, address in getaddresses([str(value) for value in mail.get_all("To", [])])],
        "reply_to": str(mail["Reply-To"] or ""),
        "subject": str(mail["Subject"]),
        "text": body.get_content() if body else "",
        "headers": {name: str(value) for name, value in mail.items()},
        "attachments": [
            {"name": name, "sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)}
            for name, raw in attachments_of(mail)
        ],
    }


def attachments_of(mail: EmailMessage) -> list[tuple[str, bytes]]:
    """Return name and content of each attachment, in order."""
    return [(part.get_filename() or "", part.get_payload(decode=True) or b"") for part in mail.iter_attachments()]  # type: ignore[misc]  # bytes with decode=True
