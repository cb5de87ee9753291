"""Signing in (RFC 4954): one mechanism, one attempt, in UTF-8; by password, or by an OAuth2 token (RFC 7628)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backend.adapters.mail.smtp_replies import RefusalError, Reply, Stage, cause_of
from backend.adapters.mail.smtp_wire import Wire
from backend.domain.mail_failure import MailCause

# RFC 4954 4: a longer command must wait for the challenge; tokens usually are longer.
_LINE_MAX = 512 - 2
# What servers say in their challenge of a token that has ended, or that they never saw (RFC 7628 3.2.2, Google).
_TOKEN_IS_OVER = {"invalid_token", "401"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in, and with what: a password, or an access token, which `renew` replaces when it is refused."""

    username: str = ""
    secret: str = field(default="", repr=False)
    renew: Callable[[], str] | None = field(default=None, repr=False)

    @property
    def is_token(self) -> bool:
        """Tell whether the secret is an access token."""
        return self.renew is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return everything that must not be seen, in the forms in which servers repeat it."""
        forms = [self.secret, f"\0{self.username}\0{self.secret}"]
        if self.is_token:
            forms += [_xoauth2(self.username, self.secret), _oauthbearer(self.username, self.secret)]
        return tuple(forms)


def choose_mechanism(offered: str, *, token: bool = False) -> str:
    """Return the mechanism: PLAIN before LOGIN, or for a token XOAUTH2 before OAUTHBEARER.

    Raises RefusalError where this kind of secret isn't taken at all.
    """
    mechanisms = offered.upper().split()
    for mechanism in SIGN_IN_BY_TOKEN if token else SIGN_IN:
        if mechanism in mechanisms:
            return mechanism
    if not token and set(SIGN_IN_BY_TOKEN).intersection(mechanisms):
        raise RefusalError(MailCause.PASSWORD_LOGIN_RETIRED)
    raise RefusalError(MailCause.LOGIN_NOT_OFFERED, detail=" ".join(mechanisms))


def sign_in_by_token(wire: Wire, mechanism: str, username: str, token: str) -> tuple[Reply, str]:
    """Show a token; return the reply, and what the server said of the token before it refused ("" for nothing)."""
    response, confession = SIGN_IN_BY_TOKEN[mechanism]
    encoded = _base64(response(username, token))
    command = f"AUTH {mechanism} {encoded}"
    if len(command) <= _LINE_MAX:
        reply = wire.ask(command, shown=f"AUTH {mechanism} …")
    else:
        reply = wire.ask(f"AUTH {mechanism}")
        if reply.code == 334:
            reply = wire.ask(encoded, shown="…")
    if reply.code != 334:
        return reply, ""
    return wire.ask(confession), _status(reply.text)


def token_refusal(reply: Reply, status: str) -> MailCause:
    """Return why a token was refused; passwords are no matter here."""
    cause = cause_of(reply, Stage.SIGN_IN)
    if cause in {MailCause.LOGIN_REFUSED, MailCause.PASSWORD_LOGIN_RETIRED}:
        return MailCause.AUTHORIZATION_EXPIRED if status in _TOKEN_IS_OVER else MailCause.LOGIN_REFUSED
    return cause


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


def _xoauth2(username: str, token: str) -> str:
    """Word it as Google and Microsoft document it (no RFC)."""
    return f"user={username}\1auth=Bearer {token}\1\1"


def _oauthbearer(username: str, token: str) -> str:
    """RFC 7628 3.1, RFC 5801 4: `=` and `,` of the name are written in hexadecimal."""
    name = username.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1auth=Bearer {token}\1\1"


def _status(challenge: str) -> str:
    """Return the status of a JSON challenge, "" where there is none."""
    try:
        said = json.loads(base64.b64decode(challenge))
    except (ValueError, binascii.Error):
        return ""
    return str(said.get("status", "")) if isinstance(said, dict) else ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


SIGN_IN: Mapping[str, Callable[[Wire, str, str], Reply]] = {"PLAIN": _plain, "LOGIN": _login}
# The response, and what is said to a challenge to get the refusal itself: an empty line, or ^A (RFC 7628 3.2.3).
SIGN_IN_BY_TOKEN: Mapping[str, tuple[Callable[[str, str], str], str]] = {
    "XOAUTH2": (_xoauth2, ""),
    "OAUTHBEARER": (_oauthbearer, "AQ=="),
}
