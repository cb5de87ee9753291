"""The rules that find a provider, a user name and a proof, whatever the table says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.mail.providers import shipped_providers
from backend.domain.domain_name import ascii_domain, base_domain, is_host_name, name_matches
from backend.domain.found_server import FoundIn, FoundServer, find_listed, other_username, server_of, with_server
from backend.domain.mail_provider import Advice, MailProvider, by_host, by_mx
from backend.domain.sender_profile import Authentication, ConnectionSecurity
from tests.builders import a_sender

TLS, STARTTLS = ConnectionSecurity.TLS, ConnectionSecurity.STARTTLS
SHIPPED = {each.id: each for each in shipped_providers()}


@pytest.mark.parametrize(
    "exchanger", ["redirect.ovh.net", "mx.evilgoogle.com", "mail.protection.outlook.com.evil.example"]
)
def test_a_name_that_only_looks_like_one_is_nobodys(exchanger: str) -> None:
    assert by_mx([exchanger], list(SHIPPED.values())) is None


def test_the_preferred_exchanger_decides() -> None:
    found = by_mx(["filter.example.net", "spool.mail.gandi.net", "mx1.mail.ovh.net"], list(SHIPPED.values()))
    assert found is SHIPPED["gandi"]


def test_advice_falls_back_to_english_then_to_any() -> None:
    provider = SHIPPED["free"]
    assert provider.advice_in("de") == provider.advice["en"]
    assert replace(provider, advice={"fr": Advice("Bonjour.")}).advice_in("de").text == "Bonjour."
    assert replace(provider, advice={}).advice_in("fr") == Advice()


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("ssl0.ovh.net", "ovh"),
        ("ex4.mail.ovh.net", "ovh"),
        ("pro1.mail.ovh.net", "ovh"),
        ("SMTP.Gmail.com ", "google"),
        ("smtp-relay.sendinblue.com", "brevo"),
        ("smtp.office365.com", "microsoft365"),
    ],
)
def test_a_server_of_a_listed_provider_is_known(host: str, provider: str) -> None:
    assert by_host(host, SHIPPED.values()) is SHIPPED[provider]


@pytest.mark.parametrize("host", ["", "smtp.brico.example", "smtp.gmail.com.evil.example", "nas.local", "192.168.1.9"])
def test_other_servers_are_nobodys(host: str) -> None:
    assert by_host(host, SHIPPED.values()) is None


def test_a_closed_port_has_another_way_where_one_is_known() -> None:
    for provider in ("ovh", "ionos", "gandi", "infomaniak", "google", "gmx", "zoho_eu"):
        assert [(each.port, each.security) for each in SHIPPED[provider].fallbacks] == [(587, STARTTLS)]


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Marie@BRICO.fr", "brico.fr"),
        ("a@b@brico.fr.", "brico.fr"),
        ("a@hôtel-été.fr", "xn--htel-t-fvab6g.fr"),
        ("a@", ""),
        ("brico.fr", ""),
        ("a@b..fr", ""),
        (f"a@{'x' * 64}.fr", ""),
    ],
)
def test_the_domain_of_an_address_is_ascii_or_nothing(address: str, domain: str) -> None:
    assert ascii_domain(address) == domain


@given(st.text(max_size=80))
def test_no_text_breaks_the_search_in_the_list(text: str) -> None:
    find_listed(text, SHIPPED.values())
    by_host(text, SHIPPED.values())
    is_host_name(text)
    base_domain(text)


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("mx1.mail.ovh.net", "ovh.net"),
        ("mail.brico.co.uk", "brico.co.uk"),
        ("smtp.club.asso.fr", "club.asso.fr"),
        ("brico.fr", "brico.fr"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
    ],
)
def test_the_base_domain_is_what_was_registered(host: str, base: str) -> None:
    assert base_domain(host) == base


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("*.google.com", "aspmx.l.google.com", True),
        ("*.google.com", "google.com", False),
        ("mx*.ovh.net", "mx1.ovh.net", True),
        ("mx*.ovh.net", "mx1.mail.ovh.net", False),
        ("mail.gandi.net", "MAIL.gandi.net.", True),
        ("mail.gandi.net", "mailxgandi.net", False),
    ],
)
def test_a_pattern_stands_for_whole_labels_in_front_and_parts_elsewhere(pattern: str, name: str, fits: bool) -> None:
    assert name_matches(pattern, name) is fits


@pytest.mark.parametrize("text", ["smtp.brico.fr", "a.b", "xn--hte-hoa.fr"])
def test_a_full_name_is_a_host(text: str) -> None:
    assert is_host_name(text)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.0.0.1", "a b.fr", "-a.fr", "a_b.fr", "é.fr", "a.fr/x", "a.fr\n"]
)
def test_what_is_no_full_name_is_no_host(text: str) -> None:
    assert not is_host_name(text)


def test_a_listed_server_fills_in_the_profile() -> None:
    found = find_listed("marie@free.fr", SHIPPED.values())
    assert found is not None
    filled = with_server(a_sender(email="marie@free.fr", pinned_certificate="ab" * 32), found)
    assert (filled.host, filled.port, filled.security, filled.username) == ("smtp.free.fr", 465, TLS, "marie")
    assert filled.authentication is Authentication.PASSWORD
    assert not filled.pinned_certificate


def sign_in_of(provider: str, *oauth_providers: str) -> tuple[Authentication, str]:
    found = server_of(SHIPPED[provider], "a@brico.example", FoundIn.MX)
    filled = with_server(a_sender(), found, oauth_providers)
    return filled.authentication, filled.oauth_provider


def test_oauth2_is_taken_where_it_is_preferred_and_can_be_done() -> None:
    assert sign_in_of("microsoft365", "microsoft") == (Authentication.OAUTH2, "microsoft")
    assert sign_in_of("microsoft365") == (Authentication.PASSWORD, "")
    assert sign_in_of("google", "google") == (Authentication.PASSWORD, "")


def test_oauth2_is_taken_where_nothing_else_is_accepted() -> None:
    assert sign_in_of("outlook") == (Authentication.OAUTH2, "microsoft")


@pytest.mark.parametrize(
    ("provider", "refused", "other"),
    [
        ("laposte", "marie@x.fr", "marie"),
        ("laposte", "marie", ""),
        ("free", "marie@x.fr", "marie"),
        ("free", "marie", ""),
        ("orange", "marie", "marie@x.fr"),
        ("orange", "marie@x.fr", ""),
        ("brevo", "x", ""),
    ],
)
def test_after_a_refusal_the_other_user_name_of_the_provider_is_tried(provider: str, refused: str, other: str) -> None:
    assert other_username(refused, "marie@x.fr", SHIPPED[provider]) == other


def test_no_provider_knows_no_other_user_name() -> None:
    assert other_username("marie", "marie@x.fr", None) == ""


def found_at(host: str, provider: MailProvider | None = None) -> FoundServer:
    return FoundServer("a@brico.fr", host, 465, TLS, ("a@brico.fr",), FoundIn.SRV, provider=provider)


def test_a_server_elsewhere_is_told_apart() -> None:
    assert found_at("smtp.evil.example").is_elsewhere
    assert not found_at("mail.brico.fr").is_elsewhere
    assert not found_at("ssl0.ovh.net", SHIPPED["ovh"]).is_elsewhere
    assert found_at("mail.brico.fr").must_be_confirmed
