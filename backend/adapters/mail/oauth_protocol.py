"""What is said to an authorization server: oauthlib words the requests and reads the answers (RFC 6749, 7636, 8628)."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from oauthlib.oauth2 import Client, DeviceClient, MissingTokenError, OAuth2Error, WebApplicationClient

from backend.adapters.mail.oauth_https import FormAnswer, Https
from backend.domain.email_address import mask_addresses
from backend.domain.oauth import OAuthRegistration, OAuthTokens
from backend.ports import Clock

_VERIFIER_LENGTH = 64
_DETAIL_MAX = 300
_LIFETIME_UNSAID_S = 300
_DEVICE_CODE_S = 900
_DEVICE_INTERVAL_S = 5.0
# Scopes that are granted by what is given, and named by no provider in its answer.
_UNNAMED_SCOPES = {"offline_access", "openid", "profile", "email"}


class ProviderRefusalError(Exception):
    """The provider said no: its error code (RFC 6749 5.2, 8628 3.5), and its words without addresses and secrets."""

    def __init__(self, code: str, words: str = "", *, hidden: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        for secret in filter(None, hidden):
            words = words.replace(secret, "…")
        words = mask_addresses(" ".join(words.split()))[:_DETAIL_MAX]
        self.detail = f"{code}: {words}" if words else code


class ProviderBusyError(Exception):
    """The provider can't answer now."""


