"""The mail providers that Facteur knows: its own file, and an administrator's in `providers/` of the data folder.

Both have the form of `provider_files/providers.schema.json`. An administrator's entry comes first, and replaces one of
the same id. A file of his that can't be used is left out, and said.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from backend.domain.found_server import FoundServer, SearchOutcome, ServerSearch, find_listed
from backend.domain.mail_provider import (
    Advice,
    MailProvider,
    ProviderFileFault,
    ServerPort,
    SignIn,
    UsernameForm,
)
from backend.domain.sender_profile import ConnectionSecurity

Search = Callable[[str, Sequence[MailProvider]], ServerSearch]
Signature = tuple[tuple[str, int, int], ...]

FILE_MAX_BYTES = 1_000_000
FILES_MAX = 100
_SHIPPED = Path(__file__).parent / "provider_files"
_log = logging.getLogger(__name__)


class FolderProviderDirectory:
    """ports.ProviderDirectory; without a `search` nothing is looked up outside of this PC."""

    def __init__(self, folder: Path, search: Search | None = None) -> None:
        self._folder = folder
        self._search = search
        self._lock = threading.Lock()
        self._read: tuple[Signature, _Files] | None = None

    def providers(self) -> Sequence[MailProvider]:
        """Return every provider, the administrator's first."""
        return self._files().providers

    def faults(self) -> Sequence[ProviderFileFault]:
        """Return the administrator's files that were left out."""
        return self._files().faults

    def find(self, address: str) -> FoundServer | None:
        """Return the server for an address of a listed provider, from the files alone."""
        return find_listed(address, self.providers())

    def discover(self, address: str) -> ServerSearch:
        """Return the server for an address: from the files, else from outside."""
        if found := self.find(address):
            return ServerSearch.of(found)
        if self._search is None:
            return ServerSearch(SearchOutcome.NOT_SEARCHED)
        return self._search(address, self.providers())

    def _files(self) -> _Files:
        """Return what the files hold; they are read again when one has changed."""
        paths = self._paths()
        signature = tuple(_signature(path) for path in paths)
        with self._lock:
            if self._read is None or self._read[0] != signature:
                self._read = signature, read_files(paths)
            return self._read[1]

    def _paths(self) -> list[Path]:
        try:
            return sorted(path for path in self._folder.glob("*.json") if path.is_file())[:FILES_MAX]
        except OSError:
            return []


@dataclass(frozen=True, slots=True)
class _Files:
    providers: tuple[MailProvider, ...]
    faults: tuple[ProviderFileFault, ...]


class _FaultError(Exception):
    def __init__(self, reason: str, where: str = "", value: object = "") -> None:
        super().__init__(reason)
        self.reason, self.where, self.value = reason, where, str(value)[:80]


@cache
def shipped_providers() -> tuple[MailProvider, ...]:
    """Return the providers of Facteur's own file; the tests hold it against the schema."""
    entries = json.loads((_SHIPPED / "providers.json").read_bytes())["providers"]
    return tuple(_provider(entry, is_shipped=True) for entry in entries)


def read_files(paths: Iterable[Path]) -> _Files:
    """Read the administrator's files, in the order of their names, before Facteur's own."""
    providers: dict[str, MailProvider] = {}
    faults: list[ProviderFileFault] = []
    for path in paths:
        try:
            read = _read_file(path)
            if known := next((each.id for each in read if each.id in providers), ""):
                raise _FaultError("duplicate", "id", known)  # noqa: TRY301 - the same way out as for any fault
        except _FaultError as error:
            faults.append(ProviderFileFault(path.name, error.reason, error.where, error.value))
            _log.warning("provider file %s left out: %s %s", path.name, error.reason, error.where)
        else:
            providers.update((each.id, each) for each in read)
    for each in shipped_providers():
        providers.setdefault(each.id, each)
    return _Files(tuple(providers.values()), tuple(faults))


def _read_file(path: Path) -> list[MailProvider]:
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise _FaultError("unreadable", "", error.strerror or "") from error
    if len(raw) > FILE_MAX_BYTES:
        raise _FaultError("too_big")
    try:
        value = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _FaultError("encoding") from error
    except json.JSONDecodeError as error:
        raise _FaultError("json", str(error.lineno), error.msg) from error
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, brackets 100,000 deep
        raise _FaultError("json", "1") from error
    _check(value)
    providers = [_provider(entry, is_shipped=False) for entry in value["providers"]]
    ids = [each.id for each in providers]
    if doubled := next((each for each in ids if ids.count(each) > 1), ""):
        raise _FaultError("duplicate", "id", doubled)
    return providers


def _check(value: object) -> None:
    """Hold a file's value against the schema; raises for its first fault."""
    from jsonschema import Draft202012Validator  # only where an administrator has files of his own
    from jsonschema.exceptions import best_match

    schema = json.loads((_SHIPPED / "providers.schema.json").read_bytes())
    fault = best_match(Draft202012Validator(schema).iter_errors(value))
    if fault is None:
        return
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in fault.absolute_path)
    if fault.validator == "required":
        missing = next(key for key in fault.validator_value if key not in fault.instance)
        raise _FaultError("missing", f"{place}.{missing}".lstrip("."))
    if fault.validator == "additionalProperties":
        unknown = next(key for key in fault.instance if key not in fault.schema["properties"])
        raise _FaultError("unknown_field", f"{place}.{unknown}".lstrip("."))
    raise _FaultError(
        "wrong_value", place.lstrip("."), fault.instance if isinstance(fault.instance, (str, int, float)) else ""
    )


def _provider(entry: Mapping[str, Any], *, is_shipped: bool) -> MailProvider:
    return MailProvider(
        id=entry["id"],
        name=entry["name"],
        host=entry["host"],
        port=entry["port"],
        security=ConnectionSecurity(entry["security"]),
        domains=tuple(entry.get("domains", ())),
        mx=tuple(entry.get("mx", ())),
        hosts=tuple(entry.get("hosts", ())),
        fallbacks=tuple(_fallback(each) for each in entry.get("fallbacks", ())),
        username=UsernameForm(entry.get("username", UsernameForm.ADDRESS)),
        sign_in=tuple(SignIn(each) for each in entry.get("sign_in", (SignIn.PASSWORD,))),
        oauth_provider=entry.get("oauth_provider", ""),
        advice={
            language: Advice(each["text"], each.get("url", "")) for language, each in entry.get("advice", {}).items()
        },
        size_limit_mb=entry.get("size_limit_mb", 0),
        is_shipped=is_shipped,
    )


def _fallback(entry: Mapping[str, Any]) -> ServerPort:
    return ServerPort(entry["port"], ConnectionSecurity(entry["security"]), entry.get("host", ""))


def _signature(path: Path) -> tuple[str, int, int]:
    try:
        state = path.stat()
    except OSError:
        return path.name, 0, 0
    return path.name, state.st_mtime_ns, state.st_size
