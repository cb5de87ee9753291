"""A company gets a logo, loses it, gets it back; what was lost on the disk stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.errors import InvalidInputError, NotFoundError
from backend.usecases.change_logo import remove_logo, restore_logo, set_logo
from backend.usecases.find_logo import find_logo, logo_for_mail
from tests.builders import a_company, a_logo
from tests.fakes import fake_services


def test_a_logo_stands_on_the_tickets_to_come_and_in_mails(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.settings.save_company(a_company())
    logo = set_logo(a_logo(900, 300).png, services)
    assert services.settings.company() == a_company(logo_sha256=logo.sha256)
    assert find_logo(services.settings.company(), services.logos) == logo
    small = logo_for_mail(services.settings.company(), services)
    assert small
    assert (small.width_px, small.height_px) == (480, 160)


def test_a_refused_file_leaves_the_logo_before(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.settings.save_company(a_company())
    logo = set_logo(a_logo().png, services)
    with pytest.raises(InvalidInputError, match="logo_type"):
        set_logo(b"GIF89a", services)
    assert services.settings.company() == a_company(logo_sha256=logo.sha256)


def test_a_removed_logo_comes_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.logos.save(a_logo())
    services.settings.save_company(a_company(logo_sha256=a_logo().sha256))
    assert find_logo(services.settings.company(), services.logos) == a_logo()
    assert remove_logo(services) == a_logo().sha256
    assert services.settings.company() == a_company()
    assert find_logo(services.settings.company(), services.logos) is None
    assert restore_logo(a_logo().sha256, services) == a_logo()
    assert services.settings.company() == a_company(logo_sha256=a_logo().sha256)


def test_a_logo_that_was_lost_leaves_the_ticket_without_one(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    assert find_logo(a_company(logo_sha256="0" * 64), services.logos) is None
    assert find_logo(None, services.logos) is None


def test_only_a_logo_that_the_shop_had_comes_back(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    services.settings.save_company(a_company())
    with pytest.raises(NotFoundError, match="logo"):
        restore_logo("0" * 64, services)
    assert services.settings.company() == a_company()
