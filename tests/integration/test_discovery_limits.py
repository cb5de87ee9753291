"""The search for a server keeps its time limits against whoever is silent, and without Internet the list serves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import dns.rcode
import pytest

from backend.adapters.mail.discovery import SearchLimits, ServerDiscovery
from backend.adapters.mail.dns_records import DnsRecords
from backend.adapters.mail.https_page import HttpsPages
from backend.adapters.mail.providers import FolderProviderDirectory, shipped_providers
from backend.domain.found_server import FoundIn, SearchOutcome, ServerSearch
from tests.outside import ADDRESS, AUTOCONFIG, OWN_MX, PROMISED, WELL_KNOWN, Outside, config
from tests.servers.dns_server import DnsServer
from tests.servers.https_site import HttpsSites, WebAnswer
from tests.servers.ports import LOOPBACK, unanswering_port

SHORT = SearchLimits(dns_s=0.4, https_s=0.6, whole_s=1.5)
SILENT_DNS = SearchLimits(dns_s=0.4)
LATE_S = 1.0  # a busy PC


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with ExitStack() as stack:
        yield Outside(stack, tmp_path)


def timed(search: Callable[[], ServerSearch]) -> tuple[ServerSearch, float]:
    started = time.monotonic()
    return search(), time.monotonic() - started


@pytest.fixture(scope="module", autouse=True)
def _libraries_are_loaded() -> None:
    import dns.resolver  # noqa: F401 - its import is not what is timed


def test_a_silent_name_server_ends_the_search_as_offline(outside: Outside) -> None:
    search, seconds = timed(lambda: outside.search({}, silent_for=("MX", "SRV"), limits=SHORT))
    assert search.outcome is SearchOutcome.OFFLINE
    assert seconds < SHORT.dns_s + LATE_S
    assert {kind for _, kind in outside.asked} == {"MX"}


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED])
def test_a_name_server_that_gives_up_is_no_answer(outside: Outside, rcode: dns.rcode.Rcode) -> None:
    assert outside.search({}, rcode=rcode).outcome is SearchOutcome.OFFLINE


def test_the_site_still_answers_where_only_dns_is_silent(outside: Outside) -> None:
    search = outside.search({}, {AUTOCONFIG: WebAnswer(config())}, silent_for=("MX", "SRV"), limits=SILENT_DNS)
    assert search.found is not None
    assert search.found.source is FoundIn.AUTOCONFIG


def test_silent_service_records_do_not_hide_the_site(outside: Outside) -> None:
    pages = {AUTOCONFIG: WebAnswer(config())}
    search, seconds = timed(lambda: outside.search(OWN_MX, pages, silent_for=("SRV",), limits=SILENT_DNS))
    assert search.found is not None
    assert seconds < SILENT_DNS.dns_s + LATE_S


@pytest.mark.parametrize("answer", [WebAnswer(is_mute=True), WebAnswer(config(), drips_s=0.05)])
def test_a_mute_or_dripping_site_is_given_up_at_its_limit(outside: Outside, answer: WebAnswer) -> None:
    pages = {AUTOCONFIG: answer, WELL_KNOWN: answer}
    search, seconds = timed(lambda: outside.search(OWN_MX, pages, limits=SHORT))
    assert search.found is None
    assert seconds < SHORT.https_s + LATE_S


def test_a_mute_first_site_does_not_hide_the_second(outside: Outside) -> None:
    pages = {AUTOCONFIG: WebAnswer(is_mute=True), WELL_KNOWN: WebAnswer(config())}
    assert outside.search(OWN_MX, pages, limits=SearchLimits(https_s=1.5)).found is not None


def test_everything_silent_ends_at_the_limit_of_the_whole(outside: Outside) -> None:
    zone = {("brico.example", "MX"): ["10 mx.heberge.test."]}
    mute = WebAnswer(is_mute=True)
    names = ("autoconfig.brico.example/", "brico.example/", "autoconfig.heberge.test/", "heberge.test/")
    paths = ("mail/config-v1.1.xml", ".well-known/autoconfig/mail/config-v1.1.xml") * 2
    pages = {f"{name}{path}": mute for name, path in zip(names, paths, strict=True)}
    limits = SearchLimits(dns_s=0.4, https_s=0.6, whole_s=1.2)
    search, seconds = timed(lambda: outside.search(zone, pages, silent_for=("SRV",), limits=limits))
    assert search.outcome is SearchOutcome.NOTHING
    assert 1.0 < seconds < limits.whole_s + LATE_S


def test_the_limits_in_force_are_those_that_were_promised() -> None:
    assert (PROMISED.dns_s, PROMISED.https_s, PROMISED.whole_s) == (2.0, 3.0, 8.0)


def test_a_site_behind_a_firewall_that_drops_is_given_up(tmp_path: Path) -> None:
    with ExitStack() as stack:
        dns_server = DnsServer(OWN_MX)
        stack.callback(dns_server.stop)
        sites = HttpsSites({AUTOCONFIG: WebAnswer()}, tmp_path)
        stack.callback(sites.stop)
        port = stack.enter_context(unanswering_port())
        pages = HttpsPages(sites.trust, sites.find, port)
        discovery = ServerDiscovery(DnsRecords([LOOPBACK], dns_server.port), pages, SHORT)
        search, seconds = timed(lambda: discovery(ADDRESS, shipped_providers()))
    assert search.outcome is SearchOutcome.NOTHING
    assert seconds < SHORT.https_s + LATE_S


def test_offline_a_listed_address_is_found_all_the_same(outside: Outside, tmp_path: Path) -> None:
    asked: list[str] = []

    def search(address: str, _providers: object) -> ServerSearch:
        asked.append(address)
        return outside.search({}, silent_for=("MX", "SRV"), limits=SHORT)

    directory = FolderProviderDirectory(tmp_path / "providers", search)
    assert directory.discover("marie@orange.fr").outcome is SearchOutcome.FOUND
    assert asked == []
    assert directory.discover(ADDRESS).outcome is SearchOutcome.OFFLINE
    assert asked == [ADDRESS]


def test_no_thread_outlives_a_search(outside: Outside) -> None:
    outside.search(OWN_MX, {AUTOCONFIG: WebAnswer(is_mute=True)}, limits=SHORT)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("server-search")]


def test_an_address_without_domain_is_not_searched(outside: Outside) -> None:
    assert outside.search(OWN_MX, address="marie").outcome is SearchOutcome.NOTHING
    assert outside.asked == []
