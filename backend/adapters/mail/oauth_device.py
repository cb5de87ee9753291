"""A sign-in with a code that the user types in a browser elsewhere (RFC 8628)."""

from __future__ import annotations

from collections.abc import Callable

from backend.adapters.mail.oauth_https import UnreachableError
from backend.adapters.mail.oauth_protocol import DeviceCode, ProviderBusyError, ProviderRefusalError, TokenServer
from backend.domain.oauth import OAuthTokens


def wait_for_tokens(
    server: TokenServer, code: DeviceCode, may_go_on_after: Callable[[float], bool], slower_s: float
) -> OAuthTokens | None:
    """Ask until the user has typed the code; None once `may_go_on_after(seconds)`, which waits, says no.

    Every `slow_down`, and every failure to connect, makes the pauses longer by `slower_s` (3.5).
    Raises ProviderRefusalError (`access_denied`, `expired_token`...).
    """
    interval_s = code.interval_s
    while may_go_on_after(interval_s):
        try:
            return server.poll_device_code(code)
        except ProviderRefusalError as refusal:
            if refusal.code == "slow_down":
                interval_s += slower_s
            elif refusal.code != "authorization_pending":
                raise
        except (UnreachableError, ProviderBusyError):
            interval_s += slower_s
    return None
