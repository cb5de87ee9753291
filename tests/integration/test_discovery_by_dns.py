"""The search for an own domain's server by its DNS: exchangers and service records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend.domain.found_server import FoundIn, SearchOutcome, ServerSearch
from backend.domain.mail_provider import SignIn
from backend.domain.sender_profile import ConnectionSecurity
from tests.outside import ADDRESS, OWN_MX, Outside

TLS, STARTTLS = ConnectionSecurity.TLS, ConnectionSecurity.STARTTLS


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with ExitStack() as stack:
        yield Outside(stack, tmp_path)


@pytest.mark.parametrize(
    ("exchangers", "provider", "host"),
    [
        (["1 mx1.mail.ovh.net.", "5 mx2.mail.ovh.net.", "100 mx3.mail.ovh.net."], "ovh", "ssl0.ovh.net"),
        (["1 ASPMX.L.GOOGLE.COM.", "5 alt1.aspmx.l.google.com."], "google", "smtp.gmail.com"),
        (["1 smtp.google.com."], "google", "smtp.gmail.com"),
        (["0 brico-example.mail.protection.outlook.com."], "microsoft365", "smtp.office365.com"),
        (["0 brico-example.j-v1.mx.microsoft."], "microsoft365", "smtp.office365.com"),
        (["5 mta-gw.infomaniak.ch."], "infomaniak", "mail.infomaniak.com"),
        (["10 spool.mail.gandi.net.", "50 fb.mail.gandi.net."], "gandi", "mail.gandi.net"),
        (["10 mx00.ionos.fr.", "10 mx01.ionos.fr."], "ionos", "smtp.ionos.fr"),
    ],
)
def test_the_exchangers_of_an_own_domain_lead_to_its_provider(
    outside: Outside, exchangers: list[str], provider: str, host: str
) -> None:
    found = outside.found({("brico.example", "MX"): exchangers})
    assert found.source is FoundIn.MX
    assert found.provider is not None
    assert (found.provider.id, found.host, found.username) == (provider, host, ADDRESS)
    assert not found.is_elsewhere
    assert outside.asked == [("brico.example", "MX")]
    assert outside.requests == []


def test_an_accented_domain_is_asked_for_in_ascii(outside: Outside) -> None:
    zone = {("xn--caf-dma.example", "MX"): ["1 mx1.mail.ovh.net."]}
    assert outside.found(zone, address="marie@café.example").host == "ssl0.ovh.net"


def test_a_domain_that_does_not_exist_is_said_and_nothing_more_is_asked(outside: Outside) -> None:
    search = outside.search(OWN_MX, address="marie@brcio.example")
    assert search == ServerSearch(SearchOutcome.NO_SUCH_DOMAIN)
    assert outside.asked == [("brcio.example", "MX")]


def test_a_domain_that_takes_no_mail_is_searched_further(outside: Outside) -> None:
    zone = {
        ("brico.example", "MX"): ["0 ."],  # RFC 7505
        ("_submissions._tcp.brico.example", "SRV"): ["0 1 465 mail.brico.example."],
    }
    assert outside.found(zone).source is FoundIn.SRV


def test_a_service_record_gives_host_port_and_security(outside: Outside) -> None:
    found = outside.found(OWN_MX | {("_submissions._tcp.brico.example", "SRV"): ["0 1 465 Mail.brico.example."]})
    assert (found.host, found.port, found.security) == ("mail.brico.example", 465, TLS)
    assert found.usernames == (ADDRESS, "marie.dupond")
    assert found.source is FoundIn.SRV
    assert not found.is_elsewhere


def test_submission_means_starttls(outside: Outside) -> None:
    found = outside.found(OWN_MX | {("_submission._tcp.brico.example", "SRV"): ["0 1 587 mail.brico.example."]})
    assert (found.port, found.security) == (587, STARTTLS)


def test_encryption_from_the_start_is_preferred(outside: Outside) -> None:
    zone = OWN_MX | {
        ("_submission._tcp.brico.example", "SRV"): ["0 1 587 mail.brico.example."],
        ("_submissions._tcp.brico.example", "SRV"): ["9 1 465 mail.brico.example."],
    }
    assert outside.found(zone).security is TLS


def test_priority_comes_before_weight(outside: Outside) -> None:
    records = ["10 9 465 c.brico.example.", "1 5 465 b.brico.example.", "1 50 4650 a.brico.example."]
    found = outside.found(OWN_MX | {("_submissions._tcp.brico.example", "SRV"): records})
    assert (found.host, found.port) == ("a.brico.example", 4650)


@pytest.mark.parametrize("record", ["0 0 0 .", "0 0 465 .", "0 0 0 mail.brico.example.", "0 0 465 10.0.0.1."])
def test_a_service_that_is_not_offered_is_none(outside: Outside, record: str) -> None:
    search = outside.search(OWN_MX | {("_submissions._tcp.brico.example", "SRV"): [record]})
    assert search == ServerSearch(SearchOutcome.NOTHING)


def test_a_service_at_a_listed_provider_brings_its_advice(outside: Outside) -> None:
    found = outside.found(OWN_MX | {("_submissions._tcp.brico.example", "SRV"): ["0 1 465 smtp.gmail.com."]})
    assert found.provider is not None
    assert found.provider.id == "google"
    assert found.usernames == (ADDRESS,)
    assert found.sign_in[0] is SignIn.APP_PASSWORD


def test_a_service_elsewhere_is_told_apart(outside: Outside) -> None:
    found = outside.found(OWN_MX | {("_submissions._tcp.brico.example", "SRV"): ["0 1 465 smtp.evil.test."]})
    assert found.is_elsewhere
