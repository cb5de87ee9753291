"""The user list, its form, and the company's page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.shop import Cashier
from backend.domain.user import Role
from backend.usecases.manage_users import check_password
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_company, a_tested_sender
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

NEW = {"name": "PETIT", "password": "4711", "role": "cashier", "cashier": "", "language": ""}


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.shop.save(cashiers=[Cashier("DUP", "DUPOND", "Marcel")])
    return create_app(shop, launch=launch, language="en")


def test_users_stand_with_role_cashier_and_sender(administrator: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_tested_sender("DUPOND"))
    shop.users.save(replace(shop.users.find("DUPOND"), cashier_code="DUP"))
    page = administrator.get("/users/").text
    assert "cashier record Marcel DUPOND" in page
    assert "caisse@brico.example" in page
    assert ">Sends mail</span>" in page
    assert ">No sender yet</span>" in page
    assert 'href="/sender-settings/?user=DUPOND"' in page


def test_a_user_is_created(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post("/users/new", {**NEW, "cashier": "DUP", "language": "en"})
    assert answer.headers["HX-Redirect"] == "/users/"
    petit = shop.users.find("petit")
    assert (petit.role, petit.cashier_code, petit.language) == (Role.CASHIER, "DUP", "en")
    assert check_password(petit, "4711")
    assert "PETIT is saved." in administrator.get("/users/").text


@pytest.mark.parametrize(
    ("typed", "field", "note"),
    [
        ({"name": ""}, "name", "be the name of a user"),
        ({"name": "dupond"}, "name", "There is a user named"),
        ({"password": ""}, "password", "Type a password or PIN"),
        ({"password": "12"}, "password", "4 to 200 characters"),
    ],
)
def test_a_wrong_user_keeps_what_was_typed_and_says_what_to_mend(
    administrator: Visitor, shop: FakeServices, typed: dict[str, str], field: str, note: str
) -> None:
    answer = administrator.post("/users/new", {**NEW, "role": "administrator", **typed})
    assert answer.status_code == 422
    assert note in answer.text
    assert f'aria-describedby="{field}-note" aria-invalid="true"' in answer.text
    assert 'value="administrator" checked' in answer.text
    assert len(shop.users.users()) == 2


def test_changing_a_user_keeps_name_and_password(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post("/users/new", NEW)
    page = administrator.get("/users/PETIT").text
    assert 'value="PETIT"' in page
    assert "readonly" in page
    administrator.post("/users/PETIT", {"name": "OTHER", "password": "", "role": "administrator"})
    petit = shop.users.find("PETIT")
    assert petit.is_administrator
    assert check_password(petit, "4711")
    assert len(shop.users.users()) == 3


def test_a_new_password_replaces_the_old_one(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post("/users/DUPOND", {"password": "  spaces count  ", "role": "cashier"})
    assert check_password(shop.users.find("DUPOND"), "  spaces count  ")


def test_a_cashier_record_that_is_none_counts_as_none(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post("/users/DUPOND", {"role": "cashier", "cashier": "XXX", "language": "xx"})
    assert (shop.users.find("DUPOND").cashier_code, shop.users.find("DUPOND").language) == ("", "")


def test_deleting_can_be_undone(administrator: Visitor, shop: FakeServices) -> None:
    before = shop.users.find("DUPOND")
    answer = administrator.write("DELETE", "/users/DUPOND")
    assert "DUPOND is deleted." in answer.text
    assert 'hx-post="/users/DUPOND/restore"' in answer.text
    assert [user.name for user in shop.users.users()] == ["MARTIN"]
    assert "DUPOND" in administrator.post("/users/DUPOND/restore").text
    assert shop.users.find("DUPOND") == before


def test_nobody_is_put_back_twice_or_without_having_been_there(administrator: Visitor) -> None:
    administrator.write("DELETE", "/users/DUPOND")
    administrator.post("/users/DUPOND/restore")
    assert administrator.post("/users/DUPOND/restore").status_code == 404
    assert administrator.post("/users/NOBODY/restore").status_code == 404


def test_a_name_that_was_taken_meanwhile_is_not_overwritten(administrator: Visitor, shop: FakeServices) -> None:
    administrator.write("DELETE", "/users/DUPOND")
    administrator.post("/users/new", {**NEW, "name": "Dupond"})
    assert administrator.post("/users/DUPOND/restore").status_code == 422
    assert shop.users.find("DUPOND").name == "Dupond"


def test_the_last_administrator_stays_and_the_reason_is_said(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.write("DELETE", "/users/MARTIN")
    assert "is the last administrator" in answer.text
    assert "Make another user administrator first." in answer.text
    refused = administrator.post("/users/MARTIN", {"role": "cashier"})
    assert refused.status_code == 422
    assert "is the last administrator" in refused.text
    assert shop.users.find("MARTIN").is_administrator


def test_the_company_is_changed_and_keeps_what_the_form_does_not_show(
    administrator: Visitor, shop: FakeServices
) -> None:
    shop.settings.save_company(a_company(logo_sha256="ab"))
    page = administrator.get("/settings/company").text
    assert 'value="BRICO"' in page
    assert "12 rue des Forges</textarea>" in page
    form = {"company_name": " BRICO  PLUS ", "address": "1 rue A\r\n\r\n 2e étage ", "city": "Dijon"}
    assert administrator.post("/settings/company", form).headers["HX-Redirect"] == "/settings/"
    saved = shop.settings.company()
    assert saved is not None
    assert (saved.name, saved.address, saved.logo_sha256) == ("BRICO PLUS", ("1 rue A", "2e étage"), "ab")
    assert saved.siret == ""


def test_a_wrong_company_is_refused_whole(administrator: Visitor, shop: FakeServices) -> None:
    shop.settings.save_company(a_company())
    answer = administrator.post("/settings/company", {"company_name": "NEW", "siret": "12"})
    assert answer.status_code == 422
    assert answer.text.lstrip().startswith('<form class="fields" id="company-form"')
    assert 'value="NEW"' in answer.text
    assert shop.settings.company() == a_company()


def test_settings_offer_what_the_role_may_set(administrator: Visitor, cashier: Visitor) -> None:
    assert 'href="/users/"' in administrator.get("/settings/").text
    assert 'href="/users/"' not in cashier.get("/settings/").text
    assert "Language" in cashier.get("/settings/").text


def test_the_help_names_the_keys(cashier: Visitor) -> None:
    assert "<kbd>F3</kbd>" in cashier.get("/help/keys").text
