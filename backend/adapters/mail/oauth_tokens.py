"""Access tokens: in memory only, refreshed before they end; the refresh token alone is kept, in the secret store."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from backend.adapters.file_lock import hold
from backend.adapters.mail.certificates import handshake_cause
from backend.adapters.mail.oauth_https import UnreachableError
from backend.adapters.mail.oauth_protocol import ProviderBusyError, ProviderRefusalError, TokenServer
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.oauth import OAuthTokens, grant_name
from backend.domain.sender_profile import SenderProfile
from backend.ports import Clock, SecretStore

_PATIENCE_S = 60.0  # another program refreshes, within its own limit
_LATER = {"temporarily_unavailable", "server_error", "invalid_response"}


class AccessTokens:
    """The tokens of this process; programs that share a data folder refresh one after the other."""

    def __init__(
        self, secrets: SecretStore, lock: Path, clock: Clock, open_server: Callable[[str], TokenServer | None]
    ) -> None:
        self._secrets = secrets
        self._lock = lock
        self._clock = clock
        self._open_server = open_server
        self._tokens: dict[tuple[str, str, str], OAuthTokens] = {}

    def keep(self, user: str, provider_id: str, tokens: OAuthTokens) -> None:
        """Keep a permission, instead of the one there was; raises SecretsUnavailableError, StorageError."""
        with hold(self._lock, timeout_s=_PATIENCE_S):
            self._write(user, provider_id, tokens)
            self._tokens.clear()

    def forget(self, user: str) -> tuple[str, str]:
        """Forget a permission, and return provider and refresh token for the provider to forget as well."""
        with hold(self._lock, timeout_s=_PATIENCE_S):
            known = self._read(user)
            self._secrets.delete(grant_name(user))
            self._tokens.clear()
        return known

    def access_token(self, sender: SenderProfile, *, renew: bool) -> str:
        """Return a token that lasts; `renew` where the server refuses the one it got.

        Raises MailFailure: AUTHORIZATION_EXPIRED where the user must sign in again, else a temporary one;
        SecretsUnavailableError, StorageError.
        """
        # A user who has signed in anew, be it in another program, has another secret version.
        key = (sender.user.casefold(), sender.oauth_provider, sender.secret_version)
        refused = self._tokens.get(key)
        if refused and not renew and refused.is_good_at(self._clock.now()):
            return refused.access_token
        with hold(self._lock, timeout_s=_PATIENCE_S):
            known = self._tokens.get(key)
            if known is None or known is refused:
                known = self._tokens[key] = self._refreshed(sender)
        return known.access_token

    def _refreshed(self, sender: SenderProfile) -> OAuthTokens:
        provider_id, refresh_token = self._read(sender.user)
        server = self._open_server(sender.oauth_provider)
        # A token of one provider is never shown to another.
        if not refresh_token or provider_id != sender.oauth_provider or server is None:
            raise MailFailure(MailCause.AUTHORIZATION_EXPIRED, sender.host, sender.port)
        host = urlsplit(server.registration.provider.token_url).hostname or ""
        try:
            tokens = server.refresh(refresh_token)
        except ProviderRefusalError as refusal:
            later = refusal.code in _LATER
            cause = MailCause.LOGIN_UNAVAILABLE if later else MailCause.AUTHORIZATION_EXPIRED
            raise MailFailure(cause, host, 443, reply=refusal.detail) from None
        except ProviderBusyError:
            raise MailFailure(MailCause.LOGIN_UNAVAILABLE, host, 443) from None
        except UnreachableError as trouble:
            _raise_unreachable(trouble.error, host)
        if tokens.refresh_token != refresh_token:
            self._write(sender.user, provider_id, tokens)
        return tokens

    def _read(self, user: str) -> tuple[str, str]:
        provider_id, _, refresh_token = (self._secrets.get(grant_name(user)) or "").partition(" ")
        return provider_id, refresh_token

    def _write(self, user: str, provider_id: str, tokens: OAuthTokens) -> None:
        self._secrets.set(grant_name(user), f"{provider_id} {tokens.refresh_token}")


def _raise_unreachable(error: Exception, host: str) -> NoReturn:
    if isinstance(error, ssl.SSLCertVerificationError):
        raise MailFailure(handshake_cause(error), host, 443) from None
    cause = MailCause.NAME_NOT_FOUND if isinstance(error, socket.gaierror) else MailCause.NO_ANSWER
    raise MailFailure(cause, host, 443) from None
