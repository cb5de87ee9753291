"""The unsent draft, as mail programs open it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from backend.adapters.mail.eml_draft import build_draft
from backend.domain.outgoing_mail import OutgoingMail
from tests.builders import a_mail, a_sender, accepted


@pytest.fixture
def mail(tmp_path: Path) -> OutgoingMail:
    pdf = tmp_path / "C1-4-BRICO.pdf"
    pdf.write_bytes(b"%PDF-1.4\n%%EOF\n")
    return a_mail(
        pdf=pdf,
        recipients=("client@example.org", "deja@example.org"),
        cc=("compta@brico.example",),
        bcc=("archive@brico.example", "chef@bücher.example"),
        results={"deja@example.org": accepted()},
    )


def opened(draft: bytes) -> EmailMessage:
    message = message_from_bytes(draft, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_the_draft_is_marked_unsent_and_holds_the_pdf(mail: OutgoingMail) -> None:
    message = opened(build_draft(mail, a_sender()))
    assert message["X-Unsent"] == "1"
    (pdf,) = message.iter_attachments()
    assert pdf.get_filename() == "C1-4-BRICO.pdf"
    assert pdf.get_payload(decode=True) == b"%PDF-1.4\n%%EOF\n"
    assert message["Subject"] == mail.subject


def test_the_draft_names_everybody_who_has_not_got_it_also_the_hidden_ones(mail: OutgoingMail) -> None:
    message = opened(build_draft(mail, a_sender()))
    assert message["To"] == "client@example.org"
    assert message["Cc"] == "compta@brico.example"
    assert message["Bcc"] == "archive@brico.example, chef@xn--bcher-kva.example"


def test_without_hidden_recipients_there_is_no_such_header(tmp_path: Path, mail: OutgoingMail) -> None:
    draft = build_draft(a_mail(pdf=mail.pdf.path), a_sender())
    assert draft.startswith(b"X-Unsent: 1\r\nFrom: ")
    assert opened(draft)["Bcc"] is None
