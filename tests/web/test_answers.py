"""What every answer says to the browser, and what it never says: the policy, errors, logs."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from backend.domain.errors import NotFoundError
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from backend.web.security import ANSWER_HEADERS, FOREVER, TOKEN_HEADER
from tests.web.probe import CANARY, probe_screen
from tests.web.routes import all_routes
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices


@pytest.fixture
def app(app: Flask) -> Flask:
    """Give the whole program and the screen of the tests."""
    app.register_blueprint(probe_screen())
    return app


def test_every_answer_carries_the_policy(app: Flask, stranger: Visitor, administrator: Visitor) -> None:
    for answer in _answers_of_every_kind(app, stranger, administrator):
        assert {name: answer.headers.get(name) for name in ANSWER_HEADERS} == ANSWER_HEADERS, answer.request.path
        assert answer.headers["Cache-Control"] == "no-store", answer.request.path
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Server" not in answer.headers


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = ANSWER_HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"unsafe|http:|https:|\*", policy)


def test_static_files_are_kept_under_an_address_that_changes_with_them(app: Flask, visitor: Visitor) -> None:
    answer = visitor.get(f"{app.static_url_path}/css/tokens.css")
    assert answer.headers["Cache-Control"] == FOREVER
    assert {name: answer.headers.get(name) for name in ANSWER_HEADERS} == ANSWER_HEADERS
    assert visitor.get(f"{app.static_url_path}/css/absent.css").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "../templates/base.html",
        "..%2ftemplates/base.html",
        "css/../../templates/base.html",
        "%2e%2e/templates/base.html",
        "..\\templates\\base.html",
        "/etc/passwd",
        "//etc/passwd",
        "NUL",
        "CON.css",
        "css/COM1",
        "css",
        "css/",
        "",
    ],
)
def test_static_files_are_those_of_their_folder(app: Flask, visitor: Visitor, name: str) -> None:
    assert visitor.get(f"{app.static_url_path}/{name}", follow_redirects=True).status_code == 404


@pytest.mark.parametrize(
    "text",
    ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "NUL", "CON.pdf", "C:\\Windows\\win.ini", "é\x00"],
)
def test_hostile_values_in_addresses_find_nothing(app: Flask, administrator: Visitor, text: str) -> None:
    plain = {route.path for route in all_routes(app)} & {route.path for route in all_routes(app, "another")}
    for route in all_routes(app, text):
        if route.method == "GET" and route.path not in plain and not route.endpoint.startswith("probe."):
            answer = administrator.get(route.path)
            assert answer.status_code < 500, route
            assert not re.search(r"root:|\[fonts\]|Traceback", answer.text), route


# Errors


def test_debugging_stays_off_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, shop: FakeServices, launch: LaunchTokens
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = create_app(shop, launch=launch)
    assert not app.debug
    assert not app.testing
    assert not app.config["PROPAGATE_EXCEPTIONS"]


def test_an_unforeseen_failure_shows_a_code_and_nothing_else(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answer = visitor.get("/probe/unforeseen")
    assert answer.status_code == 500
    assert not re.search(rf"Traceback|ValueError|{CANARY}|\.py", answer.text)
    code = re.search(r"<code>(\w{8})</code>", answer.text)
    assert code
    assert code[1] in caplog.text
    assert "ValueError" in caplog.text


def test_a_failure_asked_for_by_htmx_is_a_toast(visitor: Visitor) -> None:
    answer = visitor.htmx("/probe/unforeseen", "tickets-list")
    assert answer.status_code == 500
    assert answer.headers["HX-Retarget"] == "#toasts"
    assert answer.headers["HX-Reswap"] == "beforeend"
    assert answer.text.lstrip().startswith('<div class="toast bad')
    assert "<html" not in answer.text


def test_hostile_text_in_an_error_is_text(visitor: Visitor) -> None:
    for answer in (
        visitor.get("/probe/explained/<img src=x onerror=alert(1)>"),
        visitor.htmx("/probe/explained/<img src=x onerror=alert(1)>", "x"),
    ):
        assert answer.status_code == 503
        assert "<img" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/no-such-page", 404), ("GET", "/probe/write", 405), ("GET", "/probe/unforeseen", 500)],
)
def test_error_pages_say_what_happened_and_what_to_do(visitor: Visitor, method: str, path: str, status: int) -> None:
    answer = visitor.ask(method, path)
    assert answer.status_code == status
    assert re.search(r"<h1>[^<]{10,}</h1>\s*<p>[^<]{10,}</p>", answer.text)
    assert '<html lang="fr">' in answer.text


def test_a_page_that_knows_no_such_method_says_which_it_knows(visitor: Visitor) -> None:
    assert "POST" in visitor.get("/probe/write").headers["Allow"]


def test_a_refused_stranger_gets_a_plain_page(stranger: Visitor) -> None:
    answer = stranger.get("/")
    assert answer.status_code == 403
    assert "/static/" not in answer.text
    assert "<h1>" in answer.text


# Logs


def test_no_secret_is_logged(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    launch: LaunchTokens = app.extensions["facteur.launch"]
    token = launch.new()
    visitor = Visitor(app)
    visitor.get(f"/enter?t={token}")
    visitor.get(f"/enter?t={token}")
    secrets = [token, visitor.cookie, visitor.session.header_token]
    visitor.post("/probe/sign-in", {"user": "DUPOND", "password": CANARY})
    visitor.post("/probe/sign-in", {"password": CANARY})
    visitor.get("/no-such-page")
    secrets += [visitor.cookie, visitor.session.header_token, CANARY]
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_not_found_in_a_store_is_not_found_on_the_page(app: Flask, visitor: Visitor) -> None:
    def absent() -> str:
        raise NotFoundError("ticket", "C1-9")

    app.view_functions["probe.unforeseen"] = absent
    assert visitor.get("/probe/unforeseen").status_code == 404


def _answers_of_every_kind(app: Flask, stranger: Visitor, administrator: Visitor) -> Iterable[TestResponse]:
    yield stranger.get("/")
    yield stranger.get("/", environ_overrides={"HTTP_HOST": "evil.example"})
    yield stranger.get("/enter?t=x")
    yield administrator.get("/no-such-page")
    yield administrator.get("/probe/unforeseen")
    yield administrator.htmx("/probe/unforeseen", "x")
    yield administrator.post("/probe/write", {"text": "x" * 1_000_001})
    yield administrator.ask("OPTIONS", "/probe/write", headers={TOKEN_HEADER: administrator.session.header_token})
    for route in all_routes(app):
        if route.method == "GET" and route.endpoint != "static":
            yield administrator.get(route.path)
