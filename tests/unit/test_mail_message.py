"""The message as it goes out: its parts, texts and attachments (RFC 5322, 2045, 2231)."""

from __future__ import annotations

import re
from dataclasses import replace
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.adapters.mail.message import build_message
from backend.domain.errors import NotFoundError
from backend.domain.outgoing_mail import Attachment, OutgoingMail
from tests.builders import a_logo, a_sender
from tests.unit.message_parts import PDF, a_mail_with_pdf, read


@pytest.fixture
def mail(tmp_path: Path) -> OutgoingMail:
    return a_mail_with_pdf(tmp_path)


def test_everything_is_seven_bits_with_network_line_ends(mail: OutgoingMail) -> None:
    content = build_message(mail, a_sender(name="Été"))
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert content.endswith(b"\r\n")
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_text_and_page_say_the_same(mail: OutgoingMail) -> None:
    message = read(build_message(mail, a_sender()))
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text.get_content().replace("\r\n", "\n") == "Bonjour,\n\nVoici votre ticket n° 4 & <merci>.\nÀ bientôt.\n"
    assert (
        '<p dir="auto" style="margin: 0 0 16px">Bonjour,</p>\n'
        '<p dir="auto" style="margin: 0 0 16px">Voici votre ticket n° 4 &amp; &lt;merci&gt;.<br>\nÀ bientôt.</p>'
    ) in page.get_content().replace("\r\n", "\n")
    assert text["Content-Transfer-Encoding"] == page["Content-Transfer-Encoding"] == "quoted-printable"


def structure(message: Message) -> str:
    """Return the types of all parts, those within one in brackets."""
    kind = message.get_content_type()
    if not isinstance(message, EmailMessage) or not message.is_multipart():
        return kind
    return f"{kind}({', '.join(structure(part) for part in message.iter_parts())})"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "multipart/mixed(multipart/alternative(text/plain, text/html), application/pdf)"),
        (
            {"logo": a_logo()},
            (
                "multipart/mixed(multipart/alternative(text/plain, multipart/related(text/html, image/png)),"
                " application/pdf)"
            ),
        ),
        ({"has_html": False}, "multipart/mixed(text/plain, application/pdf)"),
        ({"has_html": False, "logo": a_logo()}, "multipart/mixed(text/plain, application/pdf)"),
    ],
)
def test_the_parts_stand_in_one_another_as_mail_programs_expect(
    mail: OutgoingMail, changes: dict[str, Any], expected: str
) -> None:
    content = build_message(replace(mail, **changes), a_sender())
    message = read(content)
    assert structure(message) == expected
    assert [part.get_filename() for part in message.iter_attachments()] == ["C1-4-BRICO.pdf"]
    assert all(not part.defects for part in message.walk())
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 78 or not changes.get("has_html", True)


def test_the_logo_is_shown_by_its_content_id_at_half_its_pixels(mail: OutgoingMail) -> None:
    logo = a_logo(480, 120)
    message = read(build_message(replace(mail, logo=logo), a_sender(name='Brico "Éclair"')))
    related = next(part for part in message.walk() if part.get_content_type() == "multipart/related")
    page, picture = related.iter_parts()
    assert related.get_param("type") == "text/html"
    assert picture.get_content() == logo.png
    assert picture.get_content_disposition() == "inline"
    content_id = str(picture["Content-ID"]).strip("<>")
    assert content_id.count("@") == 1
    assert f'src="cid:{content_id}" width="240" height="60" alt="Brico &quot;Éclair&quot;"' in page.get_content()


def test_the_page_leaves_colours_to_the_reader_and_fits_a_phone(mail: OutgoingMail) -> None:
    page = read(build_message(mail, a_sender())).get_body(("html",))
    assert page is not None
    content = page.get_content()
    assert '<meta name="color-scheme" content="light dark">' in content
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in content
    assert not re.search(r"[^-]color: *#|<script|<link|https?:|@import|url\(", content)


def test_what_is_typed_is_text_in_the_page_too(mail: OutgoingMail) -> None:
    hostile = "</title><script>alert(1)</script>{content}%s"
    message = read(build_message(replace(mail, subject=hostile, body=hostile), a_sender()))
    page = message.get_body(("html",))
    assert page is not None
    assert "<script" not in page.get_content()
    assert page.get_content().count("&lt;script&gt;alert(1)&lt;/script&gt;{content}%s") == 2


