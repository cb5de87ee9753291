"""The diagnosis of a real folder: what support needs, and nothing of anybody; where the data folder lies."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from backend import VERSION
from backend.adapters.folder_place import place_warnings
from backend.adapters.stores.records.schema import VERSIONS
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from tests.builders import a_mail
from tests.program import Program, set_tested_sender

ADDRESS = "zelda.quignard@vergessen.example"
PASSWORD = "grenouille-4711"


def test_it_says_versions_stores_and_the_end_of_the_log_and_hides_people(
    shop: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_tested_sender(shop, 587, password=PASSWORD, email=ADDRESS)
    with shop.opened() as services:
        services.outbox.save(
            a_mail(recipients=(ADDRESS,), state=MailState.DEFERRED, mail_cause=MailCause.CONNECTION_REFUSED)
        )
        logging.getLogger("backend.test").warning("sending to %s failed, password=%s", ADDRESS, PASSWORD)
        monkeypatch.setenv("HOME", str(shop.folder))
        text = services.diagnose().to_text()
    assert f"Facteur: {VERSION}" in text
    assert f"records: schema {VERSIONS[-1]}" in text
    assert "tickets: 2" in text
    assert "mails not left: 1" in text
    assert "passwords: unprotected" in text
    assert "sending to …@… failed" in text
    assert "folder: ~/data" in text
    for forbidden in (ADDRESS, "zelda", PASSWORD, "DUPOND", "BRICO", str(shop.folder)):
        assert forbidden not in text, forbidden


def test_what_is_broken_is_one_of_its_facts_and_asking_chooses_nothing(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with program.opened() as services:
        assert "records: none yet" in services.diagnose().to_text()
    (program.shop_dir / "records.sqlite3").write_bytes(b"no database " * 200)
    with program.opened() as services:
        text = services.diagnose().to_text()
    assert "records: failed: DatabaseError" in text
    assert "tickets: failed: storage damaged" in text
    assert "passwords: not chosen yet" in text
    assert not (program.shop_dir / "secrets.json").exists()


@pytest.mark.parametrize("name", ["OneDrive - BRICO", "Dropbox (Personal)", "Nextcloud", "Google Drive", "kDrive"])
def test_a_synced_data_folder_is_recognised_by_the_name_of_one_above(tmp_path: Path, name: str) -> None:
    assert place_warnings(tmp_path / name / "Facteur", {}) == ["synced"]


@pytest.mark.parametrize("sign", [".dropbox.cache", ".nextcloudsync.log", ".stfolder"])
def test_a_synced_data_folder_is_recognised_by_what_its_program_leaves_there(tmp_path: Path, sign: str) -> None:
    (tmp_path / sign).mkdir()
    assert place_warnings(tmp_path / "Facteur", {}) == ["synced"]


def test_onedrive_is_recognised_by_its_variable_under_any_name(tmp_path: Path) -> None:
    environment = {"OneDriveCommercial": str(tmp_path / "Nuage")}
    assert place_warnings(tmp_path / "Nuage" / "Facteur", environment) == ["synced"]
    assert place_warnings(tmp_path / "Nuages" / "Facteur", environment) == []


def test_the_program_says_where_its_own_folder_lies(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    with Program(tmp_path / "Dropbox").opened() as services:
        assert services.folder_place == ("synced",)
    with Program(tmp_path).opened() as services:
        assert services.folder_place == ()
