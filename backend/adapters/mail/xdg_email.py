"""Mail programs of Linux desktops: xdg-email (xdg-utils), and Thunderbird by its own command line.

Both only open a window in which a person sends the mail; who sees this PC's processes sees the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from backend.adapters.mail.client_message import ClientMessage
from backend.adapters.mail.started_program import ANSWER_S, start_program
from backend.domain.mail_failure import MailCause, MailFailure

_PLAIN_TEXT = "2"  # nsIMsgCompFormat: else the body is read as HTML
# Exit codes of xdg-email(1).
_CAUSES = {
    2: MailCause.CLIENT_FILE_UNREADABLE,
    3: MailCause.CLIENT_MISSING,
    5: MailCause.CLIENT_FILE_UNREADABLE,
}


def xdg_email_command(program: str, message: ClientMessage) -> list[str]:
    """Return the command line; no text of a mail can be taken for an option there."""
    command = [program, "--utf8"]
    for option, values in (
        ("--cc", message.cc),
        ("--bcc", message.bcc),
        ("--subject", (message.subject,)),
        ("--body", (message.body,)),
        ("--attach", tuple(str(file.path) for file in message.files)),
    ):
        for value in values:
            if value.strip():  # an empty one is an error there
                command += [option, value if not value.startswith("--") else f" {value}"]
    if any(address.startswith("-") for address in message.to):
        return [*command, "mailto:" + ",".join(quote(address, safe="@") for address in message.to)]
    return [*command, *message.to]


def thunderbird_command(program: str, message: ClientMessage) -> list[str]:
    """Return the command line of a new message.

    Values stand without quotes and percent-encoded, which Thunderbird decodes (MsgComposeCommands.js, GetArgs): in
    quotes a text with `',` would begin the next field, an attachment for instance.
    """
    fields = {
        "to": ",".join(message.to),
        "cc": ",".join(message.cc),
        "bcc": ",".join(message.bcc),
        "subject": message.subject,
        "body": message.body,
        "format": _PLAIN_TEXT,
        "attachment": ",".join(file.path.as_uri() for file in message.files),  # in a URI a comma is encoded
    }
    return [program, "-compose", ",".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)]


def run_mail_command(command: Sequence[str], name: str, answer_s: float = ANSWER_S) -> str:
    """Start a mail program with a message; return what is known of it, for the transcript. Raises MailFailure."""
    try:
        code = start_program(command, answer_s)
    except OSError as error:
        raise MailFailure(MailCause.CLIENT_MISSING, transcript=f"{command[0]}: {error.strerror}") from None
    if code:
        cause = _CAUSES.get(code, MailCause.CLIENT_FAILED)
        raise MailFailure(cause, transcript=f"{command[0]} ({name}): exit code {code}")
    return f"{command[0]} ({name}): " + ("runs" if code is None else "exit code 0")
