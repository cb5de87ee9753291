"""The sender settings: typed, saved, tested, and never showing a password."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.sender_profile import ConnectionSecurity
from backend.domain.user import Role, User
from backend.usecases.save_sender_profile import password_name
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_company, a_sender, a_tested_sender
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

SECRET = "canary-7f3a-secret"
TYPED = {
    "name": "BRICO",
    "email": "caisse@brico.example",
    "host": "smtp.brico.example",
    "port": "587",
    "security": "starttls",
    "username": "caisse@brico.example",
    "password": SECRET,
}


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    return create_app(shop, launch=launch, language="en")


def save(visitor: Visitor, **changes: str) -> TestResponse:
    """Save and wait for the end of the test."""
    answer = visitor.post("/sender-settings/", TYPED | changes)
    while "Test under way" in answer.text:
        found = re.search(r'hx-get="(/sender-settings/test[^"]*)"', answer.text)
        assert found, answer.text
        answer = visitor.htmx(found[1].replace("&amp;", "&"), "sender_settings-test")
    return answer


def test_a_user_without_settings_finds_an_empty_form_and_a_closed_gate(cashier: Visitor) -> None:
    page = cashier.get("/sender-settings/").text
    assert "My sender settings" in page
    assert "Sending closed until the settings are filled in" in page
    assert 'value="587"' in page


def test_saving_tests_the_settings_and_opens_the_gate(cashier: Visitor, shop: FakeServices) -> None:
    answer = save(cashier)
    assert "The test mail has left." in answer.text
    assert "Sending open" in answer.text
    profile = shop.settings.sender_profile("DUPOND")
    assert profile is not None
    assert profile.gate_is_open
    assert shop.secrets.kept[password_name("DUPOND")] == SECRET
    assert [mail.recipients for mail in shop.transport.sent] == [("caisse@brico.example",)]
    assert shop.transport.sent[0].subject == "Facteur: your settings work"


def test_the_password_is_never_shown_again(cashier: Visitor) -> None:
    answers = [save(cashier), cashier.get("/sender-settings/"), save(cashier, port="x")]
    assert all(SECRET not in answer.text for answer in answers)
    assert 'placeholder="••••••••"' in answers[1].text


def test_an_empty_password_keeps_the_one_there_is(cashier: Visitor, shop: FakeServices) -> None:
    save(cashier)
    save(cashier, password="", name="Other")
    profile = shop.settings.sender_profile("DUPOND")
    assert profile is not None
    assert profile.name == "Other"
    assert shop.secrets.kept[password_name("DUPOND")] == SECRET


def test_without_a_user_name_the_password_is_forgotten(cashier: Visitor, shop: FakeServices) -> None:
    save(cashier)
    save(cashier, username="", password="")
    assert shop.secrets.kept == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("email", ""),
        ("email", "caisse@"),
        ("host", ""),
        ("host", "a b"),
        ("port", ""),
        ("port", "0"),
        ("port", "123456"),
    ],
)
def test_a_wrong_field_answers_422_and_everything_typed_stays(
    cashier: Visitor, shop: FakeServices, field: str, typed: str
) -> None:
    answer = cashier.post("/sender-settings/", TYPED | {field: typed})
    assert answer.status_code == 422
    assert re.search(rf'id="{field}"[^>]* aria-invalid="true"', answer.text)
    assert 'value="BRICO"' in answer.text
    assert re.search(r'id="password"[^>]* hx-preserve', answer.text), "the browser keeps what was typed there"
    assert shop.settings.sender_profile("DUPOND") is None


def test_a_password_without_encryption_is_refused_at_the_security(cashier: Visitor) -> None:
    answer = cashier.post("/sender-settings/", TYPED | {"security": "none"})
    assert answer.status_code == 422
    assert re.search(r'field-note bad" id="security-note"', answer.text)


def test_a_failed_test_names_cause_remedy_field_and_exchange(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.failure = MailFailure(
        MailCause.LOGIN_REFUSED, "smtp.brico.example", 587, transcript="C: AUTH PLAIN ••••••••"
    )
    answer = save(cashier)
    assert "Test failed" in answer.text
    assert "refuses the user name or the password" in answer.text
    assert 'href="#password"' in answer.text
    assert "C: AUTH PLAIN ••••••••" in answer.text
    assert "Sending closed until the test succeeds" in answer.text


def test_any_change_closes_the_gate(cashier: Visitor, shop: FakeServices) -> None:
    save(cashier)
    shop.transport.refuse(MailCause.CONNECTION_REFUSED)
    save(cashier, port="465")
    profile = shop.settings.sender_profile("DUPOND")
    assert profile is not None
    assert (profile.port, profile.gate_is_open) == (465, False)


def test_a_test_that_was_done_before_shows_when(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_tested_sender("DUPOND"))
    assert "Succeeded today at 12:00" in cashier.get("/sender-settings/").text


def test_without_a_keyring_a_passphrase_is_asked_for_or_a_plain_warning_accepted(
    cashier: Visitor, shop: FakeServices
) -> None:
    shop.secrets.unavailable = "none"
    answer = cashier.post("/sender-settings/", TYPED)
    assert answer.headers["HX-Retarget"] == "#dialogs"
    assert "This PC has no keyring" in answer.text
    assert 'hx-include="#sender_settings-form"' in answer.text, "the dialog sends the form as it stands"
    assert shop.settings.sender_profile("DUPOND") is None
    assert "The test mail has left." in save(cashier, accept_unprotected="yes").text


def test_a_passphrase_protects_what_is_kept_without_a_keyring(cashier: Visitor, shop: FakeServices) -> None:
    shop.secrets.unavailable = "none"
    chosen = {"protect": "yes", "passphrase": " trois mots à moi ", "passphrase_again": " trois mots à moi "}
    answer = save(cashier, **chosen)
    assert "The test mail has left." in answer.text
    assert shop.secrets.passphrase == " trois mots à moi "
    assert "trois mots" not in answer.text


@pytest.mark.parametrize(
    ("first", "second", "field", "told"),
    [
        ("court", "court", "passphrase", "8 to 200 characters"),
        ("", "", "passphrase", "8 to 200 characters"),
        ("trois mots à moi", "trois mots", "passphrase_again", "are not the same"),
    ],
)
def test_a_passphrase_that_can_not_be_taken_is_said_in_its_field(
    cashier: Visitor, shop: FakeServices, first: str, second: str, field: str, told: str
) -> None:
    shop.secrets.unavailable = "none"
    answer = cashier.post(
        "/sender-settings/", TYPED | {"protect": "yes", "passphrase": first, "passphrase_again": second}
    )
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#dialogs")
    assert re.search(rf'field-note bad" id="{field}-note">.*{told}', answer.text, re.DOTALL)
    assert shop.settings.sender_profile("DUPOND") is None
    assert shop.secrets.unavailable == "none"


def test_a_locked_keyring_is_explained(cashier: Visitor, shop: FakeServices) -> None:
    shop.secrets.unavailable = "locked"
    answer = cashier.post("/sender-settings/", TYPED)
    assert answer.status_code == 409
    assert "is locked" in answer.text


def test_a_cashier_sets_only_his_own(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_sender("MARTIN"))
    assert cashier.get("/sender-settings/?user=MARTIN").status_code == 403
    assert cashier.post("/sender-settings/", TYPED | {"user": "MARTIN", "host": "evil.example"}).status_code == 403
    profile = shop.settings.sender_profile("MARTIN")
    assert profile is not None
    assert profile.host == "smtp.brico.example"


def test_an_administrator_sets_everybodys(administrator: Visitor, shop: FakeServices) -> None:
    assert "Sender settings of DUPOND" in administrator.get("/sender-settings/?user=dupond").text
    answer = save(administrator, user="DUPOND")
    assert "It went to the user's own address" in answer.text
    assert shop.settings.sender_profile("MARTIN") is None
    assert administrator.get("/sender-settings/?user=NOBODY").status_code == 404


def test_one_goes_back_to_where_one_came_from_and_nowhere_else(cashier: Visitor) -> None:
    save(cashier)
    assert 'href="/sending/abc?back=till"' in cashier.get("/sender-settings/?after=/sending/abc?back=till").text
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert "evil" not in cashier.get("/sender-settings/", query_string={"after": elsewhere}).text
        assert "javascript:" not in cashier.get("/sender-settings/", query_string={"after": elsewhere}).text


def test_settings_that_changed_while_their_test_ran_stay_closed(shop: FakeServices, cashier: Visitor) -> None:
    class ChangedMeanwhile(type(shop.transport)):  # type: ignore[misc]  # the class of the fake
        def send(self, *args: object) -> object:
            shop.settings.save_sender_profile(replace(a_sender("DUPOND"), host="other.example"))
            return super().send(*args)

    shop.transport = ChangedMeanwhile()
    save(cashier)
    profile = shop.settings.sender_profile("DUPOND")
    assert profile is not None
    assert (profile.host, profile.gate_is_open) == ("other.example", False)


def test_hostile_text_stays_text(cashier: Visitor, shop: FakeServices) -> None:
    shop.users.save(User("DUPOND", Role.CASHIER))
    shop.settings.save_sender_profile(a_sender("DUPOND", name='"><img src=x>', security=ConnectionSecurity.TLS))
    assert "<img" not in cashier.get("/sender-settings/").text
