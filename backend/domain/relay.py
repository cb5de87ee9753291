"""The managed relay of an installation (PRODUCT B4): a reseller's or company's server, which assigns the sender."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass, replace

from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile

SHOP = "{shop}"
_LONGEST_LOCAL_PART = 64  # RFC 5321 4.5.3.1.1


@dataclass(frozen=True, slots=True)
class Relay:
    """What `relay.toml` says; `password_mark` changes with the password, which is kept elsewhere."""

    host: str
    port: int
    security: ConnectionSecurity
    account: str
    sender: str  # `{shop}@tickets.example`, or one address for all
    password_mark: str = ""

    @property
    def version(self) -> str:
        """Return the SHA-256 of all that a test with this relay proves."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def address_for(self, shop: str) -> str:
        """Return the From address that is assigned to a shop of this name."""
        local, _, domain = self.sender.partition("@")
        free = _LONGEST_LOCAL_PART - len(local) + len(SHOP)
        return f"{local.replace(SHOP, _address_part(shop)[:free].strip('-') or 'shop')}@{domain}"

    def sender_for(self, profile: SenderProfile, shop: str) -> SenderProfile:
        """Return the sender that the relay knows instead of the user, who gets the answers (Reply-To)."""
        return replace(
            profile,
            email=self.address_for(shop),
            name=profile.name or shop,
            host=self.host,
            port=self.port,
            security=self.security,
            username=self.account,
            authentication=Authentication.PASSWORD,
            pinned_certificate="",
        )


def _address_part(name: str) -> str:
    """Return a name as small letters, digits and hyphens: CAFÉ D'ART becomes cafe-d-art."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
