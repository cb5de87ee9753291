"""À propos: the version, a diagnosis to copy, licences; and a data folder that lies in a bad place is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import VERSION
from backend.web.create_app import create_app

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    return create_app(shop, launch=launch, language="en")


def test_the_page_shows_version_and_diagnosis_with_a_button_that_copies_it(cashier: Visitor) -> None:
    page = cashier.get("/about/").text
    assert f"Version {VERSION}" in page
    assert 'data-copies="#diagnosis"' in page
    assert "a line of the log" in page
    assert 'href="/about/"' in cashier.get("/settings/").text


def test_the_licences_are_named(cashier: Visitor) -> None:
    page = cashier.get("/about/licences").text
    assert "BSD-3-Clause" in page
    assert "htmx" in page


@pytest.mark.parametrize(("place", "sentence"), [("synced", "copies to other computers"), ("network", "on another")])
def test_a_data_folder_that_lies_badly_is_said_to_administrators(
    place: str, sentence: str, shop: FakeServices, administrator: Visitor, cashier: Visitor
) -> None:
    shop.folder_place = (place,)
    for path in ("/", "/settings/", "/about/"):
        assert sentence in administrator.get(path).text, path
    assert sentence not in cashier.get("/").text
