"""One sign-in, in a thread of its own: until the user has said yes or no, gives up, or time is up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from backend.adapters.mail.oauth_browser import has_browser, open_browser
from backend.adapters.mail.oauth_device import wait_for_tokens
from backend.adapters.mail.oauth_https import UnreachableError
from backend.adapters.mail.oauth_loopback import RedirectPort
from backend.adapters.mail.oauth_protocol import (
    Authorization,
    ForgedAnswerError,
    ProviderBusyError,
    ProviderRefusalError,
    TokenServer,
)
from backend.domain.errors import FacteurError
from backend.domain.oauth import (
    AnswerTexts,
    OAuthSignInError,
    OAuthTokens,
    SignInState,
    SignInStep,
    SignInWay,
)

_log = logging.getLogger(__name__)
_REASONS = {
    "access_denied": "denied",
    "expired_token": "time_up",
    "insufficient_scope": "scope_missing",
    "invalid_client": "client_refused",
    "unauthorized_client": "client_refused",
    "invalid_scope": "client_refused",
    "server_error": "busy",
    "temporarily_unavailable": "busy",
}


@dataclass(frozen=True, slots=True)
class Browser:
    """How the system's browser is found and opened."""

    is_there: Callable[[], bool] = has_browser
    open: Callable[[str], bool] = open_browser


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """How long a user may take in the browser, and one request to the provider, in seconds."""

    user_s: float = 300.0
    request_s: float = 20.0
    slower_s: float = 5.0  # RFC 8628 3.5


class SignInAttempt:
    """A sign-in under way; `keep` gets the tokens, once, unless it was cancelled before they came."""

    def __init__(
        self,
        server: TokenServer,
        way: SignInWay,
        browser: Browser,
        limits: SignInLimits,
        keep: Callable[[OAuthTokens], None],
    ) -> None:
        self._server = server
        self._browser = browser
        self._limits = limits
        self._keep = keep
        self._cancelled = threading.Event()
        self._change = threading.Lock()
        self._is_keeping = False
        self._state = SignInState(SignInStep.WAITING, server.registration.provider.id, way)

    @property
    def state(self) -> SignInState:
        """Return how far it is."""
        return self._state

    def start(self, email: str, texts: AnswerTexts) -> None:
        """Begin; the address of the browser is known from now on, a device code a moment later."""
        if self._state.way is SignInWay.DEVICE_CODE:
            self._run_beside(self._by_device_code)
            return
        registration = self._server.registration
        port = RedirectPort(registration.provider, texts)
        authorization = Authorization(registration, port.redirect_uri, email)
        ends_at = self._server.clock.now() + timedelta(seconds=self._limits.user_s)
        self._state = replace(self._state, url=authorization.url, ends_at=ends_at)
        self._run_beside(lambda: self._by_browser(port, authorization))
        # Some browsers return when they are closed.
        threading.Thread(target=self._browser.open, args=(authorization.url,), name="browser", daemon=True).start()

    def cancel(self) -> None:
        """Give up waiting; what is being kept already is kept."""
        with self._change:
            self._cancelled.set()
            if self._state.step is SignInStep.WAITING and not self._is_keeping:
                self._state = replace(self._state, step=SignInStep.CANCELLED)

    def _by_browser(self, port: RedirectPort, authorization: Authorization) -> OAuthTokens | None:
        ends = time.monotonic() + self._limits.user_s
        code = port.take_answer(
            authorization.read_answer, lambda: time.monotonic() < ends and not self._cancelled.is_set()
        )
        return self._server.exchange(authorization, code) if code else None

    def _by_device_code(self) -> OAuthTokens | None:
        code = self._server.ask_device_code()
        with self._change:
            self._state = replace(self._state, url=code.url, user_code=code.user_code, ends_at=code.ends_at)
        ends = time.monotonic() + (code.ends_at - self._server.clock.now()).total_seconds()

        def may_go_on_after(seconds: float) -> bool:
            return not self._cancelled.wait(seconds) and time.monotonic() < ends

        return wait_for_tokens(self._server, code, may_go_on_after, self._limits.slower_s)

    def _run_beside(self, work: Callable[[], OAuthTokens | None]) -> None:
        threading.Thread(target=self._run, args=(work,), name="oauth-sign-in", daemon=True).start()

    def _run(self, work: Callable[[], OAuthTokens | None]) -> None:
        failure: FacteurError | None = None
        try:
            self._finish(work())
        except FacteurError as error:
            failure = error
        except (ProviderRefusalError, ProviderBusyError, UnreachableError, ForgedAnswerError) as error:
            failure = self._explained(error)
        except Exception:  # noqa: BLE001 - a thread that dies silently would leave its page waiting for ever
            _log.exception("unforeseen failure of a sign-in")
            failure = FacteurError()
        with self._change:
            if self._state.step is SignInStep.WAITING:
                step = SignInStep.FAILED if failure else SignInStep.DONE
                self._state = replace(self._state, step=step, failure=failure)

    def _finish(self, tokens: OAuthTokens | None) -> None:
        with self._change:
            if self._state.step is not SignInStep.WAITING:
                return
            self._is_keeping = True
        if tokens is None:
            raise self._failure("time_up")
        if not tokens.refresh_token:
            raise self._failure("no_refresh_token")
        self._keep(tokens)

    def _explained(self, error: Exception) -> OAuthSignInError:
        if isinstance(error, ProviderRefusalError):
            return self._failure(_REASONS.get(error.code, "refused"), error.detail)
        if isinstance(error, UnreachableError):
            return self._failure("unreachable", urlsplit(self._server.registration.provider.token_url).hostname or "")
        return self._failure("busy" if isinstance(error, ProviderBusyError) else "forged")

    def _failure(self, reason: str, detail: str = "") -> OAuthSignInError:
        return OAuthSignInError(self._server.registration.provider.name, reason, detail)
