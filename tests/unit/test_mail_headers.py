"""The headers of a message as it goes out: people, subject, priority, receipts (RFC 5322, 2047, 8098)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.adapters.mail.message import _subject_line, build_message, wire_address
from backend.domain.errors import InvalidInputError
from backend.domain.outgoing_mail import OutgoingMail
from backend.domain.plain_text import one_line
from backend.domain.sender_profile import Priority
from tests.builders import a_sender
from tests.unit.message_parts import a_mail_with_pdf, read


@pytest.fixture
def mail(tmp_path: Path) -> OutgoingMail:
    return a_mail_with_pdf(tmp_path)


def headers_of(content: bytes) -> str:
    return content.partition(b"\r\n\r\n")[0].decode("utf-8")


def test_headers_name_sender_recipients_subject_date_and_the_given_id(mail: OutgoingMail) -> None:
    mail = replace(mail, recipients=("a@client.test", "b@client.test"))
    message = read(build_message(mail, a_sender(name="Brico « Éclair »"), reply_to="patron@brico.example"))
    assert message["From"] == "Brico « Éclair » <caisse@brico.example>"
    assert message["To"] == "a@client.test, b@client.test"
    assert message["Reply-To"] == "patron@brico.example"
    assert message["Subject"] == "Votre ticket de caisse n° 4 du 24/11/2026"
    assert message["Date"] == "Tue, 24 Nov 2026 12:00:00 +0100"
    assert message["Message-ID"] == mail.message_id
    for name in ("Cc", "Bcc", "X-Priority", "Importance", "Priority", "Disposition-Notification-To", "Sender"):
        assert message[name] is None


def test_copies_are_named_and_blind_ones_are_not(mail: OutgoingMail) -> None:
    content = build_message(replace(mail, cc=("copie@client.test",), bcc=("secret@client.test",)), a_sender())
    assert read(content)["Cc"] == "copie@client.test"
    assert b"secret" not in content
    assert read(build_message(replace(mail, recipients=(), bcc=("secret@client.test",)), a_sender()))["To"] is None


@pytest.mark.parametrize(
    ("priority", "expected"),
    [
        (Priority.HIGH, ("1", "high", "urgent")),
        (Priority.LOW, ("5", "low", "non-urgent")),
        (Priority.NORMAL, (None, None, None)),
    ],
)
def test_a_priority_other_than_normal_is_said_in_three_ways(
    mail: OutgoingMail, priority: Priority, expected: tuple[str | None, ...]
) -> None:
    message = read(build_message(replace(mail, priority=priority), a_sender()))
    assert (message["X-Priority"], message["Importance"], message["Priority"]) == expected
    assert message["X-MSMail-Priority"] is None


def test_a_read_receipt_is_asked_for_at_the_senders_address(mail: OutgoingMail) -> None:
    message = read(build_message(replace(mail, read_receipt=True), a_sender()))
    assert message["Disposition-Notification-To"] == "caisse@brico.example"


HOSTILE = "Ticket\r\nBcc: autre@x.test\r\n\r\n<b>corps</b>\x00\u2028Subject: y"


def test_line_breaks_in_headers_add_no_header(mail: OutgoingMail) -> None:
    content = build_message(replace(mail, subject=HOSTILE), a_sender(name=HOSTILE))
    message = read(content)
    assert message["Bcc"] is None
    assert message["Subject"] == "Ticket Bcc: autre@x.test <b>corps</b> Subject: y"
    assert len(message.get_all("Subject", [])) == 1


SUBJECTS = {
    "line_breaks": "Ticket\r\nBcc: autre@x.test\r\n\r\n<b>corps</b>",
    "long_words": "é" * 5000,
    "long_ascii": "a" * 5000,
    "many_words": "mot " * 1250,
    "emoji": "👩‍👩‍👧 merci " * 300,
    "right_to_left": "\u200fתודה רבה \u202eabc\u202c 42",
    "encoded_words": "a =?utf-8?q?Bonjour?= =?utf-8?b?w6k=?= b",
    "half_a_word": "=?utf-8?q?é",
    "no_break_spaces": "1\u00a0234,50\u00a0€",
    "no_subject": " \r\n ",
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_subject_arrives_as_it_was_meant(mail: OutgoingMail, subject: str) -> None:
    content = build_message(replace(mail, subject=subject), a_sender())
    message = read(content)
    assert str(message["Subject"]) == one_line(subject)
    assert message["Bcc"] is None
    assert message["Message-ID"] == mail.message_id
    head = content.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


PIECES = st.sampled_from(["=?utf-8?q?", "?=", "=?", *"?_ \té", "b" * 40, "\u00a0", ",;:", "👩", "\r\n"])


@settings(max_examples=200)
@given(st.text(max_size=200) | st.lists(PIECES).map("".join))
def test_any_subject_arrives_as_one_line(subject: str) -> None:
    head = _subject_line(subject)
    assert str(read(b"X: y" + head + b"\r\n")["Subject"]) == one_line(subject)
    assert head.count(b"\r\n\r\n") == 0


def test_an_address_that_would_add_a_header_is_refused(mail: OutgoingMail) -> None:
    with pytest.raises(InvalidInputError) as caught:
        build_message(replace(mail, recipients=("a@x.test\r\nBcc: b@x.test",)), a_sender())
    assert "b@x.test" not in str(caught.value)


def test_a_domain_with_accents_is_said_in_ascii(mail: OutgoingMail) -> None:
    mail = replace(mail, recipients=("client@bücher.example",), message_id="<1@bücher.example>")
    content = build_message(mail, a_sender(email="caisse@été.example"))
    assert "To: client@xn--bcher-kva.example" in headers_of(content)
    assert "Message-ID: <1@xn--bcher-kva.example>" in headers_of(content)
    assert "<caisse@xn--t-9fab.example>" in headers_of(content)
    assert wire_address("client@bücher.example") == "client@xn--bcher-kva.example"


def test_an_address_with_accents_makes_headers_in_utf8(mail: OutgoingMail) -> None:
    content = build_message(replace(mail, recipients=("hélène@client.test",)), a_sender())
    assert "To: hélène@client.test" in headers_of(content)
    assert content.partition(b"\r\n\r\n")[2].isascii()
