"""The passphrase that opens the secrets after a start: asked for once, and never in the way of what needs none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.user import Role, User
from backend.usecases.manage_users import save_user
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_company, a_tested_sender
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

RIGHT = "trois mots à moi"
SETTINGS = {"email": "caisse@brico.example", "host": "smtp.brico.example", "port": "587", "security": "starttls"}


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    """Give a shop whose secrets a passphrase protects, as it is after a start."""
    shop.settings.save_company(a_company())
    shop.settings.save_sender_profile(a_tested_sender("DUPOND"))
    shop.secrets.passphrase, shop.secrets.unavailable = RIGHT, "passphrase_needed"
    return create_app(shop, launch=launch, language="en")


def test_it_is_asked_for_after_the_sign_in_and_leads_on_to_where_one_was_going(
    visitor: Visitor, shop: FakeServices
) -> None:
    save_user(User("PAUL", Role.CASHIER), "1234", shop.users)
    answer = visitor.post("/sign-in", {"user": "PAUL", "password": "1234", "after": "/tickets/"})
    assert answer.headers["HX-Redirect"] == "/passphrase/?after=/tickets/"
    page = visitor.get("/passphrase/?after=/tickets/").text
    assert "Passphrase of Facteur" in page
    assert 'href="/tickets/"' in page, "who needs no mail goes on without"
    answer = visitor.post("/passphrase/", {"passphrase": RIGHT, "after": "/tickets/"})
    assert answer.headers["HX-Redirect"] == "/tickets/"
    assert not shop.needs_passphrase


def test_once_it_is_entered_nobody_is_asked_again(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/passphrase/", {"passphrase": RIGHT})
    assert cashier.get("/passphrase/").headers["Location"] == "/"


def test_a_wrong_one_is_explained_and_the_next_try_waits(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.post("/passphrase/", {"passphrase": "autre chose"})
    assert answer.status_code == 422
    assert "This is not the passphrase of Facteur. Type it again, and mind capital letters." in answer.text
    assert "autre chose" not in answer.text
    assert "Try again in 5 s" in cashier.post("/passphrase/", {"passphrase": RIGHT}).text
    shop.clock.advance(seconds=6)
    assert cashier.post("/passphrase/", {"passphrase": RIGHT}).headers["HX-Redirect"] == "/"


def test_an_empty_one_is_no_try(cashier: Visitor) -> None:
    assert cashier.post("/passphrase/", {"passphrase": ""}).status_code == 422
    assert cashier.post("/passphrase/", {"passphrase": RIGHT}).headers["HX-Redirect"] == "/"


def test_it_is_asked_over_the_page_that_needs_it_so_that_nothing_typed_is_lost(
    cashier: Visitor, shop: FakeServices
) -> None:
    answer = cashier.post("/sender-settings/", SETTINGS | {"username": "caisse", "password": "geheim"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#dialogs")
    assert 'name="is_over_a_page"' in answer.text
    wrong = cashier.post("/passphrase/", {"passphrase": "x", "is_over_a_page": "yes"})
    assert (wrong.status_code, wrong.headers["HX-Retarget"]) == (422, "#dialogs")
    shop.clock.advance(seconds=6)
    opened = cashier.post("/passphrase/", {"passphrase": RIGHT, "is_over_a_page": "yes"})
    assert "The passwords are open. Now do again what you were about to do." in opened.text
    assert "Test" in cashier.post("/sender-settings/", SETTINGS | {"username": "caisse", "password": "geheim"}).text


def test_settings_that_need_no_password_are_saved_without_it(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(replace(a_tested_sender("DUPOND"), secret_version=""))
    assert cashier.post("/sender-settings/", SETTINGS).status_code == 200
    profile = shop.settings.sender_profile("DUPOND")
    assert profile is not None
    assert profile.username == ""
