"""The sender settings: the server from the address, the three ways of sending, and what helps after a failed test."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.found_server import FoundIn, FoundServer, SearchOutcome, ServerSearch
from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.mail_provider import MailProvider, ServerPort, UsernameForm
from backend.domain.relay import Relay
from backend.domain.sender_profile import ConnectionSecurity, Priority, SenderProfile, SendingMode
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_company, a_sender, a_tested_sender
from tests.fake_providers import MemoryProviderDirectory
from tests.fakes import FakeServices
from tests.web.test_sender_settings import SECRET, TYPED, save
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

OUTSIDE = FoundServer(
    "caisse@brico.example",
    "ssl0.ovh.example",
    465,
    ConnectionSecurity.TLS,
    ("caisse@brico.example",),
    FoundIn.MX,
)
THUNDERBIRD = MailClientOffer(MailClient(HandOverWay.THUNDERBIRD, "Thunderbird"))
OUTLOOK = MailClientOffer(MailClient(HandOverWay.SIMPLE_MAPI, "Microsoft Outlook"))
RELAY = Relay("smtp.relais.example", 587, ConnectionSecurity.STARTTLS, "boutique-42", "{shop}@tickets.example")
FINGERPRINT = "ab" * 32


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    return create_app(shop, launch=launch, language="en")


def profile_of(shop: FakeServices, user: str = "DUPOND") -> SenderProfile:
    profile = shop.settings.sender_profile(user)
    assert profile is not None
    return profile


def type_address(visitor: Visitor, email: str, **more: str) -> str:
    typed = {"email": email, "custom": "yes", "mode": "smtp", "port": "587", "security": "starttls"}
    return visitor.post("/sender-settings/way", typed | {"of_address": "yes"} | more).text


def search_of(visitor: Visitor) -> str:
    answer = ""
    for _ in range(50):
        answer = visitor.htmx("/sender-settings/search", "sender_settings-search").text
        if "Searching" not in answer:
            return answer
    raise AssertionError(answer)


def value_of(name: str, page: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return found[1] if found else ""


# The server from the address


def test_the_address_alone_fills_in_the_server_of_a_listed_provider(cashier: Visitor) -> None:
    answer = type_address(cashier, "marie@fournil.example")
    assert [value_of(name, answer) for name in ("host", "port", "username")] == ["smtp.fournil.example", "465", "marie"]
    assert re.search(r'id="security-tls"[^>]* checked', answer)
    assert "Le Fournil recognised, the rest is filled in." in answer
    assert "Application password" in answer
    assert "It wants an application password." in answer


def test_a_server_typed_by_hand_stays_and_a_filled_one_goes_with_its_address(cashier: Visitor) -> None:
    by_hand = type_address(cashier, "marie@fournil.example", host="mail.mine.example")
    assert value_of("host", by_hand) == "mail.mine.example"
    other = type_address(cashier, "x@other.example", host="smtp.fournil.example", filled="smtp.fournil.example")
    assert value_of("host", other) == ""


@pytest.mark.parametrize("email", ["", "marie", "marie@"])
def test_an_address_that_is_none_yet_is_no_mistake(cashier: Visitor, shop: FakeServices, email: str) -> None:
    answer = type_address(cashier, email)
    assert "field-note bad" not in answer
    assert shop.providers.searched == []


def test_the_server_of_an_own_domain_is_searched_shown_and_taken_over(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers.outside = ServerSearch.of(OUTSIDE)
    first = type_address(cashier, "caisse@brico.example")
    assert value_of("host", first) == ""
    found = search_of(cashier)
    assert "A server was found for “brico.example”." in found
    assert "ssl0.ovh.example" in found
    assert "Found by where your domain&#39;s mail is received" in found
    assert "belongs neither to your domain nor to a provider" in found, "elsewhere: look twice"
    assert shop.settings.sender_profile("DUPOND") is None
    taken = cashier.post("/sender-settings/way", {"email": "caisse@brico.example", "custom": "yes", "take": "yes"}).text
    assert [value_of(name, taken) for name in ("host", "port", "username")] == [
        "ssl0.ovh.example",
        "465",
        "caisse@brico.example",
    ]


def test_a_found_server_is_not_taken_for_another_address(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers.outside = ServerSearch.of(OUTSIDE)
    type_address(cashier, "caisse@brico.example")
    search_of(cashier)
    taken = cashier.post("/sender-settings/way", {"email": "x@other.example", "custom": "yes", "take": "yes"}).text
    assert value_of("host", taken) == ""


def test_a_search_without_success_says_what_to_do(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers.outside = ServerSearch(SearchOutcome.OFFLINE)
    type_address(cashier, "caisse@brico.example")
    answer = search_of(cashier)
    assert "the Internet doesn&#39;t answer" in answer
    assert "Search again" in answer


# Mail program


def test_without_a_mail_program_the_reason_stands_where_it_would_be_offered(cashier: Visitor) -> None:
    page = cashier.get("/sender-settings/").text
    assert re.search(r'id="mode-mail_client"[^>]* disabled', page)
    assert "This PC has no mail program" in page


def test_a_mail_program_shows_only_its_own_fields(cashier: Visitor, shop: FakeServices) -> None:
    shop.client_offer = OUTLOOK
    answer = cashier.post("/sender-settings/way", {"email": "a@b.example", "custom": "yes", "mode": "mail_client"}).text
    assert 'name="show_message"' in answer
    for name in ("host", "password", "delivery_notification", "priority"):
        assert f'name="{name}"' not in answer
    shop.client_offer = replace(THUNDERBIRD, is_remote=True)
    answer = cashier.post("/sender-settings/way", {"email": "a@b.example", "custom": "yes", "mode": "mail_client"}).text
    assert "This is a remote session." in answer
    assert 'name="show_message"' not in answer


@pytest.mark.parametrize("went", [True, False])
def test_a_person_says_whether_the_mail_program_sent_it(cashier: Visitor, shop: FakeServices, *, went: bool) -> None:
    shop.client_offer, shop.transport.hands_over = OUTLOOK, True
    answer = save(cashier, mode="mail_client", custom="yes", show_message="yes")
    assert "Has the message left?" in answer.text
    assert "Has the message left?" in cashier.get("/sender-settings/").text, "F5"
    profile = profile_of(shop)
    assert (profile.mode, profile.show_message, profile.gate_is_open) == (SendingMode.MAIL_CLIENT, True, False)
    answer = cashier.post("/sender-settings/confirm", {"went": "yes" if went else "no"})
    assert ("The test mail has left." if went else "The message has not left.") in answer.text
    assert profile_of(shop).gate_is_open is went


def test_a_word_that_nobody_waits_for_opens_nothing(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_sender("DUPOND"))
    assert cashier.post("/sender-settings/confirm", {"went": "yes"}).status_code == 200
    assert not profile_of(shop).gate_is_open


# Relay


def test_unticked_the_relay_sends_and_everything_but_the_address_is_hidden(
    cashier: Visitor, shop: FakeServices
) -> None:
    assert "Customise the sending settings" not in cashier.get("/sender-settings/").text
    shop.relay_in_force = RELAY
    assert "Customise the sending settings" in cashier.get("/sender-settings/").text
    answer = cashier.post("/sender-settings/way", {"email": "a@b.example"}).text
    for name in ("host", "password", "delivery_notification", "show_message"):
        assert f'name="{name}"' not in answer
    save(cashier, custom="")
    profile = profile_of(shop)
    assert (profile.mode, profile.gate_is_open) == (SendingMode.RELAY, True)
    save(cashier, custom="yes")
    assert profile_of(shop).mode is SendingMode.SMTP


def test_nobody_reaches_a_relay_that_is_not_there(cashier: Visitor, shop: FakeServices) -> None:
    save(cashier, custom="")
    assert profile_of(shop).mode is SendingMode.SMTP


# Options, test


def test_receipts_and_priority_are_kept(cashier: Visitor, shop: FakeServices) -> None:
    save(cashier, delivery_notification="yes", read_receipt="yes", priority="high")
    profile = profile_of(shop)
    assert (profile.delivery_notification, profile.read_receipt, profile.priority) == (True, True, Priority.HIGH)
    page = cashier.get("/sender-settings/").text
    assert re.search(r'name="read_receipt" value="yes" checked', page)
    assert re.search(r'name="priority" value="high" checked', page)


def test_the_test_goes_to_another_address(cashier: Visitor, shop: FakeServices) -> None:
    save(cashier, test_to="moi@ailleurs.example")
    assert shop.transport.sent[0].recipients == ("moi@ailleurs.example",)
    answer = cashier.post("/sender-settings/", TYPED | {"test_to": "moi@"})
    assert answer.status_code == 422
    assert re.search(r'id="test_to"[^>]* aria-invalid="true"', answer.text)


A_PROVIDER = MailProvider(
    "fournil",
    "Le Fournil",
    "smtp.brico.example",
    465,
    ConnectionSecurity.TLS,
    fallbacks=(ServerPort(2525, ConnectionSecurity.STARTTLS),),
    username=UsernameForm.ADDRESS_THEN_LOCAL_PART,
)


def test_a_blocked_port_offers_the_providers_others(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers = MemoryProviderDirectory(A_PROVIDER)
    shop.transport.refuse(MailCause.NO_ANSWER)
    answer = save(cashier).text
    assert "Try port 465 with SSL/TLS" in answer
    assert "Try port 2525 with STARTTLS" in answer
    assert "&#34;port&#34;: &#34;2525&#34;" in answer


def test_a_refused_user_name_offers_the_other_one(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers = MemoryProviderDirectory(A_PROVIDER)
    shop.transport.refuse(MailCause.LOGIN_REFUSED)
    assert "Try “caisse” as user name" in save(cashier).text


# Certificate


def untrusted(address: str = "192.168.1.5") -> MailFailure:
    exchange = f"*: connected to {address}:587\n*: certificate for nas, issued by nas, SHA-256 {FINGERPRINT}"
    return MailFailure(MailCause.CERTIFICATE_UNTRUSTED, "smtp.brico.example", 587, transcript=exchange)


def test_an_administrator_accepts_exactly_the_certificate_of_a_server_in_the_house(
    administrator: Visitor, shop: FakeServices
) -> None:
    shop.transport.failure = untrusted()
    answer = save(administrator).text
    assert "Accept exactly this certificate" in answer
    assert "ABAB ABAB ABAB" in answer, "as people compare it"
    shop.transport.failure = None
    administrator.post("/sender-settings/certificate")
    while "Test under way" in administrator.htmx("/sender-settings/test", "sender_settings-test").text:
        pass  # it waits for news itself
    assert profile_of(shop, "MARTIN").pinned_certificate == FINGERPRINT
    save(administrator, host="other.example", password=SECRET)
    assert profile_of(shop, "MARTIN").pinned_certificate == ""


@pytest.mark.parametrize("reason", ["public", "shipped", "other cause"])
def test_no_other_certificate_can_be_accepted(administrator: Visitor, shop: FakeServices, reason: str) -> None:
    shop.transport.failure = untrusted("9.9.9.9" if reason == "public" else "10.0.0.2")
    if reason == "shipped":
        shop.providers = MemoryProviderDirectory(replace(A_PROVIDER, is_shipped=True))
    if reason == "other cause":
        shop.transport.refuse(MailCause.LOGIN_REFUSED)
    assert "Accept exactly this certificate" not in save(administrator).text
    administrator.post("/sender-settings/certificate")
    assert profile_of(shop, "MARTIN").pinned_certificate == ""


def test_a_cashier_accepts_no_certificate(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.failure = untrusted()
    assert "Accept exactly this certificate" not in save(cashier).text
    assert cashier.post("/sender-settings/certificate").status_code == 403


# Roles


@pytest.mark.parametrize("path", ["way", "confirm", "sign-in/", "sign-in/cancel"])
def test_a_cashier_reaches_nothing_of_another_user(cashier: Visitor, shop: FakeServices, path: str) -> None:
    shop.settings.save_sender_profile(a_tested_sender("MARTIN"))
    before = profile_of(shop, "MARTIN")
    assert cashier.post(f"/sender-settings/{path}", TYPED | {"user": "MARTIN"}).status_code == 403
    assert cashier.get("/sender-settings/sign-in/?user=MARTIN").status_code == 403
    assert cashier.get("/sender-settings/search?user=MARTIN").status_code == 403
    assert profile_of(shop, "MARTIN") == before


def test_the_user_list_leads_an_administrator_to_each_users_settings(administrator: Visitor) -> None:
    assert 'href="/sender-settings/?user=DUPOND"' in administrator.get("/users/").text
