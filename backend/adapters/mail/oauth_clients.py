"""The providers that Facteur knows, and the clients that `oauth_clients.toml` registers there."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from backend.adapters.atomic_file import read_patiently
from backend.domain.errors import StorageError
from backend.domain.oauth import LOOPBACK_HOSTS, OAuthClient, OAuthProvider, OAuthRegistration

CLIENTS_FILE = "oauth_clients.toml"
# `common` takes accounts of companies and of persons alike. The way back is registered as http://localhost: any port.
MICROSOFT = OAuthProvider(
    id="microsoft",
    name="Microsoft",
    authorize_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",  # noqa: S106 - an address
    device_url="https://login.microsoftonline.com/common/oauth2/v2.0/devicecode",
    scope="https://outlook.office.com/SMTP.Send offline_access",
    redirect_host="localhost",
)
# SMTP needs this scope, and Google's device codes don't give it. Without `consent` there is no second refresh token.
GOOGLE = OAuthProvider(
    id="google",
    name="Google",
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
    revoke_url="https://oauth2.googleapis.com/revoke",
    scope="https://mail.google.com/",
    authorize_extras=(("access_type", "offline"), ("prompt", "consent")),
)
KNOWN_PROVIDERS = (MICROSOFT, GOOGLE)
_ID = re.compile("[a-z0-9][a-z0-9_]{0,39}")  # as in the provider files
_ADDRESSES = ("authorize_url", "token_url", "device_url", "revoke_url")
_OF_PROVIDER = {field.name for field in fields(OAuthProvider)} - {"id", "authorize_extras"}
_OF_CLIENT = {field.name for field in fields(OAuthClient)}


class ClientsFileError(Exception):
    """A file of clients is not as it should be: these words are for whoever wrote it."""


class OAuthClients:
    """Clients by provider, read anew whenever asked: a file that is put there needs no new start."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Look into each folder; what the first says of a provider counts."""
        self._files = [folder / CLIENTS_FILE for folder in folders]

    def providers(self) -> list[OAuthProvider]:
        """Return the known providers and those of the files, with a client or without; a bad file adds none."""
        found = {provider.id: provider for provider in KNOWN_PROVIDERS}
        with contextlib.suppress(ClientsFileError):
            found |= {name: registration.provider for name, registration in self._registrations().items()}
        return list(found.values())

    def find(self, provider_id: str) -> OAuthRegistration | None:
        """Return provider and client, None where nobody has registered one; raises ClientsFileError."""
        return self._registrations().get(provider_id)

    def _registrations(self) -> dict[str, OAuthRegistration]:
        found: dict[str, OAuthRegistration] = {}
        for file in reversed(self._files):
            found |= _read(file)
        return found


def _read(file: Path) -> dict[str, OAuthRegistration]:
    try:
        tables = tomllib.loads(read_patiently(file).decode("utf-8"))
        return {name: _registration(name, table) for name, table in tables.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, StorageError, ClientsFileError) as error:
        raise ClientsFileError(f"{file}: {error}") from None


def _registration(name: str, table: object) -> OAuthRegistration:
    if not _ID.fullmatch(name):
        raise ClientsFileError(f"{name}: use small letters, digits and _ for the name of a provider")
    if not isinstance(table, Mapping):
        raise ClientsFileError(f"{name}: put it under the name of a provider, as in [microsoft]")
    values = {key: _text(f"{name}.{key}", value) for key, value in table.items()}
    if strange := sorted(set(values) - _OF_PROVIDER - _OF_CLIENT):
        raise ClientsFileError(f"{name}: unknown {', '.join(strange)}")
    if not values.get("client_id"):
        raise ClientsFileError(f"{name}: client_id is missing")
    client = OAuthClient(values["client_id"], values.get("client_secret", ""))
    return OAuthRegistration(_provider(name, {k: v for k, v in values.items() if k in _OF_PROVIDER}), client)


def _provider(name: str, values: Mapping[str, Any]) -> OAuthProvider:
    known = next((provider for provider in KNOWN_PROVIDERS if provider.id == name), None)
    provider = replace(known or OAuthProvider(name, name, "", "", ""), **values)
    for field in ("authorize_url", "token_url", "scope"):
        if not getattr(provider, field):
            raise ClientsFileError(f"{name}: {field} is missing")
    for field in _ADDRESSES:
        address = getattr(provider, field)
        if address and not address.startswith("https://"):
            raise ClientsFileError(f"{name}: {field} must begin with https://")
    if provider.redirect_host not in LOOPBACK_HOSTS:
        raise ClientsFileError(f"{name}: redirect_host must be {' or '.join(LOOPBACK_HOSTS)}")
    if provider.redirect_path and not provider.redirect_path.startswith("/"):
        raise ClientsFileError(f"{name}: redirect_path must begin with /")
    return provider


def _text(where: str, value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    raise ClientsFileError(f"{where} must be a text in quotation marks")
