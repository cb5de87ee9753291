"""Signing in at a mail provider, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from backend.domain.errors import FacteurError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.oauth import (
    AnswerTexts,
    OAuthAvailability,
    OAuthProvider,
    OAuthSignInError,
    OAuthTokens,
    SignInState,
    SignInStep,
    SignInWay,
    grant_name,
)
from backend.domain.sender_profile import SenderProfile
from backend.ports import SecretStore
from tests.builders import NOON

A_PROVIDER = OAuthProvider(
    "microsoft",
    "Microsoft",
    "https://login.example/authorize",
    "https://login.example/token",
    "smtp",
    device_url="https://login.example/device",
)
TOKENS = OAuthTokens("an-access-token", "a-refresh-token", NOON.replace(hour=13))


class FakeOAuthSignIn:
    """One provider; a sign-in waits until `agree` or `fail` says what the user does in the browser."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._signed_in: dict[str, Callable[[OAuthTokens], None]] = {}
        self._states: dict[str, SignInState] = {}
        self.offered = OAuthAvailability(A_PROVIDER, tuple(SignInWay))
        self.texts: AnswerTexts | None = None
        self.renewed = 0

    def agree(self, user: str, tokens: OAuthTokens = TOKENS) -> None:
        """Let the user say yes at the provider."""
        try:
            self._signed_in.pop(user.casefold())(tokens)
        except FacteurError as error:
            self.fail(user, error)
        else:
            self._change(user, SignInStep.DONE)

    def fail(self, user: str, failure: FacteurError) -> None:
        """Let the sign-in come to nothing."""
        self._change(user, SignInStep.FAILED)
        self._states[user.casefold()] = replace(self._states[user.casefold()], failure=failure)

    def availabilities(self) -> list[OAuthAvailability]:
        return [self.offered]

    def availability(self, provider_id: str) -> OAuthAvailability:
        if provider_id == self.offered.provider.id:
            return self.offered
        unknown = OAuthProvider(provider_id, provider_id, "", "", "")
        return OAuthAvailability(unknown, reason="no_client")

    def begin(
        self,
        sender: SenderProfile,
        provider_id: str,
        way: SignInWay,
        texts: AnswerTexts,
        signed_in: Callable[[OAuthTokens], None],
    ) -> SignInState:
        availability = self.availability(provider_id)
        if way not in availability.ways:
            raise OAuthSignInError(availability.provider.name, availability.reason or "no_browser")
        self.cancel(sender.user)
        code = "ABCD-EFGH" if way is SignInWay.DEVICE_CODE else ""
        state = SignInState(SignInStep.WAITING, provider_id, way, "https://login.example/", code)
        self._states[sender.user.casefold()] = state
        self._signed_in[sender.user.casefold()] = signed_in
        self.texts = texts
        return state

    def state(self, user: str) -> SignInState:
        return self._states.get(user.casefold(), SignInState())

    def cancel(self, user: str) -> None:
        if self.state(user).step is SignInStep.WAITING:
            self._change(user, SignInStep.CANCELLED)

    def keep(self, user: str, provider_id: str, tokens: OAuthTokens) -> None:
        self._secrets.set(grant_name(user), f"{provider_id} {tokens.refresh_token}")

    def forget(self, user: str) -> None:
        self._secrets.delete(grant_name(user))

    def access_token(self, sender: SenderProfile, *, renew: bool = False) -> str:
        provider_id, _, refresh_token = (self._secrets.get(grant_name(sender.user)) or "").partition(" ")
        if not refresh_token or provider_id != sender.oauth_provider:
            raise MailFailure(MailCause.AUTHORIZATION_EXPIRED, sender.host, sender.port)
        self.renewed += renew
        return f"access-{self.renewed}-of-{refresh_token}"

    def _change(self, user: str, step: SignInStep) -> None:
        self._states[user.casefold()] = replace(self.state(user), step=step)
