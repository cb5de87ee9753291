"""Signing in and out, the wait after a wrong password, the language, and what each role reaches."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from backend.domain.user import Role, User
from backend.usecases.manage_users import hash_password
from backend.web.auth import SignInWaits
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import NOON
from tests.fakes import FakeServices
from tests.web.routes import all_routes
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

PIN = "4711"
# Whoever came in by a launch token reaches these; everything else asks for a signed-in user.
OPEN = {
    "static",
    "security.enter",
    "session.sign_in",
    "session.check",
    "session.sign_out",
    "session.language",
    "home.first_start",
    "home.begin",
    "home.enter_training",
    "home.leave_training",
}
ADMINISTRATORS_ONLY = {
    "backups.index",
    "backups.make",
    "backups.file",
    "backups.examine",
    "backups.preview",
    "backups.prepare",
    "backups.drop",
    "attachments.limit",
    "attachments.save_limit",
    "closings.archive",
    "erasure.index",
    "erasure.find",
    "erasure.erase",
    "incoming.index",
    "incoming.save",
    "incoming.retry",
    "layouts.index",
    "layouts.edit",
    "layouts.save",
    "layouts.copy",
    "layouts.delete",
    "layouts.restore",
    "layouts.choose",
    "mail_formulas.define",
    "mail_formulas.result",
    "mail_formulas.create",
    "mail_formulas.edit",
    "mail_formulas.save",
    "mail_templates.index",
    "mail_templates.create",
    "mail_templates.detail",
    "mail_templates.delete",
    "mail_templates.restore",
    "mail_templates.edit",
    "mail_templates.save",
    "mail_templates.rehearsal",
    "mail_variables.define",
    "mail_variables.fields",
    "mail_variables.code",
    "mail_variables.label",
    "mail_variables.create",
    "mail_variables.edit",
    "mail_variables.save",
    "mail_variables.delete",
    "pdf_settings.index",
    "pdf_settings.change",
    "pdf_settings.leave",
    "pdf_settings.engine",
    "pdf_settings.choose_engine",
    "pdf_settings.find_browser",
    "pdf_settings.folder",
    "pdf_settings.choose_folder",
    "pdf_settings.try_folder",
    "pdf_settings.test",
    "pdf_settings.make_test",
    "pdf_settings.consult",
    "pdf_settings.picture",
    "pdf_settings.finish",
    "record_files.index",
    "record_files.export",
    "record_files.preview",
    "record_files.take",
    "sender_settings.certificate",
    "company.index",
    "company.save",
    "company.give_logo",
    "company.remove_logo_now",
    "company.put_logo_back",
    "settings_file.index",
    "settings_file.export",
    "settings_file.read",
    "settings_file.review",
    "settings_file.take_over",
    "settings_file.leave",
    "users.index",
    "users.create",
    "users.save_new",
    "users.edit",
    "users.save",
    "users.delete",
    "users.restore",
}


_hashed = cache(hash_password)


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.users.save(User("MARTIN", Role.ADMINISTRATOR, password_hash=_hashed(PIN)))
    shop.users.save(User("DUPOND", Role.CASHIER, password_hash=_hashed("caisse 1")))
    return create_app(shop, launch=launch, language="en")


def _try(visitor: Visitor, password: str, user: str = "MARTIN", after: str = "") -> str:
    answer = visitor.post("/sign-in", {"user": user, "password": password, "after": after})
    return answer.headers.get("HX-Redirect", "") or answer.text


def test_users_are_offered_by_name_and_role(visitor: Visitor) -> None:
    page = visitor.get("/sign-in").text
    assert "MARTIN" in page
    assert "Administrator" in page
    assert "DUPOND" in page
    assert 'type="password"' not in page


def test_a_chosen_user_is_asked_for_password_or_pin(visitor: Visitor) -> None:
    page = visitor.get("/sign-in?user=MARTIN").text
    assert 'name="user" value="MARTIN"' in page
    assert 'type="password"' in page


def test_the_right_pin_leads_home_under_a_new_cookie(visitor: Visitor) -> None:
    before = visitor.cookie
    assert _try(visitor, PIN) == "/"
    assert visitor.session.user == "MARTIN"
    assert visitor.cookie != before


def test_signing_in_leads_to_the_page_that_was_asked_for(visitor: Visitor) -> None:
    asked = visitor.get("/tickets/?text=duval")
    assert asked.status_code == 303
    assert asked.headers["Location"] == "/sign-in?after=/tickets/?text%3Dduval"
    assert _try(visitor, PIN, after="/tickets/?text=duval") == "/tickets/?text=duval"


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_never_leads_to_another_place(visitor: Visitor, elsewhere: str) -> None:
    assert _try(visitor, PIN, after=elsewhere) == "/"


def test_a_wrong_password_is_said_under_its_field_and_not_repeated(visitor: Visitor) -> None:
    answer = visitor.post("/sign-in", {"user": "MARTIN", "password": "s3cret-typed"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Wrong password. Try again in 5 seconds." in answer.text
    assert "s3cret-typed" not in answer.text
    assert visitor.session.user == ""


def test_wrong_passwords_slow_the_next_try_down(visitor: Visitor, shop: FakeServices) -> None:
    assert "in 5 seconds" in _try(visitor, "wrong")
    assert "Too early. Try again in 5 seconds." in _try(visitor, PIN)
    shop.clock.advance(seconds=4.5)
    assert "Too early. Try again in 1 second." in _try(visitor, PIN)
    shop.clock.advance(seconds=0.5)
    assert "Wrong password. Try again in 10 seconds." in _try(visitor, "wrong")
    shop.clock.advance(seconds=10)
    assert _try(visitor, PIN) == "/"


def test_a_try_that_came_too_early_does_not_count(visitor: Visitor, shop: FakeServices) -> None:
    _try(visitor, "wrong")
    for _ in range(3):
        _try(visitor, "wrong")
    shop.clock.advance(seconds=5)
    assert "in 10 seconds" in _try(visitor, "wrong")


def test_the_wait_of_one_user_leaves_the_others_alone(visitor: Visitor) -> None:
    _try(visitor, "wrong")
    assert _try(visitor, "caisse 1", user="DUPOND") == "/"


def test_the_wait_holds_in_every_session(visitor: Visitor, app: Flask) -> None:
    _try(visitor, "wrong", user="martin")
    assert "Too early" in _try(Visitor(app).enter(), PIN)


def test_the_longest_wait_is_five_minutes() -> None:
    waits = SignInWaits()
    assert [waits.failed("MARTIN", NOON) for _ in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]
    waits.succeeded("MARTIN")
    assert waits.failed("MARTIN", NOON) == 5


def test_signing_out_leaves_nobody(visitor: Visitor) -> None:
    _try(visitor, PIN)
    visitor.post("/sign-out")
    assert visitor.session.user == ""
    assert visitor.get("/").headers["Location"] == "/sign-in"


def test_a_deleted_user_is_signed_out(administrator: Visitor, shop: FakeServices) -> None:
    assert administrator.get("/").status_code == 200
    shop.users.delete("MARTIN")
    assert administrator.get("/").headers["Location"] == "/sign-in"


def test_a_user_without_a_password_signs_in_with_one_click_in_training_only(
    shop: FakeServices, launch: LaunchTokens
) -> None:
    shop.users.save(User("MOREAU", Role.CASHIER))
    outside = Visitor(create_app(shop, launch=launch, language="en")).enter()
    assert "MOREAU" not in outside.get("/sign-in").text
    assert "Wrong password" in _try(outside, "", user="MOREAU")
    shop.training = True
    inside = Visitor(create_app(shop, launch=launch, language="en")).enter()
    assert _try(inside, "", user="MOREAU") == "/"


def test_the_language_changes_for_the_session_and_the_user(visitor: Visitor, shop: FakeServices) -> None:
    visitor.post("/language", {"language": "fr", "back": "/sign-in"})
    assert 'lang="fr"' in visitor.get("/sign-in").text
    _try(visitor, PIN)
    assert visitor.session.language == "fr"
    visitor.post("/language", {"language": "en", "back": "/settings/"})
    assert shop.users.find("MARTIN").language == "en"
    assert shop.users.find("MARTIN").password_hash
    assert visitor.post("/language", {"language": "de"}).status_code == 422


def test_strangers_are_sent_to_the_sign_in_page_from_everywhere(app: Flask) -> None:
    for route in all_routes(app):
        if route.endpoint in OPEN:
            continue
        visitor = Visitor(app).enter()
        answer = visitor.get(route.path) if route.method == "GET" else visitor.write(route.method, route.path)
        assert answer.headers.get("Location", answer.headers.get("HX-Redirect", "")).startswith("/sign-in"), route


def test_every_role_reaches_its_pages_and_no_others(app: Flask) -> None:
    for route in all_routes(app, "MARTIN"):
        if route.endpoint in OPEN:
            continue
        cashier = Visitor(app).sign_in("DUPOND")
        ask = cashier.get if route.method == "GET" else lambda path, c=cashier, m=route.method: c.write(m, path)
        assert (ask(route.path).status_code == 403) == (route.endpoint in ADMINISTRATORS_ONLY), route


def test_administrators_are_refused_nowhere(app: Flask) -> None:
    for route in all_routes(app, "DUPOND"):
        if route.endpoint in OPEN or route.method != "GET":
            continue
        assert Visitor(app).sign_in("MARTIN").get(route.path).status_code != 403, route