class ForgedAnswerError(Exception):
    """An answer that isn't the one to our question: somebody else has sent the browser here."""


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a user types, and where, and how often to ask whether he has (RFC 8628 3.2)."""

    device_code: str = field(repr=False)
    user_code: str
    url: str
    ends_at: datetime
    interval_s: float


class Authorization:
    """One request for permission by a browser, with a state and a verifier that no other has (RFC 7636)."""

    def __init__(self, registration: OAuthRegistration, redirect_uri: str, email: str) -> None:
        provider = registration.provider
        self._redirect_uri = redirect_uri
        self._registration = registration
        self._client = WebApplicationClient(registration.client.client_id)
        self._verifier = self._client.create_code_verifier(_VERIFIER_LENGTH)
        self._state = secrets.token_urlsafe(16)
        self.url, _, _ = self._client.prepare_authorization_request(
            provider.authorize_url,
            state=self._state,
            redirect_url=redirect_uri,
            scope=provider.scope,
            code_challenge=self._client.create_code_challenge(self._verifier, "S256"),
            code_challenge_method="S256",
            login_hint=email,
            **dict(provider.authorize_extras),
        )

    def read_answer(self, query: str) -> str:
        """Return the code with which the browser came back.

        Raises ForgedAnswerError (another state, or none), ProviderRefusalError (`access_denied`...).
        """
        given = dict(parse_qsl(query)).get("state", "")
        if not hmac.compare_digest(given.encode(), self._state.encode()):
            raise ForgedAnswerError
        try:
            # oauthlib wants https here, too; RFC 8252 7.3 lets a redirect to this PC itself be plain.
            self._client.parse_request_uri_response(f"https://localhost/?{query}", state=self._state)
        except OAuth2Error as error:
            raise ProviderRefusalError(str(error.error), str(error.description or "")) from None
        return str(self._client.code)

    def token_form(self, code: str) -> str:
        """Return the form that turns the code into tokens."""
        form: str = self._client.prepare_request_body(
            code=code,
            redirect_uri=self._redirect_uri,
            code_verifier=self._verifier,
            **_client_secret(self._registration),
        )
        return form


@dataclass(frozen=True, slots=True)
class TokenServer:
    """A provider's endpoints for tokens. Raises ProviderRefusalError, ProviderBusyError, UnreachableError."""

    registration: OAuthRegistration
    https: Https
    clock: Clock

    def exchange(self, authorization: Authorization, code: str) -> OAuthTokens:
        """Return tokens for the code of a browser (RFC 6749 4.1.3)."""
        return self._tokens(authorization.token_form(code), hidden=(code,))

    def refresh(self, refresh_token: str) -> OAuthTokens:
        """Return a new access token; the refresh token stays the same where no new one came (RFC 6749 6)."""
        client = Client(self.registration.client.client_id)
        form = client.prepare_refresh_body(
            refresh_token=refresh_token, client_id=client.client_id, **_client_secret(self.registration)
        )
        tokens = self._tokens(form, hidden=(refresh_token,))
        return OAuthTokens(tokens.access_token, tokens.refresh_token or refresh_token, tokens.expires_at)

    def ask_device_code(self) -> DeviceCode:
        """Return a code for a browser elsewhere (RFC 8628 3.1)."""
        provider = self.registration.provider
        uri = self._device_client().prepare_request_uri(provider.device_url, scope=provider.scope)
        values = self._ask(provider.device_url, urlsplit(uri).query)
        url = str(values.get("verification_uri") or values.get("verification_url") or "")
        if not values.get("device_code") or not values.get("user_code") or not url.startswith("https://"):
            raise ProviderRefusalError("invalid_response")
        lifetime = timedelta(seconds=_number(values, "expires_in", _DEVICE_CODE_S))
        return DeviceCode(
            str(values["device_code"]),
            str(values["user_code"]),
            url,
            self.clock.now() + lifetime,
            _number(values, "interval", _DEVICE_INTERVAL_S),
        )

    def poll_device_code(self, code: DeviceCode) -> OAuthTokens:
        """Return tokens once the user has typed the code; before that ProviderRefusalError(authorization_pending)."""
        form = self._device_client().prepare_request_body(
            code.device_code, include_client_id=True, **_client_secret(self.registration)
        )
        return self._tokens(form, hidden=(code.device_code,))

    def revoke(self, token: str) -> None:
        """Take a permission back, where the provider can be told (RFC 7009)."""
        if url := self.registration.provider.revoke_url:
            client = Client(self.registration.client.client_id)
            _, _, form = client.prepare_token_revocation_request(
                url,
                token,
                token_type_hint="refresh_token",  # noqa: S106 - a kind of token (RFC 7009 2.1)
                client_id=client.client_id,
            )
            self._answer(url, form)

    def _device_client(self) -> DeviceClient:
        return DeviceClient(self.registration.client.client_id, **_client_secret(self.registration))

    def _tokens(self, form: str, *, hidden: tuple[str, ...]) -> OAuthTokens:
        answer = self._answer(self.registration.provider.token_url, form)
        try:
            values: Mapping[str, Any] = Client("").parse_request_body_response(answer.body)
        except (MissingTokenError, ValueError, TypeError, AttributeError):  # no JSON, or not what it should hold
            raise ProviderRefusalError("invalid_response") from None
        except OAuth2Error as error:
            raise ProviderRefusalError(str(error.error), str(error.description or ""), hidden=hidden) from None
        self._check_scope(" ".join(values.get("scope") or ()))
        lifetime = timedelta(seconds=_number(values, "expires_in", _LIFETIME_UNSAID_S))
        return OAuthTokens(
            str(values["access_token"]), str(values.get("refresh_token") or ""), self.clock.now() + lifetime
        )

    def _check_scope(self, granted: str) -> None:
        """Notice a user who has ticked the right to send away; an answer without scopes grants all (RFC 6749 5.1)."""
        wanted = _scope_names(self.registration.provider.scope) - _UNNAMED_SCOPES
        if granted and not wanted <= _scope_names(granted):
            raise ProviderRefusalError("insufficient_scope", granted)

    def _ask(self, url: str, form: str) -> Mapping[str, Any]:
        answer = self._answer(url, form)
        try:
            values = json.loads(answer.body)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise ProviderRefusalError("invalid_response")
        if "error" in values:
            raise ProviderRefusalError(str(values["error"]), str(values.get("error_description", "")))
        return values

    def _answer(self, url: str, form: str) -> FormAnswer:
        answer = self.https.post(url, form)
        if answer.is_of_a_busy_server:
            raise ProviderBusyError
        return answer


def _client_secret(registration: OAuthRegistration) -> dict[str, Any]:
    secret = registration.client.client_secret
    return {"client_secret": secret} if secret else {}


def _scope_names(scopes: str) -> set[str]:
    """Return the last part of each scope: providers leave the address before it away."""
    return {scope.rstrip("/").rpartition("/")[2].casefold() for scope in scopes.split()}


def _number(values: Mapping[str, Any], name: str, otherwise: float) -> float:
    try:
        return max(float(values[name]), 0.0)
    except (KeyError, TypeError, ValueError):
        return otherwise
