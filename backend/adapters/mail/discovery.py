"""Look for the mail server of an own domain, outside of this PC: MX, then SRV, then autoconfig over HTTPS.

Nothing found here is used by itself: the page shows it, and the user confirms (PRODUCT B2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote

from backend.adapters.mail.autoconfig import BadAutoconfigError, OfferedServer, read_autoconfig
from backend.adapters.mail.dns_records import DnsRecords, DnsSilentError, NoSuchNameError, ServiceHost
from backend.adapters.mail.https_page import HttpsPages, PageUnavailableError
from backend.adapters.mail.smtp_connection import Deadline
from backend.domain.domain_name import ascii_domain, base_domain
from backend.domain.found_server import FoundIn, FoundServer, SearchOutcome, ServerSearch, server_of
from backend.domain.mail_provider import MailProvider, UsernameForm, by_host, by_mx, usernames
from backend.domain.sender_profile import ConnectionSecurity

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How long may be waited, in seconds: for one answer of DNS, for one page, for all."""

    dns_s: float = 2.0
    https_s: float = 3.0
    whole_s: float = 8.0


class ServerDiscovery:
    """Searches for an address whose domain no listed provider gives out."""

    def __init__(
        self,
        records: DnsRecords | None = None,
        pages: HttpsPages | None = None,
        limits: SearchLimits | None = None,
    ) -> None:
        self._records = records or DnsRecords()
        self._pages = pages or HttpsPages()
        self._limits = limits or SearchLimits()

    def __call__(self, address: str, providers: Sequence[MailProvider]) -> ServerSearch:
        """Return the first server that one of the ways gives, within the limits."""
        domain = ascii_domain(address)
        if not domain:
            return ServerSearch(SearchOutcome.NOTHING)
        attempt = _Attempt(address, domain, providers, self._records, self._pages, self._limits)
        try:
            return attempt.run()
        except NoSuchNameError:
            return ServerSearch(SearchOutcome.NO_SUCH_DOMAIN)


class _Attempt:
    """One search; `was_answered` tells whether anybody out there has said anything."""

    def __init__(
        self,
        address: str,
        domain: str,
        providers: Sequence[MailProvider],
        records: DnsRecords,
        pages: HttpsPages,
        limits: SearchLimits,
    ) -> None:
        self._address = address
        self._domain = domain
        self._providers = providers
        self._records = records
        self._pages = pages
        self._limits = limits
        self._deadline = Deadline(limits.whole_s)
        self._was_answered = False

    def run(self) -> ServerSearch:
        try:
            exchangers = self._records.mail_exchangers(self._domain, self._deadline.within(self._limits.dns_s))
        except DnsSilentError:
            # The system's own look-up, which the pages use, may know other ways (a company's, a VPN's).
            return self._ended(next(self._by_site(self._domain, FoundIn.AUTOCONFIG), None))
        self._was_answered = True
        return self._ended(next(self._all(exchangers), None))

    def _all(self, exchangers: Sequence[str]) -> Iterator[FoundServer]:
        if provider := by_mx(exchangers, self._providers):
            yield server_of(provider, self._address, FoundIn.MX)
        yield from self._by_services()
        yield from self._by_site(self._domain, FoundIn.AUTOCONFIG)
        if exchangers and (receiver := base_domain(exchangers[0])) != base_domain(self._domain):
            yield from self._by_site(receiver, FoundIn.MX_AUTOCONFIG)

    def _ended(self, found: FoundServer | None) -> ServerSearch:
        return ServerSearch.of(found, SearchOutcome.NOTHING if self._was_answered else SearchOutcome.OFFLINE)

    def _by_services(self) -> Iterator[FoundServer]:
        """Yield what DNS says: encrypted from the start (RFC 8314, 5.1) before STARTTLS (RFC 6186)."""
        deadline = self._deadline.within(self._limits.dns_s)
        ways = {"_submissions": ConnectionSecurity.TLS, "_submission": ConnectionSecurity.STARTTLS}
        answers = _at_once(lambda name: self._services(f"{name}._tcp.{self._domain}", deadline), ways)
        for security, hosts in zip(ways.values(), answers, strict=True):
            for each in hosts[:1]:
                # RFC 6186, section 4: the whole address first, then the part before the @.
                names = usernames(self._address, UsernameForm.ADDRESS_THEN_LOCAL_PART)
                found = FoundServer(self._address, each.host, each.port, security, names, FoundIn.SRV)
                yield self._with_provider(found, takes_its_names=True)

    def _by_site(self, domain: str, source: FoundIn) -> Iterator[FoundServer]:
        """Yield what the site of a domain says; its address with `autoconfig.` comes before the well-known one."""
        deadline = self._deadline.within(self._limits.https_s)
        asked = quote(self._address, safe="@")
        urls = (
            f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={asked}",
            f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
        )
        for offers in _at_once(lambda url: self._offers(url, deadline), urls):
            for each in offers[:1]:
                names = (each.username,) if each.username else usernames(self._address, UsernameForm.ADDRESS)
                found = FoundServer(self._address, each.host, each.port, each.security, names, source, each.sign_in)
                yield self._with_provider(found, takes_its_names=False)

    def _with_provider(self, found: FoundServer, *, takes_its_names: bool) -> FoundServer:
        """Add what is known of the provider whose server this is: it knows best what it takes as proof."""
        provider = by_host(found.host, self._providers)
        if provider is None:
            return found
        names = provider.usernames(self._address) if takes_its_names else found.usernames
        return replace(found, provider=provider, sign_in=provider.sign_in, usernames=names)

    def _services(self, name: str, deadline: Deadline) -> list[ServiceHost]:
        try:
            return self._records.services(name, deadline)
        except DnsSilentError:
            return []

    def _offers(self, url: str, deadline: Deadline) -> list[OfferedServer]:
        try:
            page = self._pages.fetch(url, deadline)
        except PageUnavailableError as error:
            if error.was_reached:
                self._was_answered = True
            return []
        self._was_answered = True
        try:
            return read_autoconfig(page, self._address)
        except BadAutoconfigError:
            return []


def _at_once(ask: Callable[[str], Answer], names: Iterable[str]) -> list[Answer]:
    """Ask for several names side by side and return the answers in their order; each keeps its own deadline."""
    with ThreadPoolExecutor(thread_name_prefix="server-search") as threads:
        return list(threads.map(ask, names))
