"""Save how a user's mail leaves; any change closes the gate until the next test (PRODUCT B6, B7)."""

from __future__ import annotations

import secrets
from dataclasses import replace

from backend.domain.email_address import parse_address
from backend.domain.errors import InvalidInputError
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile, SendingMode
from backend.ports import Services


def save_sender_profile(profile: SenderProfile, password: str | None, services: Services) -> SenderProfile:
    """Check and save; `password` None keeps the one there is, "" forgets it; with OAuth2 it is no matter.

    Whoever goes back to a password takes back what his provider allowed. The gate stays open only where nothing that a
    test proves has changed. Raises InvalidInputError, SecretsUnavailableError.
    """
    known = services.settings.sender_profile(profile.user)
    checked = checked_profile(profile)
    was_oauth2 = known is not None and known.authentication is Authentication.OAUTH2
    if was_oauth2 and profile.authentication is Authentication.PASSWORD:
        services.oauth.forget(profile.user)
        version = _keep_password(profile.user, password or "", None, services)
    elif password is None or profile.authentication is Authentication.OAUTH2:
        version = known.secret_version if known else ""
    else:
        version = _keep_password(profile.user, password, known, services)
    saved = replace(
        checked,
        secret_version=version,
        tested_fingerprint=known.tested_fingerprint if known else "",
        tested_at=known.tested_at if known else None,
        tested_unseen=known.tested_unseen if known else "",
    )
    services.settings.save_sender_profile(saved)
    return saved


def password_name(user: str) -> str:
    """Return the name of a user's password in the secret store."""
    return f"sender/{user.casefold()}"


def checked_profile(profile: SenderProfile) -> SenderProfile:
    """Return the profile with its address and server in order; raises InvalidInputError naming the field."""
    email = parse_address(profile.email)
    if any(ord(character) < 32 for character in profile.name):
        raise InvalidInputError("name", "control_character", profile.name)
    if profile.mode is not SendingMode.SMTP:
        return replace(profile, email=email)
    host = profile.host.strip().rstrip(".").lower()
    if not host or any(character.isspace() or character in "/@" for character in host):
        raise InvalidInputError("host", "host", profile.host)
    if not 1 <= profile.port <= 65535:
        raise InvalidInputError("port", "port", str(profile.port))
    if profile.security is ConnectionSecurity.NONE and profile.signs_in_as:
        raise InvalidInputError("security", "password_in_clear", profile.signs_in_as)
    return replace(profile, email=email, host=host, username=profile.username.strip())


def _keep_password(user: str, password: str, known: SenderProfile | None, services: Services) -> str:
    """Keep a password; its version changes only when it does, so that saving it again leaves the gate alone."""
    name = password_name(user)
    if not password:
        if known and known.secret_version:  # else no store is needed: there may be none on this PC
            services.secrets.delete(name)
        return ""
    if known and known.secret_version and services.secrets.get(name) == password:
        return known.secret_version
    services.secrets.set(name, password)
    return secrets.token_hex(8)
