"""Signing in (RFC 4954): one mechanism, one attempt, in UTF-8."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from backend.adapters.mail.smtp_replies import RefusalError, Reply
from backend.adapters.mail.smtp_wire import Wire
from backend.domain.mail_failure import MailCause

_OAUTH_MECHANISMS = {"XOAUTH2", "OAUTHBEARER"}


def choose_mechanism(offered: str) -> str:
    """Return PLAIN where it is offered, else LOGIN; raises RefusalError where a password isn't taken at all."""
    mechanisms = offered.upper().split()
    for mechanism in SIGN_IN:
        if mechanism in mechanisms:
            return mechanism
    if _OAUTH_MECHANISMS.intersection(mechanisms):
        raise RefusalError(MailCause.PASSWORD_LOGIN_RETIRED)
    raise RefusalError(MailCause.LOGIN_NOT_OFFERED, detail=" ".join(mechanisms))


def _plain(wire: Wire, username: str, password: str) -> Reply:
    """RFC 4616; smtplib would refuse a password that isn't ASCII."""
    return wire.ask(f"AUTH PLAIN {_base64(f'{chr(0)}{username}{chr(0)}{password}')}", shown="AUTH PLAIN …")


def _login(wire: Wire, username: str, password: str) -> Reply:
    """Answer two questions, as Microsoft's old servers ask them (no RFC)."""
    reply = wire.ask("AUTH LOGIN")
    for secret in (username, password):
        if reply.code != 334:
            break
        reply = wire.ask(_base64(secret), shown="…")
    return reply


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


SIGN_IN: Mapping[str, Callable[[Wire, str, str], Reply]] = {"PLAIN": _plain, "LOGIN": _login}
