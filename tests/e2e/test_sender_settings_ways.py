"""The other ways of sending in Chromium: mail program, a server in the house, what is typed and not saved yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.mail_failure import MailCause, MailFailure
from tests.e2e.sender_setting import PASSWORD
from tests.fake_mail import FakeMailTransport

if TYPE_CHECKING:
    from tests.e2e.sender_setting import Setting

pytestmark = pytest.mark.chromium


def test_each_mode_shows_its_own_fields_and_the_password_survives_a_look_at_another(setting: Setting) -> None:
    setting.shop.client_offer = MailClientOffer(MailClient(HandOverWay.SIMPLE_MAPI, "Microsoft Outlook"))
    setting.page.reload()
    setting.type("email", "marie@orange.fr")
    setting.type("password", PASSWORD)
    setting.person.click("#mode-mail_client")
    setting.page.locator("[name=show_message]").wait_for()
    assert setting.page.locator("#host, #password, [name=priority]").count() == 0
    setting.is_fit()
    setting.shop.transport = FakeMailTransport()  # a mail program takes whatever it is given
    setting.shop.transport.hands_over = True
    setting.save()
    setting.page.locator(".banner.warn .button-row button").first.wait_for()
    setting.is_fit()
    setting.person.click(".banner.warn .button-row button")
    setting.succeeds("mail program")


def test_the_exchange_is_copied(setting: Setting) -> None:
    setting.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    setting.type("email", "marie@orange.fr")
    setting.type("password", "falsch")
    setting.save()
    setting.fails()
    setting.person.click(".fold summary")
    setting.is_fit()
    setting.person.click("[data-copies]")
    setting.page.locator(".toast").wait_for()
    assert "C: AUTH PLAIN ••••••••" in setting.page.evaluate("navigator.clipboard.readText()")


def test_an_administrator_accepts_the_certificate_of_a_server_in_the_house(setting: Setting) -> None:
    exchange = f"*: connected to 192.168.1.5:465\n*: certificate for nas, issued by nas, SHA-256 {'ab' * 32}"
    setting.shop.transport = FakeMailTransport()
    setting.shop.transport.failure = MailFailure(
        MailCause.CERTIFICATE_UNTRUSTED, "nas.brico.example", 587, detail="nas", transcript=exchange
    )
    setting.type("email", "caisse@brico.example")
    setting.type("host", "nas.brico.example")
    setting.save()
    setting.fails()
    setting.is_fit()
    setting.shop.transport.failure = None
    setting.person.click(".banner.bad button")
    setting.succeeds("a server in the house")
    assert setting.profile.pinned_certificate == "ab" * 32


def test_what_is_typed_is_there_after_f5_and_after_another_page_but_no_password(setting: Setting) -> None:
    setting.type("name", "Chez Marie")
    setting.type("password", PASSWORD)
    with setting.page.expect_response("**/sender-settings/typed"):
        setting.type("email", "marie@orange.fr")
        setting.page.keyboard.press("Tab")
    setting.page.locator("#host[value='smtp.orange.fr']").wait_for()
    setting.page.reload()
    setting.page.locator(".banner").first.wait_for()
    values = [setting.page.locator(f"#{name}").input_value() for name in ("name", "email", "host", "password")]
    assert values == ["Chez Marie", "marie@orange.fr", "smtp.orange.fr", ""]
    setting.is_fit()
    setting.person.click(".side-link >> nth=0")
    setting.page.go_back()
    setting.page.locator("#name[value='Chez Marie']").wait_for()
    setting.type("password", PASSWORD)
    setting.save()
    setting.succeeds("Orange, after F5 and a look at another page")
