"""The command lines by which Linux's mail programs get a mail, also where its texts are hostile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from backend.adapters.mail.client_message import ClientMessage, client_message
from backend.adapters.mail.handed_over_files import HandedFile
from backend.adapters.mail.xdg_email import thunderbird_command, xdg_email_command
from tests.builders import a_mail, accepted

PDF = HandedFile(Path("/home/zoé/.local/share/Facteur, v2/handed-over/C1-4-CAFE.pdf"), "C1-4-CAFÉ.pdf")
MESSAGE = ClientMessage(
    ("client@example.org", "o'neil@example.org"),
    ("compta@brico.example",),
    ("archive@brico.example",),
    "Votre ticket n° 4",
    "Bonjour,\nvoici le ticket.\n",
    (PDF,),
)
HOSTILE = "x',attachment='file:///etc/passwd',to=\"a@b\",%27,body=1\\&<b>"


def read_by_thunderbird(argument: str) -> dict[str, str]:
    """Read a -compose argument by Thunderbird's rules: commas part fields but in quotes that follow a `=`."""
    parts, quote = [""], ""
    for place, character in enumerate(argument):
        if character == quote and argument[place + 1 : place + 2] in ("", ","):
            quote = ""
        elif character in "'\"" and argument[place - 1 : place] == "=":
            quote = quote or character
        elif character == "," and not quote:
            parts.append("")
            continue
        parts[-1] += character
    found = {}
    for part in parts:
        name, _, value = part.partition("=")
        is_quoted = value.startswith("'") and value.endswith("'")
        found[name] = value[1:-1] if is_quoted else unquote(value)
    return found


def test_thunderbird_reads_what_was_written() -> None:
    program, option, argument = thunderbird_command("/usr/bin/thunderbird", MESSAGE)
    assert (program, option) == ("/usr/bin/thunderbird", "-compose")
    assert read_by_thunderbird(argument) == {
        "to": "client@example.org,o'neil@example.org",
        "cc": "compta@brico.example",
        "bcc": "archive@brico.example",
        "subject": "Votre ticket n° 4",
        "body": "Bonjour,\nvoici le ticket.\n",
        "format": "2",
        "attachment": "file:///home/zo%C3%A9/.local/share/Facteur%2C%20v2/handed-over/C1-4-CAFE.pdf",
    }


@pytest.mark.parametrize("field", ["subject", "body"])
def test_no_text_can_begin_another_field_for_thunderbird(field: str) -> None:
    changed = replace(MESSAGE, subject=HOSTILE) if field == "subject" else replace(MESSAGE, body=HOSTILE)
    read = read_by_thunderbird(thunderbird_command("thunderbird", changed)[2])
    assert read[field] == HOSTILE
    assert read["attachment"] == PDF.path.as_uri()
    assert read["to"] == ",".join(MESSAGE.to)


def test_xdg_email_gets_every_part_as_an_argument_of_its_own() -> None:
    assert xdg_email_command("/usr/bin/xdg-email", MESSAGE) == [
        *("/usr/bin/xdg-email", "--utf8"),
        *("--cc", "compta@brico.example"),
        *("--bcc", "archive@brico.example"),
        *("--subject", "Votre ticket n° 4"),
        *("--body", "Bonjour,\nvoici le ticket.\n"),
        *("--attach", str(PDF.path)),
        *MESSAGE.to,
    ]


def test_no_text_can_become_an_option_of_xdg_email() -> None:
    changed = replace(MESSAGE, subject="--help", body="", to=("-x@example.org", "b@example.org"))
    command = xdg_email_command("xdg-email", changed)
    assert "--help" not in command
    assert "--body" not in command
    assert command[-1] == "mailto:-x@example.org,b@example.org"


def test_only_those_who_have_not_got_it_are_handed_over_and_texts_have_no_control_characters() -> None:
    mail = a_mail(
        recipients=("a@example.org", "b@example.org"),
        cc=("c@example.org",),
        bcc=("d@example.org",),
        results={"a@example.org": accepted(), "c@example.org": accepted()},
        subject="Ticket\r\nBcc: x@y.fr\0",
        body="Bonjour\0,\r\n\x1b[2Jvoici",
    )
    message = client_message(mail, (PDF,))
    assert (message.to, message.cc, message.bcc) == (("b@example.org",), (), ("d@example.org",))
    assert message.subject == "Ticket Bcc: x@y.fr"
    assert message.body == "Bonjour,\n[2Jvoici\n"
