"""Secrets in files, and the choice between keyring, passphrase and neither."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.adapters.secrets.choose import (
    MARKER,
    SEALED,
    Keyrings,
    keep_unprotected,
    keep_with_passphrase,
    open_secret_store,
    read_choice,
)
from backend.adapters.secrets.encrypted_file import EncryptedFile, KeyInHand
from backend.adapters.secrets.os_keyring import LONGEST_IN_KEYRING, OsKeyring, find_backend
from backend.adapters.secrets.sealing import Sealing
from backend.domain.errors import SecretsUnavailableError, StorageError
from tests.fake_keyring import (
    BrokenKeyring,
    DictKeyring,
    ForgetfulKeyring,
    HangingKeyring,
    LockedKeyring,
)
from tests.fake_settings import MemorySecretStore

SECRET = "mot-de-passe-tres-rare"


def reason_of(action: Callable[[], object]) -> str:
    with pytest.raises(SecretsUnavailableError) as caught:
        action()
    return caught.value.reason


def keyrings(backend: DictKeyring) -> Keyrings:
    return Keyrings(
        lambda: find_backend(["SecretService"], load=lambda name: backend, limit_s=0.2), lambda name: backend
    )


def test_a_folder_without_a_choice_takes_a_keyring_that_works(tmp_path: Path) -> None:
    backend = DictKeyring()
    open_secret_store(tmp_path, keyrings=keyrings(backend)).set("a", SECRET)
    store = open_secret_store(tmp_path, keyrings=keyrings(backend))
    assert (store.describe(), store.get("a")) == ("keyring", SECRET)
    choice = read_choice(tmp_path)
    assert choice is not None
    assert (choice.store, choice.backend) == ("keyring", "SecretService")
    assert backend.entries == {(f"Facteur/{choice.folder_id}", "a"): f"={SECRET}"}  # the probe's entry is gone


def test_two_data_folders_do_not_share_their_secrets(tmp_path: Path) -> None:
    backend = DictKeyring()
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
        open_secret_store(folder, keyrings=keyrings(backend)).set("name", folder.name)
    kept = [open_secret_store(folder, keyrings=keyrings(backend)).get("name") for folder in folders]
    assert kept == ["a", "b"]


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        (LockedKeyring(), "locked"),
        (BrokenKeyring(), "none"),
        (ForgetfulKeyring(), "none"),
        (HangingKeyring(), "timeout"),
    ],
)
def test_without_a_keyring_that_works_a_person_must_choose(tmp_path: Path, backend: DictKeyring, reason: str) -> None:
    assert reason_of(lambda: open_secret_store(tmp_path, keyrings=keyrings(backend))) == reason
    assert read_choice(tmp_path) is None


def test_the_first_keyring_that_works_is_taken() -> None:
    backends = {"SecretService": BrokenKeyring(), "KWallet": DictKeyring()}
    assert find_backend(list(backends), load=backends.__getitem__) == "KWallet"


def test_a_locked_keyring_is_told_before_one_that_is_not_there() -> None:
    backends = {"SecretService": LockedKeyring(), "KWallet": BrokenKeyring()}
    assert reason_of(lambda: find_backend(list(backends), load=backends.__getitem__)) == "locked"


def test_a_keyring_that_is_locked_midway_is_said_at_each_use(tmp_path: Path) -> None:
    store = OsKeyring(LockedKeyring(), "Facteur/x", tmp_path / "long.sealed")
    assert reason_of(lambda: store.get("a")) == "locked"
    assert reason_of(lambda: store.set("a", "b")) == "locked"
    assert reason_of(lambda: store.delete("a")) == "locked"


def test_a_value_too_long_for_the_keyring_is_sealed_in_a_file(tmp_path: Path) -> None:
    backend = DictKeyring()
    long = SECRET * 100
    assert len(long) > LONGEST_IN_KEYRING
    OsKeyring(backend, "Facteur/x", tmp_path / "long.sealed").set("token", long)
    assert all(len(entry) <= LONGEST_IN_KEYRING for entry in backend.entries.values())
    assert SECRET.encode() not in (tmp_path / "long.sealed").read_bytes()
    assert OsKeyring(backend, "Facteur/x", tmp_path / "long.sealed").get("token") == long


def test_long_values_whose_key_is_gone_are_put_aside_by_the_next(tmp_path: Path) -> None:
    OsKeyring(DictKeyring(), "Facteur/x", tmp_path / "long.sealed").set("token", "x" * 2000)
    store = OsKeyring(DictKeyring(), "Facteur/x", tmp_path / "long.sealed")
    store.set("token", "y" * 2000)
    assert store.get("token") == "y" * 2000
    assert len(list(tmp_path.glob("long.sealed.damaged-*"))) == 1


def test_a_passphrase_opens_what_it_closed(tmp_path: Path) -> None:
    keep_with_passphrase(tmp_path, "ouvre-toi").set("a", SECRET)
    store = open_secret_store(tmp_path, lambda: "ouvre-toi")
    assert (store.describe(), store.get("a")) == ("passphrase", SECRET)


def test_a_wrong_passphrase_and_none_are_told_apart_and_asked_for_again(tmp_path: Path) -> None:
    keep_with_passphrase(tmp_path, "ouvre-toi").set("a", SECRET)
    answers = iter(["faux", "", "ouvre-toi"])
    store = open_secret_store(tmp_path, lambda: next(answers))
    assert reason_of(lambda: store.get("a")) == "passphrase_wrong"
    assert reason_of(lambda: store.get("a")) == "passphrase_needed"
    assert store.get("a") == SECRET
    assert store.get("a") == SECRET  # asked for once


def test_a_wrong_passphrase_changes_nothing(tmp_path: Path) -> None:
    keep_with_passphrase(tmp_path, "ouvre-toi").set("a", SECRET)
    before = (tmp_path / SEALED).read_bytes()
    store = open_secret_store(tmp_path, lambda: "faux")
    assert reason_of(lambda: store.set("a", "b")) == "passphrase_wrong"
    assert reason_of(lambda: store.delete("a")) == "passphrase_wrong"
    assert (tmp_path / SEALED).read_bytes() == before


def test_an_empty_passphrase_settles_nothing(tmp_path: Path) -> None:
    assert reason_of(lambda: keep_with_passphrase(tmp_path, "")) == "passphrase_needed"
    assert read_choice(tmp_path) is None


@pytest.mark.parametrize("settle", [keep_unprotected, lambda folder: keep_with_passphrase(folder, "x")])
def test_files_of_secrets_are_for_their_owner_only_and_hold_nothing_in_clear(
    tmp_path: Path, settle: Callable[[Path], EncryptedFile]
) -> None:
    settle(tmp_path).set("sender/zoé", SECRET)
    files = [path for path in tmp_path.iterdir() if path.suffix in {".sealed", ".key"}]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not [path for path in tmp_path.iterdir() if SECRET.encode() in path.read_bytes()]
    assert not [path for path in tmp_path.iterdir() if b"sender/zo" in path.read_bytes()]


def test_the_first_choice_stays(tmp_path: Path) -> None:
    keep_unprotected(tmp_path).set("a", SECRET)
    store = keep_with_passphrase(tmp_path, "ouvre-toi")
    assert (store.describe(), store.get("a")) == ("unprotected", SECRET)


def test_a_choice_that_a_crash_left_half_made_is_made_anew(tmp_path: Path) -> None:
    keep_with_passphrase(tmp_path, "ouvre-toi")
    (tmp_path / MARKER).unlink()
    keep_unprotected(tmp_path).set("a", SECRET)
    assert open_secret_store(tmp_path).get("a") == SECRET


def test_a_choice_of_a_later_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(json.dumps({"store": "smartcard", "folder_id": "x", "format": 2}), "utf-8")
    with pytest.raises(StorageError) as caught:
        open_secret_store(tmp_path)
    assert caught.value.reason == "too_new"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"header": {}, "sealed": 3}', b'{"header": {"n": 1}}'])
def test_a_damaged_file_is_said_when_read_and_put_aside_when_written(tmp_path: Path, content: bytes) -> None:
    keep_unprotected(tmp_path).set("a", SECRET)
    (tmp_path / SEALED).write_bytes(content)
    store = open_secret_store(tmp_path)
    with pytest.raises(StorageError) as caught:
        store.get("a")
    assert caught.value.reason == "damaged"
    store.set("a", "neuf")
    assert store.get("a") == "neuf"
    assert [path.read_bytes() for path in tmp_path.glob(f"{SEALED}.damaged-*")] == [content]


@pytest.mark.parametrize(("name", "value"), [("n", 2**30), ("kdf", "md5"), ("n", -1), ("format", 9)])
def test_a_header_that_was_altered_is_refused_before_it_costs_memory(tmp_path: Path, name: str, value: object) -> None:
    keep_with_passphrase(tmp_path, "x")
    document = json.loads((tmp_path / SEALED).read_bytes())
    document["header"][name] = value
    (tmp_path / SEALED).write_text(json.dumps(document), "utf-8")
    with pytest.raises(StorageError):
        open_secret_store(tmp_path, lambda: "x").get("a")


def test_the_header_is_authenticated_with_the_content(tmp_path: Path) -> None:
    keep_with_passphrase(tmp_path, "x").set("a", SECRET)
    document = json.loads((tmp_path / SEALED).read_bytes())
    document["header"]["n"] //= 2
    (tmp_path / SEALED).write_text(json.dumps(document), "utf-8")
    assert reason_of(lambda: open_secret_store(tmp_path, lambda: "x").get("a")) == "passphrase_wrong"


def test_stores_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    def keep(name: str) -> None:
        store = EncryptedFile(tmp_path / SEALED, KeyInHand(lambda: b"k" * 32), "unprotected")
        for number in range(20):
            store.set(f"{name}{number}", name)

    threads = [threading.Thread(target=keep, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = EncryptedFile(tmp_path / SEALED, KeyInHand(lambda: b"k" * 32), "unprotected")
    assert all(store.get(f"{name}{number}") == name for name in "abc" for number in range(20))


def test_sealing_makes_its_key_once_even_when_two_begin_together(tmp_path: Path) -> None:
    secrets = MemorySecretStore()
    sealings = [Sealing(secrets, "outbox-key", tmp_path) for _ in range(4)]
    sealed: list[bytes] = []
    threads = [threading.Thread(target=lambda each=each: sealed.append(each.seal(b"x", b"id"))) for each in sealings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(sealed)) == 4  # each with a nonce of its own
    assert [Sealing(secrets, "outbox-key", tmp_path).open(each, b"id") for each in sealed] == [b"x"] * 4


def test_sealed_bytes_open_only_unaltered_with_their_key_and_their_context(tmp_path: Path) -> None:
    sealing = Sealing(MemorySecretStore(), "outbox-key", tmp_path)
    sealed = sealing.seal(b"x", b"id")
    assert sealing.open(sealed, b"id") == b"x"
    other = Sealing(MemorySecretStore(), "outbox-key", tmp_path / "other")
    assert reason_of(lambda: other.open(sealed, b"id")) == "other_key"
    assert reason_of(lambda: sealing.open(sealed, b"other id")) == "other_key"
    assert reason_of(lambda: sealing.open(sealed[:-1] + b"\x00", b"id")) == "other_key"
    assert reason_of(lambda: sealing.open(b"", b"id")) == "other_key"


def test_a_locked_keyring_is_no_reason_to_make_a_new_key(tmp_path: Path) -> None:
    secrets = MemorySecretStore()
    secrets.unavailable = "locked"
    assert reason_of(lambda: Sealing(secrets, "outbox-key", tmp_path).seal(b"x", b"id")) == "locked"
    assert secrets.kept == {}