def test_spaces_and_line_breaks_stay_where_they_were_typed(mail: OutgoingMail) -> None:
    page = read(build_message(replace(mail, body="a   b\n\tc\n\n\nd"), a_sender())).get_body(("html",))
    assert page is not None
    assert "a&nbsp;  b<br>\n&nbsp; &nbsp; c</p>" in page.get_content().replace("\r\n", "\n")


def test_a_link_is_made_of_nothing_that_was_typed(mail: OutgoingMail) -> None:
    content = build_message(replace(mail, body='https://brico.example <img src="http://x.test/">'), a_sender())
    page = read(content).get_body(("html",))
    assert page is not None
    assert "<a" not in page.get_content()
    assert "<img" not in page.get_content()


def test_the_pdf_is_the_first_attachment_byte_for_byte(mail: OutgoingMail, tmp_path: Path) -> None:
    other = tmp_path / "notice.txt"
    other.write_bytes(b"a\nb")
    added = Attachment("Notice d'été.txt", other, "text/plain")
    message = read(build_message(replace(mail, attachments=(*mail.attachments, added)), a_sender()))
    pdf, notice = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type(), pdf.get_content()) == ("C1-4-BRICO.pdf", "application/pdf", PDF)
    assert (notice.get_filename(), notice.get_payload(decode=True)) == ("Notice d'été.txt", b"a\nb")
    assert message.get_content_type() == "multipart/mixed"


def test_an_attachment_name_with_accents_is_said_as_rfc_2231_asks(mail: OutgoingMail) -> None:
    pdf = mail.attachments[0]
    content = build_message(replace(mail, attachments=(replace(pdf, name="Été.pdf"),)), a_sender())
    assert b"filename*=utf-8''%C3%89t%C3%A9.pdf" in content


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\x.pdf", "x.pdf"),
        ("a\r\nBcc: x@y.pdf", "a Bcc: x@y.pdf"),
        ("/", "document"),
    ],
)
def test_an_attachment_name_is_a_plain_name(mail: OutgoingMail, name: str, shown: str) -> None:
    content = build_message(replace(mail, attachments=(replace(mail.attachments[0], name=name),)), a_sender())
    (attachment,) = read(content).iter_attachments()
    assert attachment.get_filename() == shown


@pytest.mark.parametrize("media_type", ["", "pdf", "message/rfc822", "multipart/mixed", "a/b; name=x\r\nBcc: y@z"])
def test_a_media_type_that_cannot_be_attached_becomes_a_plain_file(mail: OutgoingMail, media_type: str) -> None:
    odd = replace(mail.attachments[0], media_type=media_type)
    (attachment,) = read(build_message(replace(mail, attachments=(odd,)), a_sender())).iter_attachments()
    assert attachment.get_content_type() == "application/octet-stream"
    assert attachment.get_content() == PDF


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.text(), name=st.text(), body=st.text(), file_name=st.text())
def test_no_text_breaks_the_message(mail: OutgoingMail, subject: str, name: str, body: str, file_name: str) -> None:
    pdf = replace(mail.attachments[0], name=file_name)
    content = build_message(replace(mail, subject=subject, body=body, attachments=(pdf,)), a_sender(name=name))
    message = read(content)
    assert content.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    assert message["Message-ID"] == mail.message_id
    assert message["To"] == "client@example.org"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    assert [part.get_content() for part in message.iter_attachments()] == [PDF]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.just("\n")))
def test_a_text_arrives_as_it_was_typed(mail: OutgoingMail, body: str) -> None:
    content = build_message(replace(mail, body=body), a_sender())
    text = read(content).get_body(("plain",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == body.rstrip("\n") + "\n"
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_a_missing_attachment_is_named(mail: OutgoingMail, tmp_path: Path) -> None:
    gone = Attachment("notice.pdf", tmp_path / "gone.pdf")
    with pytest.raises(NotFoundError) as caught:
        build_message(replace(mail, attachments=(*mail.attachments, gone)), a_sender())
    assert (caught.value.kind, caught.value.key) == ("attachment", "notice.pdf")
