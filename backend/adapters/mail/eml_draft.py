"""The draft for mail programs that nothing else reaches: a mail in a file, marked as unsent, with its PDF in it.

Outlook opens it ready to be sent (`X-Unsent: 1`), Thunderbird and Apple Mail show it and offer to edit it as new.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from backend.adapters.mail.message import build_message, wire_address
from backend.adapters.mail.started_program import ANSWER_S, start_program
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import OutgoingMail
from backend.domain.plain_text import one_line
from backend.domain.sender_profile import SenderProfile

DRAFT_NAME = "message.eml"


def build_draft(mail: OutgoingMail, sender: SenderProfile) -> bytes:
    """Return the draft, for those only whom no server has accepted yet; Bcc stands in it, for the program to obey."""
    remaining = set(mail.remaining_recipients)

    def kept(addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(address for address in addresses if address in remaining)

    draft = replace(mail, recipients=kept(mail.recipients), cc=kept(mail.cc))
    head = "X-Unsent: 1\r\n"
    if hidden := kept(mail.bcc):
        head += f"Bcc: {', '.join(one_line(wire_address(address)) for address in hidden)}\r\n"
    return head.encode() + build_message(draft, sender)


def open_draft(draft: Path, answer_s: float = ANSWER_S) -> str:
    """Open a draft with the PC's program for mails; return what is known of it. Raises MailFailure."""
    if sys.platform == "win32":
        try:
            os.startfile(draft)  # noqa: S606 - a kind of file that is only shown
        except OSError as error:
            raise MailFailure(MailCause.CLIENT_MISSING, transcript=f"startfile: {error.strerror}") from None
        return "startfile: done"
    opener = shutil.which("open" if sys.platform == "darwin" else "xdg-open")
    if opener is None:
        raise MailFailure(MailCause.CLIENT_MISSING, transcript="no program opens files here")
    code = start_program([opener, str(draft)], answer_s)
    if code:
        # xdg-open(1): 3 no program was found, 4 it failed
        cause = MailCause.CLIENT_MISSING if code == 3 else MailCause.CLIENT_FAILED
        raise MailFailure(cause, transcript=f"{opener}: exit code {code}")
    return f"{opener}: " + ("runs" if code is None else "exit code 0")
