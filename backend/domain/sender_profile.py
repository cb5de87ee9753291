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
    secret_version: str = ""
    delivery_notification: bool = False
    read_receipt: bool = False
    priority: Priority = Priority.NORMAL
    tested_fingerprint: str = ""
    tested_at: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of everything a test proves: any change to it closes the gate."""
        values = asdict(self)
        for name in ("tested_fingerprint", "tested_at", "delivery_notification", "read_receipt", "priority"):
            del values[name]
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    @property
    def gate_is_open(self) -> bool:
        """Tell whether exactly these settings have sent a test mail."""
        return bool(self.tested_fingerprint) and self.tested_fingerprint == self.fingerprint

    def tested(self, at: datetime) -> SenderProfile:
        """Return the profile with its gate open."""
        return replace(self, tested_fingerprint=self.fingerprint, tested_at=at)
