"""Mail providers: which server they want, which user name and which proof, and their advice in the user's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backend.domain.domain_name import ascii_domain, name_matches
from backend.domain.sender_profile import ConnectionSecurity


class UsernameForm(StrEnum):
    """What a provider takes as user name."""

    ADDRESS = "address"
    LOCAL_PART = "local_part"  # the part before the @
    ADDRESS_THEN_LOCAL_PART = "address_then_local_part"  # where one is refused, the other may do
    OTHER = "other"  # a key of the account, which nobody can guess


class SignIn(StrEnum):
    """What a provider takes as proof."""

    PASSWORD = "password"  # noqa: S105 - a way, not a password
    APP_PASSWORD = "app_password"  # noqa: S105 - the same
    OAUTH2 = "oauth2"


@dataclass(frozen=True, slots=True)
class ServerPort:
    """Another way to a provider's server, where a firewall closes the first; `host` "" is the same one."""

    port: int
    security: ConnectionSecurity
    host: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a provider wants done, in one language; `url` is its own page on it, "" where there is none."""

    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class MailProvider:
    """One entry of a provider file; `domains`, `mx` and `hosts` are patterns (domain_name.name_matches).

    `sign_in` is in the order of preference. `size_limit_mb` 0 is unknown. `is_shipped`: an entry of Facteur's own file.
    """

    id: str
    name: str
    host: str
    port: int
    security: ConnectionSecurity
    domains: tuple[str, ...] = ()  # of addresses
    mx: tuple[str, ...] = ()  # of the mail exchangers of customers' own domains
    hosts: tuple[str, ...] = ()  # of its other servers
    fallbacks: tuple[ServerPort, ...] = ()
    username: UsernameForm = UsernameForm.ADDRESS
    sign_in: tuple[SignIn, ...] = (SignIn.PASSWORD,)
    oauth_provider: str = ""
    advice: Mapping[str, Advice] = field(default_factory=dict)  # by language
    size_limit_mb: int = 0
    is_shipped: bool = False

    def advice_in(self, language: str) -> Advice:
        """Return the advice in a language, else in English, else in any."""
        return self.advice.get(language) or self.advice.get("en") or next(iter(self.advice.values()), Advice())

    def usernames(self, address: str) -> tuple[str, ...]:
        """Return the user names to try for an address, the likeliest first; none where it is a key of the account."""
        return usernames(address, self.username)


@dataclass(frozen=True, slots=True)
class ProviderFileFault:
    """Why a provider file was left out: its name, a reason code, the place in it.

    Reasons: unreadable, too_big, encoding, json (with its line), missing, unknown_field, wrong_value, duplicate.
    """

    file: str
    reason: str
    where: str = ""
    value: str = ""


def usernames(address: str, form: UsernameForm) -> tuple[str, ...]:
    """Return the user names of this form for an address, the likeliest first."""
    local_part = address.rpartition("@")[0]
    return {
        UsernameForm.ADDRESS: (address,),
        UsernameForm.LOCAL_PART: (local_part,),
        UsernameForm.ADDRESS_THEN_LOCAL_PART: (address, local_part),
        UsernameForm.OTHER: (),
    }[form]


def provider_for(address: str, providers: Iterable[MailProvider]) -> MailProvider | None:
    """Return the first provider that gives out addresses of this domain."""
    domain = ascii_domain(address)
    return next((each for each in providers if domain and _fits_any(each.domains, domain)), None)


def by_mx(mx_hosts: Iterable[str], providers: Sequence[MailProvider]) -> MailProvider | None:
    """Return the provider that receives a domain's mail; `mx_hosts` are its exchangers, the preferred one first."""
    found = (each for mx_host in mx_hosts for each in providers if _fits_any(each.mx, mx_host))
    return next(found, None)


def by_host(host: str, providers: Iterable[MailProvider]) -> MailProvider | None:
    """Return the provider whose server this is; None for a host of nobody's list."""
    name = host.strip().lower()
    return next((each for each in providers if name == each.host or _fits_any(each.hosts, name)), None)


def _fits_any(patterns: Iterable[str], name: str) -> bool:
    return any(name_matches(pattern, name) for pattern in patterns)
