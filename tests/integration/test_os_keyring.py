"""The keyring on a real Secret Service: open, locked, locked midway, without a collection, and none at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.children import server_folder
from tests.servers.secret_service import SecretService, running_secret_service

_PROGRAM = """
import sys
from pathlib import Path
from backend.adapters.secrets.choose import open_secret_store
from backend.domain.errors import SecretsUnavailableError
try:
    store = open_secret_store(Path({folder!r}))
    {work}
except SecretsUnavailableError as error:
    print(error.reason)
"""
KEEP = "store.set('sender/zoé', 'mot de passe'); store.set('token', 'x' * 5000); print(store.describe())"
READ = "print(store.get('sender/zoé') == 'mot de passe', store.get('token') == 'x' * 5000, store.get('other'))"
DELETE = "store.delete('sender/zoé'); store.delete('token'); print(store.get('sender/zoé'), store.get('token'))"


@pytest.fixture
def locked_midway() -> Iterator[SecretService]:
    """Give a keyring that a test may lock, as the shared one must stay open."""
    with server_folder() as folder, running_secret_service(folder) as running:
        yield running


def run(service: SecretService, folder: Path, work: str) -> str:
    done = service.run_python(_PROGRAM.format(folder=str(folder), work=work))
    assert done.stderr == ""
    return done.stdout.strip()


def test_secrets_are_kept_read_by_another_process_and_forgotten(secret_service: SecretService, tmp_path: Path) -> None:
    assert run(secret_service, tmp_path, KEEP) == "keyring"
    assert run(secret_service, tmp_path, READ) == "True True None"
    assert run(secret_service, tmp_path, DELETE) == "None None"
    assert not [path for path in tmp_path.iterdir() if b"mot de passe" in path.read_bytes()]


def test_a_locked_keyring_is_said_and_nothing_is_settled(locked_secret_service: SecretService, tmp_path: Path) -> None:
    assert run(locked_secret_service, tmp_path, KEEP) == "locked"
    assert not (tmp_path / "secrets.json").exists()


@pytest.mark.keyring_service
def test_a_keyring_locked_midway_is_said(tmp_path: Path, locked_midway: SecretService) -> None:
    assert run(locked_midway, tmp_path, KEEP) == "keyring"
    locked_midway.lock()
    assert run(locked_midway, tmp_path, READ) == "locked"


def test_a_keyring_without_a_collection_can_not_be_used_without_a_person(
    empty_secret_service: SecretService, tmp_path: Path
) -> None:
    assert run(empty_secret_service, tmp_path, KEEP) in {"locked", "none", "timeout"}
    assert not (tmp_path / "secrets.json").exists()


def test_no_keyring_is_said(no_secret_service: dict[str, str], tmp_path: Path) -> None:
    program = _PROGRAM.format(folder=str(tmp_path), work=KEEP)
    done = subprocess.run(
        [sys.executable, "-c", program], env=no_secret_service, capture_output=True, text=True, timeout=20, check=True
    )
    assert (done.stdout.strip(), done.stderr) == ("none", "")
