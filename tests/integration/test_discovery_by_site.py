"""The search for an own domain's server by its web site (autoconfig), good and hostile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend.adapters.mail.https_page import PAGE_MAX_BYTES
from backend.domain.found_server import FoundIn, SearchOutcome, ServerSearch
from backend.domain.mail_provider import SignIn
from backend.domain.sender_profile import ConnectionSecurity
from tests.outside import ADDRESS, AUTOCONFIG, OWN_MX, SERVER, WELL_KNOWN, Outside, config
from tests.servers.https_site import WebAnswer

STARTTLS = ConnectionSecurity.STARTTLS


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with ExitStack() as stack:
        yield Outside(stack, tmp_path)


def test_the_site_of_the_domain_gives_everything(outside: Outside) -> None:
    page = config(port=587, security="STARTTLS", username="%EMAILLOCALPART%")
    found = outside.found(OWN_MX, {AUTOCONFIG: WebAnswer(page)})
    assert (found.host, found.port, found.security) == ("smtp.brico.example", 587, STARTTLS)
    assert found.usernames == ("marie.dupond",)
    assert found.source is FoundIn.AUTOCONFIG
    assert f"{AUTOCONFIG}?emailaddress=marie.dupond@brico.example" in outside.requests


def test_the_well_known_place_is_looked_at_too_and_gets_no_address(outside: Outside) -> None:
    found = outside.found(OWN_MX, {WELL_KNOWN: WebAnswer(config())})
    assert found.source is FoundIn.AUTOCONFIG
    assert outside.requests == [WELL_KNOWN]


def test_the_site_named_autoconfig_comes_first(outside: Outside) -> None:
    pages = {WELL_KNOWN: WebAnswer(config("b.brico.example")), AUTOCONFIG: WebAnswer(config("a.brico.example"))}
    assert outside.found(OWN_MX, pages).host == "a.brico.example"


def test_the_site_of_an_unlisted_receiver_is_asked_last(outside: Outside) -> None:
    zone = {("brico.example", "MX"): ["10 mx2.heberge.test."]}
    page = "autoconfig.heberge.test/mail/config-v1.1.xml"
    found = outside.found(zone, {page: WebAnswer(config("smtp.heberge.test"))})
    assert found.source is FoundIn.MX_AUTOCONFIG
    assert found.is_elsewhere


def test_a_redirection_to_https_is_followed(outside: Outside) -> None:
    pages = {
        AUTOCONFIG: WebAnswer(status=302, location="https://conf.heberge.test/c.xml"),
        "conf.heberge.test/c.xml": WebAnswer(config()),
    }
    assert outside.found(OWN_MX, pages).host == "smtp.brico.example"


@pytest.mark.parametrize(
    "location",
    [
        "http://autoconfig.brico.example/plain.xml",
        "ftp://autoconfig.brico.example/plain.xml",
        "https://user@autoconfig.brico.example/plain.xml",
        "https://autoconfig.brico.example:8443/plain.xml",
        "https://127.0.0.1/plain.xml",
        "https://[::1/plain.xml",
        "https://autoconfig.brico.example/a b",
        "//",
        "",
    ],
)
def test_a_redirection_to_anything_else_is_refused(outside: Outside, location: str) -> None:
    pages = {
        AUTOCONFIG: WebAnswer(status=301, location=location),
        "autoconfig.brico.example/plain.xml": WebAnswer(config()),
    }
    assert outside.search(OWN_MX, pages) == ServerSearch(SearchOutcome.NOTHING)
    assert outside.sites is not None
    assert outside.sites.plain == []
    assert "autoconfig.brico.example/plain.xml" not in outside.requests


def test_an_endless_redirection_ends(outside: Outside) -> None:
    pages = {AUTOCONFIG: WebAnswer(status=302, location=f"https://{AUTOCONFIG}")}
    assert outside.search(OWN_MX, pages).outcome is SearchOutcome.NOTHING
    assert len([request for request in outside.requests if request.startswith(AUTOCONFIG)]) == 4


def test_a_site_with_a_wrong_certificate_tells_nothing(outside: Outside) -> None:
    search = outside.search(OWN_MX, {AUTOCONFIG: WebAnswer(config())}, wrong_name=True)
    assert search.outcome is SearchOutcome.NOTHING
    assert outside.requests == []


def test_nothing_ever_goes_out_unencrypted(outside: Outside) -> None:
    outside.search(OWN_MX, {AUTOCONFIG: WebAnswer(status=500), WELL_KNOWN: WebAnswer(b"")})
    assert outside.sites is not None
    assert outside.sites.plain == []
    assert len(outside.requests) == 2


BOMB = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<clientConfig><emailProvider><outgoingServer type="smtp"><hostname>&b;</hostname></outgoingServer></emailProvider>
</clientConfig>"""
OUTSIDE_ENTITY = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><clientConfig/>"""


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        OUTSIDE_ENTITY,
        config().replace(b"<clientConfig", b'<!DOCTYPE clientConfig SYSTEM "https://x.test/x.dtd"><clientConfig'),
        config()
        .decode()
        .replace("UTF-8", "UTF-16")
        .replace("<clientConfig", "<!DOCTYPE x><clientConfig")
        .encode("utf-16"),
        config().replace(b'"UTF-8"', b'"klingon"'),
        config()[:-20],
        b"<html><body>Bienvenue</body></html>",
        b"",
        b"\x00\xff" * 50,
        b"<a>" * 30_000,
        b"<clientConfig>" + b"<x>" * 25 + b"</x>" * 25 + b"</clientConfig>",
        config() + b" " * PAGE_MAX_BYTES,
        config(security="plain"),
        config(security=""),
        config(port=0),
        config(port=70_000),
        config(port="465 "[:0]),
        config(port="4 65"),
        config("10.0.0.1"),
        config("smtp.brico.example/x"),
        config("%REALNAME%.brico.example"),
        config(""),
        config(sign_in="client-IP-address"),
        config().replace(b'type="smtp"', b'type="exchange"'),
    ],
)
def test_a_page_that_is_no_good_configuration_is_left_alone(outside: Outside, body: bytes) -> None:
    assert outside.search(OWN_MX, {AUTOCONFIG: WebAnswer(body)}) == ServerSearch(SearchOutcome.NOTHING)


def test_a_server_without_encryption_is_passed_over(outside: Outside) -> None:
    plain = SERVER.format(host="a.brico.example", port=25, security="plain", username="x", sign_in="password-cleartext")
    found = outside.found(OWN_MX, {AUTOCONFIG: WebAnswer(config("b.brico.example", before=plain))})
    assert found.host == "b.brico.example"


@pytest.mark.parametrize("username", ["%UNKNOWN%", "", "a\tb&#10;c", "x" * 300])
def test_a_user_name_that_cannot_be_filled_in_becomes_the_address(outside: Outside, username: str) -> None:
    assert outside.found(OWN_MX, {AUTOCONFIG: WebAnswer(config(username=username))}).usernames == (ADDRESS,)


def test_a_site_that_names_a_listed_provider_brings_its_advice(outside: Outside) -> None:
    found = outside.found(OWN_MX, {AUTOCONFIG: WebAnswer(config("pro2.mail.ovh.net", 587, "STARTTLS"))})
    assert found.provider is not None
    assert (found.provider.id, found.host, found.port) == ("ovh", "pro2.mail.ovh.net", 587)


def test_oauth2_of_a_site_is_kept(outside: Outside) -> None:
    assert outside.found(OWN_MX, {AUTOCONFIG: WebAnswer(config(sign_in="OAuth2"))}).sign_in == (SignIn.OAUTH2,)
