"""Signing in at a mail provider with OAuth2 instead of a password (RFC 6749): providers, clients, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from backend.domain.errors import FacteurError

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
# The detail of a MailFailure(LOGIN_REFUSED) where the server takes the token, but not for this address.
ACCOUNT_REFUSED = "oauth2"
# A token that ends while the mail is being handed over would be refused.
_SPARE = timedelta(minutes=2)


class SignInWay(StrEnum):
    """Where the user proves to the provider who he is."""

    BROWSER = "browser"  # the system's browser on this PC (RFC 8252)
    DEVICE_CODE = "device_code"  # a browser anywhere, with a code that is typed there (RFC 8628)


@dataclass(frozen=True, slots=True)
class OAuthProvider:
    """Where a provider gives permission; all addresses are https, "" for what it doesn't have.

    `redirect_host` is the name of this PC that the provider has registered for the way back: 127.0.0.1 or localhost.
    """

    id: str
    name: str
    authorize_url: str
    token_url: str
    scope: str
    device_url: str = ""
    revoke_url: str = ""
    redirect_host: str = "127.0.0.1"
    redirect_path: str = ""
    authorize_extras: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """As whom Facteur asks; the secret of an installed program is none (RFC 8252 8.5), but some providers want it."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OAuthRegistration:
    """A provider, and the client that the publisher or the shop has registered there."""

    provider: OAuthProvider
    client: OAuthClient


@dataclass(frozen=True, slots=True)
class OAuthTokens:
    """What a provider gave; `expires_at` (aware) is the end of the access token, `refresh_token` may be ""."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime

    def is_good_at(self, now: datetime) -> bool:
        """Tell whether the access token lasts long enough to send a mail with."""
        return now + _SPARE < self.expires_at


@dataclass(frozen=True, slots=True)
class OAuthAvailability:
    """By which ways one can sign in at a provider; without any, `reason` is that of an OAuthSignInError."""

    provider: OAuthProvider
    ways: tuple[SignInWay, ...] = ()
    reason: str = ""
    detail: str = ""

    @property
    def is_available(self) -> bool:
        """Tell whether a button would do anything."""
        return bool(self.ways)


@dataclass(frozen=True, slots=True)
class AnswerTexts:
    """What the browser shows when the user comes back: title and text, in his language (`fr`)."""

    language: str
    accepted_title: str
    accepted_text: str
    refused_title: str
    refused_text: str


class SignInStep(StrEnum):
    """How far a sign-in is."""

    NONE = "none"  # nobody has begun one
    WAITING = "waiting"  # for the user, at the provider
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class SignInState:
    """A sign-in as a page shows it; there is no secret in it.

    `url` is where the user signs in, should the browser not have opened; with a device code `user_code` is typed there.
    """

    step: SignInStep = SignInStep.NONE
    provider_id: str = ""
    way: SignInWay = SignInWay.BROWSER
    url: str = ""
    user_code: str = ""
    ends_at: datetime | None = None
    failure: FacteurError | None = None


@dataclass(eq=False)
class OAuthSignInError(FacteurError):
    """Signing in at a provider is not possible, or did not succeed; `detail` is its own words, without secrets.

    `reason` is one of REASONS.
    """

    cause = "oauth_sign_in"
    provider: str
    reason: str
    detail: str = ""


# Why a sign-in is not offered, then why it failed.
UNAVAILABLE = ("no_client", "no_client_google", "no_client_microsoft", "client_file", "no_browser", "training")
REASONS = (
    *UNAVAILABLE,
    "denied",
    "time_up",
    "forged",
    "unreachable",
    "busy",
    "client_refused",
    "scope_missing",
    "no_refresh_token",
    "refused",
)


def grant_name(user: str) -> str:
    """Return the name of a user's refresh token in the secret store."""
    return f"oauth/{user.casefold()}"
