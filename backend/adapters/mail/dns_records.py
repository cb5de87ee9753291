"""What a domain's DNS tells of its mail: exchangers (RFC 5321, 7505) and services (RFC 2782), within a time limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from backend.adapters.mail.smtp_connection import Deadline
from backend.domain.domain_name import is_host_name

if TYPE_CHECKING:
    from dns.rdata import Rdata
    from dns.rdtypes.ANY.MX import MX
    from dns.rdtypes.IN.SRV import SRV
    from dns.resolver import Resolver

_TRY_S = 1.0  # then the next name server, or the same again: a UDP packet may be lost


class NoSuchNameError(Exception):
    """DNS knows no such name."""


class DnsSilentError(Exception):
    """No name server gave a usable answer in time."""


@dataclass(frozen=True, slots=True)
class ServiceHost:
    """A host and port of an SRV record."""

    host: str
    port: int


class DnsRecords:
    """Asks the name servers of this PC, or these on `port`."""

    def __init__(self, name_servers: Sequence[str] = (), port: int = 53) -> None:
        self._name_servers = name_servers
        self._port = port

    def mail_exchangers(self, domain: str, deadline: Deadline) -> list[str]:
        """Return the exchangers of a domain, the preferred one first; none where it takes no mail.

        Raises NoSuchNameError, DnsSilentError.
        """
        records = cast("list[MX]", self._ask(domain, "MX", deadline))
        exchangers = sorted((each.preference, _host(each.exchange)) for each in records)
        return [host for _, host in exchangers if host]

    def services(self, name: str, deadline: Deadline) -> list[ServiceHost]:
        """Return the hosts of a service, the preferred one first; none where it is said not to be offered.

        Raises DnsSilentError.
        """
        try:
            records = cast("list[SRV]", self._ask(name, "SRV", deadline))
        except NoSuchNameError:
            return []
        found = sorted((each.priority, -each.weight, _host(each.target), each.port) for each in records)
        return [ServiceHost(host, port) for _, _, host, port in found if host and port]

    def _ask(self, name: str, kind: str, deadline: Deadline) -> list[Rdata]:
        import dns.exception
        import dns.resolver

        try:
            answer = self._resolver().resolve(name, kind, search=False, lifetime=deadline.remaining())
        except dns.resolver.NXDOMAIN as error:
            raise NoSuchNameError(name) from error
        except dns.resolver.NoAnswer:
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:  # a refusal, no servers, no time, a bad name
            raise DnsSilentError(name) from error
        return list(answer)

    def _resolver(self) -> Resolver:
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=not self._name_servers)
        if self._name_servers:
            resolver.nameservers = list(self._name_servers)
            resolver.port = self._port
        resolver.timeout = _TRY_S
        return resolver


def _host(name: object) -> str:
    """Return a name of a record as host, "" for one that can't be one (`.` says that there is none)."""
    text = str(name).rstrip(".").lower()
    return text if is_host_name(text) else ""
