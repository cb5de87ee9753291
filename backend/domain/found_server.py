"""A mail server found for an address: proposed, shown and confirmed, never silently used (PRODUCT B2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from backend.domain.domain_name import ascii_domain, base_domain
from backend.domain.mail_provider import MailProvider, SignIn, provider_for
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile


class FoundIn(StrEnum):
    """Where a server was found."""

    PROVIDER_FILE = "provider_file"  # by the domain of the address
    MX = "mx"  # by who receives the domain's mail
    SRV = "srv"  # told by the domain's DNS (RFC 6186, 8314)
    AUTOCONFIG = "autoconfig"  # told by the domain's own site
    MX_AUTOCONFIG = "mx_autoconfig"  # told by the site of who receives the domain's mail


class SearchOutcome(StrEnum):
    """How a search ended."""

    FOUND = "found"
    NOTHING = "nothing"
    NO_SUCH_DOMAIN = "no_such_domain"  # the address is mistyped
    OFFLINE = "offline"  # nobody answered
    NOT_SEARCHED = "not_searched"  # in training nothing leaves the PC


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server for `address`; `usernames` are those to try, the likeliest first, none where it is not known."""

    address: str
    host: str
    port: int
    security: ConnectionSecurity
    usernames: tuple[str, ...]
    source: FoundIn
    sign_in: tuple[SignIn, ...] = (SignIn.PASSWORD,)
    provider: MailProvider | None = None

    @property
    def username(self) -> str:
        """Return the likeliest user name, "" where it is not known."""
        return self.usernames[0] if self.usernames else ""

    @property
    def must_be_confirmed(self) -> bool:
        """Tell whether this came from outside: then the user is shown it, and says yes."""
        return self.source is not FoundIn.PROVIDER_FILE

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the host is neither the address's own domain nor a listed provider's: look twice.

        RFC 6186, section 6: whoever can forge DNS answers could name a server of his own, and get the password.
        """
        return self.provider is None and base_domain(self.host) != base_domain(ascii_domain(self.address))


@dataclass(frozen=True, slots=True)
class ServerSearch:
    """What a search gave."""

    outcome: SearchOutcome
    found: FoundServer | None = None

    @classmethod
    def of(cls, found: FoundServer | None, otherwise: SearchOutcome = SearchOutcome.NOTHING) -> ServerSearch:
        """Return the search that found this, or ended otherwise."""
        return cls(SearchOutcome.FOUND if found else otherwise, found)


def server_of(provider: MailProvider, address: str, source: FoundIn) -> FoundServer:
    """Return the server that a provider wants used for an address."""
    return FoundServer(
        address,
        provider.host,
        provider.port,
        provider.security,
        provider.usernames(address),
        source,
        provider.sign_in,
        provider,
    )


def find_listed(address: str, providers: Iterable[MailProvider]) -> FoundServer | None:
    """Return the server of the provider that gives out this address, None for an own domain."""
    provider = provider_for(address, providers)
    return server_of(provider, address, FoundIn.PROVIDER_FILE) if provider else None


def with_server(profile: SenderProfile, found: FoundServer, oauth_providers: Collection[str] = ()) -> SenderProfile:
    """Return a profile with server, port, security, user name and proof filled in.

    `oauth_providers` are those for which this installation has a client id: OAuth2 is taken where the provider prefers
    it and it can be done, or where nothing else is accepted.
    """
    oauth_provider = found.provider.oauth_provider if found.provider else ""
    can_do = [way for way in found.sign_in if way is not SignIn.OAUTH2 or oauth_provider in oauth_providers]
    takes_oauth = (can_do or found.sign_in)[0] is SignIn.OAUTH2
    return replace(
        profile,
        host=found.host,
        port=found.port,
        security=found.security,
        username=found.username,
        authentication=Authentication.OAUTH2 if takes_oauth else Authentication.PASSWORD,
        oauth_provider=oauth_provider if takes_oauth else "",
        pinned_certificate="" if found.host != profile.host else profile.pinned_certificate,
    )


def other_username(username: str, address: str, provider: MailProvider | None) -> str:
    """Return the user name to try after this one was refused, "" where the provider takes no other."""
    names = provider.usernames(address) if provider else ()
    following = names[names.index(username) + 1 :] if username in names else names[:1]
    return following[0] if following else ""
