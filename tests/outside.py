"""What lies outside of this PC, on loopback: a name server and web sites, and the search that asks them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.mail.discovery import SearchLimits, ServerDiscovery
from backend.adapters.mail.dns_records import DnsRecords
from backend.adapters.mail.https_page import HttpsPages
from backend.adapters.mail.providers import shipped_providers
from backend.domain.found_server import FoundServer, SearchOutcome, ServerSearch
from tests.servers.dns_server import DnsServer, Zone
from tests.servers.https_site import HttpsSites, WebAnswer
from tests.servers.ports import LOOPBACK

if TYPE_CHECKING:
    import dns.rcode

ADDRESS = "marie.dupond@brico.example"
OWN_MX = {("brico.example", "MX"): ["10 mail.brico.example."]}
AUTOCONFIG = "autoconfig.brico.example/mail/config-v1.1.xml"
WELL_KNOWN = "brico.example/.well-known/autoconfig/mail/config-v1.1.xml"
PROMISED = SearchLimits()
SERVER = """<outgoingServer type="smtp"><hostname>{host}</hostname><port>{port}</port>
<socketType>{security}</socketType><username>{username}</username><authentication>{sign_in}</authentication></outgoingServer>"""


def config(
    host: str = "smtp.%EMAILDOMAIN%",
    port: object = 465,
    security: str = "SSL",
    username: str = "%EMAILADDRESS%",
    sign_in: str = "password-cleartext",
    *,
    before: str = "",
) -> bytes:
    """Return a `config-v1.1.xml`; `before` stands before its server."""
    server = SERVER.format(host=host, port=port, security=security, username=username, sign_in=sign_in)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1"><emailProvider id="brico.example"><domain>brico.example</domain>
<incomingServer type="imap"><hostname>imap.brico.example</hostname></incomingServer>
{before}{server}</emailProvider></clientConfig>""".encode()


class Outside:
    """Everything that is not this PC: starts what a test describes, and searches with it."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self._folder = folder
        self.dns: DnsServer | None = None
        self.sites: HttpsSites | None = None

    def search(
        self,
        zone: Zone,
        pages: Mapping[str, WebAnswer] | None = None,
        address: str = ADDRESS,
        *,
        limits: SearchLimits = PROMISED,
        silent_for: tuple[str, ...] = (),
        rcode: dns.rcode.Rcode | None = None,
        wrong_name: bool = False,
    ) -> ServerSearch:
        """Search for an address where DNS knows `zone` and the sites have `pages`."""
        self.dns = DnsServer(zone, silent_for=silent_for, rcode=rcode)
        self._stack.callback(self.dns.stop)
        self.sites = HttpsSites(pages or {}, self._folder, wrong_name=wrong_name)
        self._stack.callback(self.sites.stop)
        discovery = ServerDiscovery(
            DnsRecords([LOOPBACK], self.dns.port),
            HttpsPages(self.sites.trust, self.sites.find, self.sites.port),
            limits,
        )
        return discovery(address, shipped_providers())

    def found(self, zone: Zone, pages: Mapping[str, WebAnswer] | None = None, address: str = ADDRESS) -> FoundServer:
        """Search and return what was found, which is something to confirm."""
        search = self.search(zone, pages, address)
        assert search.outcome is SearchOutcome.FOUND
        assert search.found is not None
        assert search.found.must_be_confirmed
        return search.found

    @property
    def requests(self) -> list[str]:
        assert self.sites is not None
        return self.sites.requests

    @property
    def asked(self) -> list[tuple[str, str]]:
        assert self.dns is not None
        return self.dns.asked
