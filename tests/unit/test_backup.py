"""Which backups are made by themselves, and how long they stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backend.domain.backup import automatic_name, is_outlived
from backend.domain.errors import StorageError
from backend.usecases.make_backup import make_backup, make_daily_backup
from tests.builders import NOON
from tests.fakes import FakeServices, FixedClock


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    return FakeServices(tmp_path)


def test_a_backup_has_the_moment_of_the_clock_and_replaces_no_file(services: FakeServices, tmp_path: Path) -> None:
    assert make_backup(tmp_path / "shop.zip", services).made_at == services.clock.now()
    with pytest.raises(StorageError) as refused:
        make_backup(tmp_path / "shop.zip", services)
    assert refused.value.reason == "exists"


def test_fourteen_daily_backups_stay_and_what_a_person_put_there_too(services: FakeServices) -> None:
    services.backups.make(services.backups.folder / "before the move.zip", NOON - timedelta(days=400))
    for day in range(20):
        services.clock = FixedClock(NOON + timedelta(days=day))
        assert make_daily_backup(services)
    names = [backup.path.name for backup in services.backups.automatic()]
    last = (NOON + timedelta(days=19)).date()
    assert names == [*(automatic_name(last - timedelta(days=day)) for day in range(14)), "before the move.zip"]


def test_the_training_mode_makes_none(services: FakeServices) -> None:
    assert make_daily_backup(replace(services, training=True)) is None


@pytest.mark.parametrize("name", ["facteur-2020-01-01.zip.part", "x-2020-01-01.zip", "facteur-20200101.zip"])
def test_only_its_own_names_are_outlived(name: str) -> None:
    assert not is_outlived(name, NOON.date())
    assert is_outlived("facteur-2020-01-01.zip", NOON.date())
