"""What a directory of mail providers promises (`ports.ProviderDirectory`), held by the files and by the fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.adapters.mail.providers import FolderProviderDirectory
from backend.domain.found_server import FoundIn, FoundServer, SearchOutcome, ServerSearch
from backend.domain.mail_provider import by_host
from backend.domain.sender_profile import ConnectionSecurity
from backend.ports import ProviderDirectory
from tests.fake_providers import A_PROVIDER, MemoryProviderDirectory

OWN = "marie@brico.example"
OUTSIDE = ServerSearch.of(
    FoundServer(OWN, "mail.brico.example", 465, ConnectionSecurity.TLS, (OWN,), FoundIn.AUTOCONFIG)
)


def folder_directory(folder: Path, outside: ServerSearch) -> FolderProviderDirectory:
    folder.mkdir()
    entry = {
        "id": A_PROVIDER.id,
        "name": A_PROVIDER.name,
        "host": A_PROVIDER.host,
        "port": A_PROVIDER.port,
        "security": A_PROVIDER.security.value,
        "domains": list(A_PROVIDER.domains),
        "username": A_PROVIDER.username.value,
        "sign_in": [each.value for each in A_PROVIDER.sign_in],
        "advice": {language: {"text": advice.text} for language, advice in A_PROVIDER.advice.items()},
    }
    (folder / "mine.json").write_text(json.dumps({"providers": [entry]}), "utf-8")
    return FolderProviderDirectory(folder, lambda _address, _providers: outside)


def memory_directory(_folder: Path, outside: ServerSearch) -> MemoryProviderDirectory:
    directory = MemoryProviderDirectory()
    directory.outside = outside
    return directory


@pytest.fixture(params=[folder_directory, memory_directory])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[ServerSearch], ProviderDirectory]:
    return lambda outside: request.param(tmp_path / "providers", outside)


def test_a_listed_provider_is_found_by_address_and_by_server(
    make: Callable[[ServerSearch], ProviderDirectory],
) -> None:
    directory = make(OUTSIDE)
    found = directory.find("marie@FOURNIL.example")
    assert found is not None
    assert found.provider == A_PROVIDER
    assert (found.host, found.port, found.username) == ("smtp.fournil.example", 465, "marie")
    assert by_host("smtp.fournil.example", directory.providers()) == A_PROVIDER
    assert directory.faults() in ([], ())


def test_a_listed_provider_needs_no_search(make: Callable[[ServerSearch], ProviderDirectory]) -> None:
    search = make(OUTSIDE).discover("marie@fournil.example")
    assert search.outcome is SearchOutcome.FOUND
    assert search.found is not None
    assert search.found.source is FoundIn.PROVIDER_FILE


def test_an_own_domain_is_found_outside_only(make: Callable[[ServerSearch], ProviderDirectory]) -> None:
    directory = make(OUTSIDE)
    assert directory.find(OWN) is None
    assert directory.discover(OWN) == OUTSIDE


def test_a_search_may_end_without_a_server(make: Callable[[ServerSearch], ProviderDirectory]) -> None:
    search = make(ServerSearch(SearchOutcome.OFFLINE)).discover(OWN)
    assert (search.outcome, search.found) == (SearchOutcome.OFFLINE, None)
