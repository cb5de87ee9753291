"""Sign-in at mail providers: which can be used on this PC, the sign-ins under way, and the tokens that came of them."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from backend.adapters.mail.certificates import system_trust
from backend.adapters.mail.oauth_attempt import Browser, SignInAttempt, SignInLimits
from backend.adapters.mail.oauth_clients import KNOWN_PROVIDERS, ClientsFileError, OAuthClients
from backend.adapters.mail.oauth_https import Https, UnreachableError
from backend.adapters.mail.oauth_protocol import ProviderBusyError, ProviderRefusalError, TokenServer
from backend.adapters.mail.oauth_tokens import AccessTokens
from backend.domain.oauth import (
    AnswerTexts,
    OAuthAvailability,
    OAuthProvider,
    OAuthSignInError,
    OAuthTokens,
    SignInState,
    SignInWay,
)
from backend.domain.sender_profile import SenderProfile
from backend.ports import Clock, SecretStore

_REVOCATION_S = 3.0  # a courtesy, while somebody waits
_KNOWN = {provider.id for provider in KNOWN_PROVIDERS}


class ProviderSignIn:
    """ports.OAuthSignIn with clients from `oauth_clients.toml`; in training nothing leaves the PC."""

    def __init__(
        self,
        clients: OAuthClients,
        secrets: SecretStore,
        clock: Clock,
        lock: Path,
        *,
        training: bool = False,
        browser: Browser | None = None,
        limits: SignInLimits | None = None,
        context_factory: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self._clients = clients
        self._clock = clock
        self._training = training
        self._browser = browser or Browser()
        self._limits = limits or SignInLimits()
        self._https = Https(context_factory, self._limits.request_s)
        self._tokens = AccessTokens(secrets, lock, clock, self._open_server)
        self._attempts: dict[str, SignInAttempt] = {}

    def availabilities(self) -> list[OAuthAvailability]:
        """Return every known provider, with the ways to sign in there or the reason why there is none."""
        return [self._availability(provider) for provider in self._clients.providers()]

    def availability(self, provider_id: str) -> OAuthAvailability:
        """Return the same of one provider; one that nobody has heard of has no client."""
        for provider in self._clients.providers():
            if provider.id == provider_id:
                return self._availability(provider)
        return self._availability(OAuthProvider(provider_id, provider_id, "", "", ""))

    def begin(
        self,
        sender: SenderProfile,
        provider_id: str,
        way: SignInWay,
        texts: AnswerTexts,
        signed_in: Callable[[OAuthTokens], None],
    ) -> SignInState:
        """Begin a sign-in; one that this user has begun before is cancelled. Raises OAuthSignInError."""
        availability = self.availability(provider_id)
        server = self._open_server(provider_id)
        if way not in availability.ways or server is None:
            raise OAuthSignInError(availability.provider.name, availability.reason or "no_browser", availability.detail)
        self.cancel(sender.user)
        attempt = SignInAttempt(server, way, self._browser, self._limits, signed_in)
        self._attempts[sender.user.casefold()] = attempt
        attempt.start(sender.email, texts)
        return attempt.state

    def state(self, user: str) -> SignInState:
        """Return how far this user's latest sign-in is."""
        attempt = self._attempts.get(user.casefold())
        return attempt.state if attempt else SignInState()

    def cancel(self, user: str) -> None:
        """Give up this user's sign-in, if one is under way."""
        if attempt := self._attempts.get(user.casefold()):
            attempt.cancel()

    def close(self) -> None:
        """Give up all sign-ins."""
        for attempt in self._attempts.values():
            attempt.cancel()

    def keep(self, user: str, provider_id: str, tokens: OAuthTokens) -> None:
        """Keep a permission in the secret store; raises SecretsUnavailableError, StorageError."""
        self._tokens.keep(user, provider_id, tokens)

    def forget(self, user: str) -> None:
        """Forget a permission, here and, where it can be reached and told, at the provider."""
        self.cancel(user)
        provider_id, refresh_token = self._tokens.forget(user)
        server = self._open_server(provider_id)
        if refresh_token and server:
            with contextlib.suppress(UnreachableError, ProviderBusyError, ProviderRefusalError):
                replace(server, https=replace(self._https, limit_s=_REVOCATION_S)).revoke(refresh_token)

    def access_token(self, sender: SenderProfile, *, renew: bool = False) -> str:
        """Return an access token that lasts; see AccessTokens."""
        return self._tokens.access_token(sender, renew=renew)

    def _availability(self, provider: OAuthProvider) -> OAuthAvailability:
        try:
            is_registered = self._clients.find(provider.id) is not None
        except ClientsFileError as error:
            return OAuthAvailability(provider, reason="client_file", detail=str(error))
        if self._training:
            return OAuthAvailability(provider, reason="training")
        if not is_registered:
            reason = f"no_client_{provider.id}" if provider.id in _KNOWN else "no_client"
            return OAuthAvailability(provider, reason=reason)
        ways = [SignInWay.BROWSER] if self._browser.is_there() else []
        ways += [SignInWay.DEVICE_CODE] if provider.device_url else []
        return OAuthAvailability(provider, tuple(ways), "" if ways else "no_browser")

    def _open_server(self, provider_id: str) -> TokenServer | None:
        try:
            registration = self._clients.find(provider_id)
        except ClientsFileError:
            registration = None
        return TokenServer(registration, self._https, self._clock) if registration else None
