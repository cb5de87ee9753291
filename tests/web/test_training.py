"""The practice mailbox."""

from __future__ import annotations

from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

HOSTILE = "<script>alert(1)</script>"


def _mail(subject: str = "Votre ticket n° 4", *files: str, date: str = "Tue, 24 Nov 2026 10:44:02 +0100") -> bytes:
    mail = EmailMessage()
    mail["From"] = "BRICO <caisse@brico.example>"
    mail["To"] = "Atelier <compta@atelier-duval.example>, b@example.org"
    mail["Subject"] = subject
    if date:
        mail["Date"] = date
    mail.set_content("Bonjour,\n\nVeuillez trouver ci-joint votre ticket.\n")
    for name in files:
        mail.add_attachment(b"%PDF-1.4" + b" " * 38_000, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.training = True
    shop.captured.mails = [_mail("Test d'envoi"), _mail("Votre ticket n° 4", "C1-4-BRICO.pdf", "notes.txt")]
    return create_app(shop, launch=launch, language="en")


def test_the_newest_mail_is_read_at_once(cashier: Visitor) -> None:
    page = cashier.get("/practice-mailbox/").text
    assert 'id="mail-title">Votre ticket n° 4<' in page
    assert page.index("/practice-mailbox/2") < page.index("/practice-mailbox/1")
    assert "BRICO &lt;caisse@brico.example&gt;" in page
    assert "compta@atelier-duval.example, b@example.org" in page
    assert "today at 10:44" in page
    assert '<p class="lines">Veuillez trouver ci-joint votre ticket.</p>' in page
    assert "38\u00a0kB" in page


def test_headers_can_be_unfolded(cashier: Visitor) -> None:
    assert "Subject: Votre ticket n° 4" in cashier.get("/practice-mailbox/2").text


def test_a_mail_comes_alone_for_htmx(cashier: Visitor) -> None:
    block = cashier.htmx("/practice-mailbox/1", "training-mail").text
    assert block.lstrip().startswith('<article class="pane" id="training-mail"')
    assert "Test d&#39;envoi" in block


def test_the_pdf_opens_in_a_dialog(cashier: Visitor) -> None:
    block = cashier.htmx("/practice-mailbox/2?attachment=1", "training-attachment").text
    assert "<dialog" in block
    assert 'src="/practice-mailbox/2/attachment/1"' in block
    assert "attachment-view" in cashier.get("/practice-mailbox/2?attachment=1").text
    assert cashier.get("/practice-mailbox/2/attachment/1").mimetype == "image/png"


@pytest.mark.parametrize("place", ["2", "9", "x", "-1"])
def test_what_is_no_pdf_opens_no_dialog(cashier: Visitor, place: str) -> None:
    assert "attachment-view" not in cashier.get(f"/practice-mailbox/2?attachment={place}").text


@pytest.mark.parametrize("path", ["/practice-mailbox/9", "/practice-mailbox/2/attachment/9", "/practice-mailbox/0"])
def test_what_is_not_there_is_not_found(cashier: Visitor, path: str) -> None:
    assert cashier.get(path).status_code == 404


def test_emptying_leaves_an_empty_mailbox(cashier: Visitor, shop: FakeServices) -> None:
    assert cashier.post("/practice-mailbox/empty").headers["HX-Redirect"] == "/practice-mailbox/"
    assert shop.captured.mails == []
    page = cashier.get("/practice-mailbox/").text
    assert "No mail yet" in page
    assert "Empty the mailbox" not in page


def test_a_date_that_cannot_be_read_is_left_out(cashier: Visitor, shop: FakeServices) -> None:
    shop.captured.mails = [_mail(date=""), _mail(date="yesterday-ish")]
    assert cashier.get("/practice-mailbox/1").status_code == 200
    assert "Received" not in cashier.get("/practice-mailbox/2").text.partition('id="training-mail"')[2]


def test_hostile_mails_stay_text(cashier: Visitor, shop: FakeServices) -> None:
    mail = _mail(HOSTILE, f"{HOSTILE}.pdf").replace(b"Bonjour", HOSTILE.encode())
    shop.captured.mails = [mail]
    page = cashier.get("/practice-mailbox/1?attachment=1").text
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert(1)") >= 4


def test_outside_of_the_training_mode_there_is_no_mailbox(shop: FakeServices, launch: LaunchTokens) -> None:
    shop.training = False
    cashier = Visitor(create_app(shop, launch=launch)).sign_in("DUPOND")
    assert cashier.get("/practice-mailbox/").status_code == 404
    assert "/practice-mailbox/" not in cashier.get("/").text


def test_every_page_says_that_this_is_the_training_mode(cashier: Visitor) -> None:
    for path in ("/", "/tickets/", "/practice-mailbox/", "/settings/", "/help/", "/sign-in"):
        assert "TRAINING MODE" in cashier.get(path).text, path
