"""A company gets a logo, loses it, gets it back; what was lost on the disk stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.errors import NotFoundError
from backend.usecases.change_logo import logo_of, remove_logo, restore_logo
from tests.builders import a_company, a_logo
from tests.fakes import fake_services


def test_a_removed_logo_comes_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.logos.save(a_logo())
    services.settings.save_company(a_company(logo_sha256=a_logo().sha256))
    assert logo_of(services.settings.company(), services) == a_logo()
    assert remove_logo(services) == a_logo().sha256
    assert services.settings.company() == a_company()
    assert logo_of(services.settings.company(), services) is None
    assert restore_logo(a_logo().sha256, services) == a_logo()
    assert services.settings.company() == a_company(logo_sha256=a_logo().sha256)


def test_a_logo_that_was_lost_leaves_the_ticket_without_one(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    assert logo_of(a_company(logo_sha256="0" * 64), services) is None
    assert logo_of(None, services) is None


def test_only_a_logo_that_the_shop_had_comes_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.settings.save_company(a_company())
    with pytest.raises(NotFoundError, match="logo"):
        restore_logo("0" * 64, services)
    assert services.settings.company() == a_company()
