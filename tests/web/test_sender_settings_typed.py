"""What is typed on the sender page outlives F5, another page and a refusal; a password is kept nowhere for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_tested_sender
from tests.web.test_sender_settings import SECRET, TYPED, save
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from tests.fakes import FakeServices

STILL = "What you typed is still here, and not saved yet."


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    return create_app(shop, launch=launch, language="en")


def test_what_is_typed_is_there_after_f5_and_after_another_page(cashier: Visitor, shop: FakeServices) -> None:
    assert (
        cashier.post("/sender-settings/typed", TYPED | {"port": "465", "test_to": "x@example.org"}).status_code == 204
    )
    cashier.get("/settings/")
    page = cashier.get("/sender-settings/").text
    assert STILL in page
    for typed in ("caisse@brico.example", "smtp.brico.example", "465", "x@example.org"):
        assert f'value="{typed}"' in page
    assert "Only the password is not kept: type it again." in page
    assert shop.settings.sender_profile("DUPOND") is None


def test_the_password_is_neither_in_the_session_nor_on_a_page_nor_on_the_disk(
    cashier: Visitor, shop: FakeServices
) -> None:
    cashier.post("/sender-settings/typed", TYPED)
    cashier.post("/sender-settings/", TYPED | {"port": "x"})
    assert all(SECRET not in str(vars(draft)) for draft in cashier.session.drafts.values())
    assert SECRET not in cashier.get("/sender-settings/").text
    assert not any(SECRET.encode() in path.read_bytes() for path in shop.data_dir.rglob("*") if path.is_file())


def test_nothing_is_lost_by_a_refusal_even_after_f5(cashier: Visitor) -> None:
    assert cashier.post("/sender-settings/", TYPED | {"port": "x", "name": "Chez Zoé"}).status_code == 422
    page = cashier.get("/sender-settings/").text
    assert 'value="Chez Zoé"' in page
    assert 'value="x"' in page


def test_what_a_look_at_the_address_filled_in_stays_too(cashier: Visitor) -> None:
    cashier.post(
        "/sender-settings/way", {"email": "marie@fournil.example", "custom": "yes", "mode": "smtp", "of_address": "yes"}
    )
    assert 'value="smtp.fournil.example"' in cashier.get("/sender-settings/").text


def test_a_change_that_left_the_page_before_the_server_was_filled_in_takes_it_away_no_more(cashier: Visitor) -> None:
    typed = {"email": "marie@fournil.example", "custom": "yes", "mode": "smtp", "port": "587", "security": "starttls"}
    cashier.post("/sender-settings/way", typed | {"of_address": "yes"})
    cashier.post("/sender-settings/typed", typed | {"name": "Chez Marie"})
    page = cashier.get("/sender-settings/").text
    assert 'value="smtp.fournil.example"' in page
    assert 'value="Chez Marie"' in page


def test_once_it_is_saved_nothing_is_said_also_when_the_last_word_comes_late(cashier: Visitor) -> None:
    save(cashier)
    assert STILL not in cashier.get("/sender-settings/").text
    cashier.post("/sender-settings/typed", TYPED)
    assert STILL not in cashier.get("/sender-settings/").text


def test_one_goes_back_to_what_is_saved(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_tested_sender("DUPOND", host="smtp.saved.example"))
    cashier.post("/sender-settings/typed", TYPED | {"host": "smtp.typed.example"})
    assert 'value="smtp.typed.example"' in cashier.get("/sender-settings/").text
    assert cashier.post("/sender-settings/typed/forget").headers["HX-Redirect"] == "/sender-settings/"
    page = cashier.get("/sender-settings/").text
    assert STILL not in page
    assert 'value="smtp.saved.example"' in page


def test_each_user_has_what_was_typed_for_him(administrator: Visitor) -> None:
    administrator.post("/sender-settings/typed", TYPED | {"user": "DUPOND", "name": "Pour Dupond"})
    assert "Pour Dupond" in administrator.get("/sender-settings/?user=DUPOND").text
    assert "Pour Dupond" not in administrator.get("/sender-settings/").text


def test_a_page_that_nobody_touched_says_nothing(cashier: Visitor) -> None:
    cashier.post(
        "/sender-settings/typed",
        {"custom": "yes", "mode": "smtp", "port": "587", "security": "starttls", "priority": "normal"},
    )
    assert STILL not in cashier.get("/sender-settings/").text
