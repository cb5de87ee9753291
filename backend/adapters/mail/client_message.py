"""A mail as mail programs take it from others: texts and files, who it goes to, and no headers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.adapters.mail.handed_over_files import HandedFile
from backend.domain.outgoing_mail import OutgoingMail
from backend.domain.plain_text import one_line, text_lines


@dataclass(frozen=True, slots=True)
class ClientMessage:
    """Only recipients that nobody has accepted yet; `body` has Unix line ends."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    subject: str
    body: str
    files: tuple[HandedFile, ...] = ()
    wants_read_receipt: bool = False


def client_message(mail: OutgoingMail, files: tuple[HandedFile, ...]) -> ClientMessage:
    """Return what is handed over of a mail."""
    remaining = set(mail.remaining_recipients)
    to, cc, bcc = (
        tuple(address for address in group if address in remaining) for group in (mail.recipients, mail.cc, mail.bcc)
    )
    return ClientMessage(to, cc, bcc, one_line(mail.subject), text_lines(mail.body), files, mail.read_receipt)
