"""An administrator's own provider files: they come first, are read anew, and a bad one is left out and said."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.mail.providers import FILE_MAX_BYTES, FolderProviderDirectory, shipped_providers
from backend.bootstrap import open_services
from backend.domain.found_server import SearchOutcome
from backend.domain.mail_provider import ProviderFileFault
from backend.web.provider_messages import FILE_FAULTS

ENTRY = {"id": "fournil", "name": "Le Fournil", "host": "smtp.fournil.example", "port": 465, "security": "tls"}


def entry(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of an entry
    return ENTRY | {"domains": ["fournil.example"]} | changes


def put(folder: Path, name: str, *entries: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(json.dumps({"providers": entries}), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "providers"


def only_fault(folder: Path) -> ProviderFileFault:
    directory = FolderProviderDirectory(folder)
    assert len(directory.providers()) == len(shipped_providers())
    (fault,) = directory.faults()
    assert fault.reason in FILE_FAULTS
    return fault


def test_without_a_folder_there_is_the_shipped_list(folder: Path) -> None:
    directory = FolderProviderDirectory(folder)
    assert tuple(directory.providers()) == shipped_providers()
    assert directory.faults() == ()
    assert not folder.exists()


def test_an_own_file_adds_a_provider_before_the_others(folder: Path) -> None:
    put(folder, "fournil.json", entry(username="local_part", advice={"fr": {"text": "Demandez à Luc."}}))
    directory = FolderProviderDirectory(folder)
    first = directory.providers()[0]
    assert (first.id, first.is_shipped, first.advice_in("fr").text) == ("fournil", False, "Demandez à Luc.")
    found = directory.find("marie@fournil.example")
    assert found is not None
    assert found.username == "marie"


def test_an_own_entry_replaces_the_shipped_one_of_the_same_id(folder: Path) -> None:
    put(folder, "orange.json", entry(id="orange", host="relais.orange.example", domains=["orange.fr"]))
    directory = FolderProviderDirectory(folder)
    found = directory.find("a@orange.fr")
    assert found is not None
    assert found.host == "relais.orange.example"
    assert len(directory.providers()) == len(shipped_providers())


def test_a_domain_of_an_own_file_wins_over_the_shipped_list(folder: Path) -> None:
    put(folder, "mine.json", entry(domains=["orange.fr"]))
    found = FolderProviderDirectory(folder).find("a@orange.fr")
    assert found is not None
    assert found.provider is not None
    assert found.provider.id == "fournil"


def test_a_changed_file_is_read_anew(folder: Path) -> None:
    directory = FolderProviderDirectory(folder)
    assert directory.find("a@fournil.example") is None
    path = put(folder, "mine.json", entry())
    assert directory.find("a@fournil.example") is not None
    put(folder, "mine.json", entry(host="other.fournil.example"))
    os.utime(path, ns=(1, 1))
    found = directory.find("a@fournil.example")
    assert found is not None
    assert found.host == "other.fournil.example"
    path.unlink()
    assert directory.find("a@fournil.example") is None


def test_unchanged_files_are_read_once(folder: Path) -> None:
    put(folder, "mine.json", entry())
    directory = FolderProviderDirectory(folder)
    assert directory.providers() is directory.providers()


def test_a_byte_order_mark_is_no_fault(folder: Path) -> None:
    path = put(folder, "mine.json", entry())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert FolderProviderDirectory(folder).faults() == ()


def test_a_bad_file_is_left_out_and_the_good_one_beside_it_is_used(folder: Path) -> None:
    put(folder, "a-bad.json", entry(port="465"))
    put(folder, "b-good.json", entry())
    directory = FolderProviderDirectory(folder)
    assert directory.find("a@fournil.example") is not None
    assert [fault.file for fault in directory.faults()] == ["a-bad.json"]


@pytest.mark.parametrize(
    ("raw", "reason", "where"),
    [
        (b"", "json", "1"),
        (b'{\n"providers": [,]\n}', "json", "2"),
        (b"[" * 200_000, "json", "1"),
        (b'{"providers": 1' + b"0" * 5000 + b"}", "json", "1"),
        ("é".encode("latin-1"), "encoding", ""),
        (b" " * (FILE_MAX_BYTES + 1), "too_big", ""),
        (b"[]", "wrong_value", ""),
        (b"{}", "missing", "providers"),
        (b'{"providers": []}', "wrong_value", "providers"),
    ],
)
def test_a_file_that_is_no_provider_file_is_named(folder: Path, raw: bytes, reason: str, where: str) -> None:
    folder.mkdir()
    (folder / "mine.json").write_bytes(raw)
    fault = only_fault(folder)
    assert (fault.file, fault.reason, fault.where) == ("mine.json", reason, where)


@pytest.mark.parametrize(
    ("changes", "reason", "where"),
    [
        ({"port": 0}, "wrong_value", "providers[1].port"),
        ({"port": "465"}, "wrong_value", "providers[1].port"),
        ({"security": "none"}, "wrong_value", "providers[1].security"),
        ({"security": "ssl"}, "wrong_value", "providers[1].security"),
        ({"host": "SMTP.fournil.example"}, "wrong_value", "providers[1].host"),
        ({"host": "smtp fournil"}, "wrong_value", "providers[1].host"),
        ({"colour": "blue"}, "unknown_field", "providers[1].colour"),
        ({"sign_in": ["oauth2"]}, "missing", "providers[1].oauth_provider"),
        ({"sign_in": []}, "wrong_value", "providers[1].sign_in"),
        ({"domains": ["*"] * 501}, "wrong_value", "providers[1].domains"),
        ({"advice": {"fr": {"text": "x", "url": "http://x.fr"}}}, "wrong_value", "providers[1].advice.fr.url"),
        ({"advice": {"fr": {"text": "x", "url": "javascript:alert(1)"}}}, "wrong_value", "providers[1].advice.fr.url"),
    ],
)
def test_a_wrong_entry_is_named_with_its_place(
    folder: Path,
    changes: dict[str, Any],
    reason: str,
    where: str,
) -> None:
    put(folder, "mine.json", entry(**changes))
    fault = only_fault(folder)
    assert (fault.reason, fault.where) == (reason, where)


def test_a_missing_field_is_named(folder: Path) -> None:
    put(folder, "mine.json", {name: value for name, value in ENTRY.items() if name != "host"})
    fault = only_fault(folder)
    assert (fault.reason, fault.where) == ("missing", "providers[1].host")


def test_a_provider_described_twice_is_a_fault_of_the_later_file(folder: Path) -> None:
    put(folder, "a.json", entry())
    put(folder, "b.json", entry(host="other.fournil.example"))
    directory = FolderProviderDirectory(folder)
    (fault,) = directory.faults()
    assert (fault.file, fault.reason, fault.value) == ("b.json", "duplicate", "fournil")
    assert directory.providers()[0].host == "smtp.fournil.example"


def test_a_provider_twice_in_one_file_is_a_fault(folder: Path) -> None:
    put(folder, "mine.json", entry(), entry())
    assert only_fault(folder).reason == "duplicate"


def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    put(folder, "mine.json", entry()).unlink()
    (folder / "mine.json").symlink_to(folder / "nowhere")
    assert FolderProviderDirectory(folder).faults() == ()  # a link to nothing is no file
    (folder / "mine.json").unlink()
    (folder / "mine.json").mkdir()
    assert FolderProviderDirectory(folder).faults() == ()


def test_the_training_mode_looks_nothing_up(tmp_path: Path) -> None:
    with open_services(tmp_path, training=True) as services:
        assert services.providers.discover("marie@brico.example").outcome is SearchOutcome.NOT_SEARCHED
        assert services.providers.find("marie@orange.fr") is not None


def test_a_real_shop_reads_the_files_of_its_data_folder(tmp_path: Path) -> None:
    put(tmp_path / "providers", "mine.json", entry())
    with open_services(tmp_path, training=False) as services:
        assert services.providers.find("marie@fournil.example") is not None
