"""How one user's mail leaves (Paramètres d'envoi), and the gate that its test opens (PRODUCT B6)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum


class ConnectionSecurity(StrEnum):
    """How the SMTP connection is encrypted; port 465 is TLS, 587 is STARTTLS (RFC 8314, 3207)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class SendingMode(StrEnum):
    """By which way this user's mail leaves."""

    SMTP = "smtp"
    MAIL_CLIENT = "mail_client"  # MAPI
    RELAY = "relay"


class Authentication(StrEnum):
    """How the sign-in at the SMTP server is proved."""

    PASSWORD = "password"  # noqa: S105 - a way, not a password
    OAUTH2 = "oauth2"


# Settings that the first release didn't know, "" or False by default: unset they don't count, so that a new version of
# Facteur leaves open what was tested with an older one.
_LATER = frozenset({"relay_version"})


class Priority(StrEnum):
    """X-Priority 5, 3, 1."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class SenderProfile:
    """One user's settings; the password is in the secret store, `secret_version` changes with it."""

    user: str
    email: str
    name: str = ""
    mode: SendingMode = SendingMode.SMTP
    host: str = ""
    port: int = 587
    security: ConnectionSecurity = ConnectionSecurity.STARTTLS
    username: str = ""
    authentication: Authentication = Authentication.PASSWORD
    oauth_provider: str = ""  # its id in the provider file, `microsoft`; "" without OAuth2
    pinned_certificate: str = ""  # SHA-256 (hex) of the one certificate accepted for a private host
    show_message: bool = False  # mail client: show its window before sending
    relay_version: str = ""  # managed relay: of the relay.toml in force
    secret_version: str = ""
    delivery_notification: bool = False
    read_receipt: bool = False
    priority: Priority = Priority.NORMAL
    tested_fingerprint: str = ""
    tested_at: datetime | None = None
    tested_size_limit: int = 0  # bytes of a mail that the server said it takes, 0 for no limit or an unknown one
    tested_unseen: str = ""  # fingerprint of a test handed to a mail program: a person must say whether it left

    @property
    def signs_in_as(self) -> str:
        """Return the name that the server is given, "" without a sign-in; with OAuth2 it is the address by default."""
        by_token = self.authentication is Authentication.OAUTH2
        return self.username or (self.email if by_token else "")

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of all settings: any change to them closes the gate."""
        values = {
            name: value
            for name, value in asdict(self).items()
            if not name.startswith("tested_") and (value or name not in _LATER)
        }
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    def has_settings_of(self, other: SenderProfile) -> bool:
        """Tell whether both send in the same way; what tests and sendings taught about the server does not count."""
        return self.fingerprint == other.fingerprint

    @property
    def gate_is_open(self) -> bool:
        """Tell whether exactly these settings have sent a test mail."""
        return bool(self.tested_fingerprint) and self.tested_fingerprint == self.fingerprint

    @property
    def awaits_confirmation(self) -> bool:
        """Tell whether the test of exactly these settings was handed over, and nobody has said yet whether it left."""
        return bool(self.tested_unseen) and self.tested_unseen == self.fingerprint

    def tested(self, at: datetime) -> SenderProfile:
        """Return the profile with its gate open."""
        return replace(self, tested_fingerprint=self.fingerprint, tested_at=at, tested_unseen="")

    def not_working(self) -> SenderProfile:
        """Return the profile with its gate closed."""
        return replace(self, tested_fingerprint="", tested_at=None, tested_unseen="")

    def handed_over(self) -> SenderProfile:
        """Return the profile as its test waits for a person's word; an open gate stays open until then."""
        return replace(self, tested_unseen=self.fingerprint)
