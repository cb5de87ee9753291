from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.adapters.secrets.choose import keep_unprotected, keep_with_passphrase
from backend.adapters.secrets.os_keyring import LONGEST_IN_KEYRING, OsKeyring
from backend.ports import SecretStore
from tests.fake_keyring import DictKeyring
from tests.fake_settings import MemorySecretStore

STORES: dict[str, Callable[[Path], SecretStore]] = {
    "memory": lambda folder: MemorySecretStore(),
    "keyring": lambda folder: OsKeyring(DictKeyring(), "Facteur/test", folder / "long.sealed"),
    "passphrase": lambda folder: keep_with_passphrase(folder, "mot de passe"),
    "unprotected": keep_unprotected,
}
VALUES = ["x", "mot de passe à retenir", "=égal", ">", "x" * LONGEST_IN_KEYRING, "y" * (LONGEST_IN_KEYRING + 1)]


@pytest.fixture(params=list(STORES))
def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    return STORES[request.param](tmp_path)


def test_an_unknown_secret_is_none(secrets: SecretStore) -> None:
    assert secrets.get("sender/zoé") is None


@pytest.mark.parametrize("value", VALUES)
def test_a_secret_is_kept_as_it_is(secrets: SecretStore, value: str) -> None:
    secrets.set("sender/zoé", value)
    assert secrets.get("sender/zoé") == value
    assert secrets.get("sender/paul") is None


@pytest.mark.parametrize("before", VALUES)
@pytest.mark.parametrize("after", ["court", "z" * 5000])
def test_setting_again_replaces(secrets: SecretStore, before: str, after: str) -> None:
    secrets.set("a", before)
    secrets.set("b", before)
    secrets.set("a", after)
    assert (secrets.get("a"), secrets.get("b")) == (after, before)


@pytest.mark.parametrize("value", VALUES)
def test_a_deleted_secret_is_gone_and_can_be_deleted_again(secrets: SecretStore, value: str) -> None:
    secrets.set("a", value)
    secrets.set("b", value)
    for _ in range(2):
        secrets.delete("a")
    assert (secrets.get("a"), secrets.get("b")) == (None, value)


def test_the_store_says_where_secrets_are_kept(secrets: SecretStore) -> None:
    assert secrets.describe() in {"keyring", "passphrase", "unprotected"}
