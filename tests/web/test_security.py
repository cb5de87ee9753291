"""The closed local server: who is let in, and what a write must carry."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from backend.web.security import FORM_TYPE, TOKEN_HEADER
from tests.web.probe import probe_screen
from tests.web.routes import all_routes, write_routes
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices

HOST = "127.0.0.1:40123"
OUR_ORIGIN = f"http://{HOST}"


@pytest.fixture
def app(app: Flask) -> Flask:
    """Give the whole program and the screen of the tests."""
    app.register_blueprint(probe_screen())
    return app


# Host, Origin, Sec-Fetch-Site


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:40123",
        "localhost",
        "localhost:40123",
        "127.0.0.1",
        "127.0.0.1:40124",
        "127.0.0.1:40123.",
        "127.0.0.1:40123, evil.example",
        " 127.0.0.1:40123",
        "[::1]:40123",
        "",
    ],
)
def test_another_host_is_misdirected(visitor: Visitor, host: str) -> None:
    assert visitor.get("/", environ_overrides={"HTTP_HOST": host}).status_code == 421


def test_a_missing_host_is_misdirected(app: Flask, visitor: Visitor) -> None:
    cookie = ("Cookie", f"{visitor.cookie_name}={visitor.cookie}")
    environ = EnvironBuilder("/", base_url=OUR_ORIGIN, headers=[cookie]).get_environ()
    del environ["HTTP_HOST"]
    _, status, _ = run_wsgi_app(app, environ)
    assert status.startswith("421")


@pytest.mark.parametrize("origin", ["null", "http://127.0.0.1:40124", "https://127.0.0.1:40123", "http://evil.example"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_origin_is_refused(visitor: Visitor, method: str, origin: str) -> None:
    headers = {"Origin": origin, TOKEN_HEADER: visitor.session.header_token}
    assert visitor.ask(method, "/probe/write", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_made_by_another_site_is_refused(visitor: Visitor, method: str, site: str) -> None:
    headers = {"Sec-Fetch-Site": site, TOKEN_HEADER: visitor.session.header_token}
    assert visitor.ask(method, "/probe/write", headers=headers).status_code == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_our_own_pages_and_typed_addresses_are_answered(visitor: Visitor, site: str) -> None:
    answer = visitor.post("/probe/write", headers={"Sec-Fetch-Site": site, "Origin": OUR_ORIGIN})
    assert answer.status_code == 200


# Launch tokens


def test_a_launch_token_gives_a_strict_cookie_and_leads_home(stranger: Visitor, launch: LaunchTokens) -> None:
    answer = stranger.get(f"/enter?t={launch.new()}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    assert name == "s40123"
    assert set(rest.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=Strict"}
    assert len(stranger.cookie) >= 43


def test_a_launch_token_works_once(app: Flask, launch: LaunchTokens) -> None:
    token = launch.new()
    assert Visitor(app).get(f"/enter?t={token}").status_code == 303
    assert Visitor(app).get(f"/enter?t={token}").status_code == 403


@pytest.mark.parametrize("query", ["", "?t=", "?t=wrong", "?t=%C3%A9", "?token=x"])
def test_a_wrong_or_absent_launch_token_is_refused(stranger: Visitor, launch: LaunchTokens, query: str) -> None:
    launch.new()
    answer = stranger.get(f"/enter{query}")
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_look_at_the_launch_address_does_not_use_it_up(stranger: Visitor, launch: LaunchTokens) -> None:
    token = launch.new()
    assert stranger.ask("HEAD", f"/enter?t={token}").status_code == 405
    assert stranger.get(f"/enter?t={token}").status_code == 303


def test_tokens_and_cookies_of_an_earlier_start_are_refused(app: Flask, shop: FakeServices) -> None:
    before = Visitor(app).enter()
    old_launch: LaunchTokens = app.extensions["facteur.launch"]
    unused = old_launch.new()
    restarted = create_app(shop, launch=LaunchTokens(old_launch.port))
    again = Visitor(restarted)
    assert again.get(f"/enter?t={unused}").status_code == 403
    assert again.get("/", headers={"Cookie": f"{before.cookie_name}={before.cookie}"}).status_code == 403


def test_unused_launch_tokens_do_not_pile_up() -> None:
    launch = LaunchTokens(1)
    tokens = [launch.new() for _ in range(17)]
    assert not launch.spend(tokens[0])
    assert all(launch.spend(token) for token in tokens[1:])


def test_the_file_that_opens_the_browser_comes_from_no_site_and_is_let_in(
    stranger: Visitor, launch: LaunchTokens
) -> None:
    from_a_file = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    answer = stranger.get(f"/enter?t={launch.new()}", headers=from_a_file)
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/">' in answer.text
    assert stranger.get("/", headers={"Sec-Fetch-Site": "same-origin"}).status_code < 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
    ],
)
def test_no_other_page_spends_a_launch_token(stranger: Visitor, launch: LaunchTokens, headers: dict[str, str]) -> None:
    token = launch.new()
    assert stranger.get(f"/enter?t={token}", headers=headers).status_code == 403
    assert launch.spend(token)


# Sessions


def test_every_route_is_closed_without_a_cookie(app: Flask, stranger: Visitor) -> None:
    open_routes = [
        route
        for route in all_routes(app)
        if stranger.ask(route.method, route.path, headers={TOKEN_HEADER: "x"}).status_code != 403
    ]
    assert open_routes == []


def test_an_unknown_page_is_closed_too_without_a_cookie(stranger: Visitor) -> None:
    assert stranger.get("/no-such-page").status_code == 403
    assert stranger.get("/favicon.ico").status_code == 403


@pytest.mark.parametrize("cookie", ["wrong", "", "é", "a; s40123=b"])
def test_a_made_up_cookie_is_refused(app: Flask, cookie: str) -> None:
    assert Visitor(app).get("/", headers={"Cookie": f"s40123={cookie}"}).status_code == 403


def test_two_sessions_do_not_mix(app: Flask) -> None:
    one, other = Visitor(app).enter(), Visitor(app).enter()
    one.session.user, one.session.toasts = "MARTIN", ["for MARTIN"]
    assert other.session.user == ""
    assert other.session.toasts == []
    assert one.cookie != other.cookie
    crossed = other.post("/probe/write", headers={TOKEN_HEADER: one.session.header_token})
    assert crossed.status_code == 403


def test_signing_in_changes_cookie_and_header_token(app: Flask, visitor: Visitor) -> None:
    cookie, token = visitor.cookie, visitor.session.header_token
    assert visitor.post("/probe/sign-in", {"user": "DUPOND"}).status_code == 200
    assert visitor.session.user == "DUPOND"
    assert cookie != visitor.cookie
    assert token != visitor.session.header_token
    assert Visitor(app).get("/", headers={"Cookie": f"s40123={cookie}"}).status_code == 403


# Writes


def test_every_write_is_refused_without_the_header_token(app: Flask, administrator: Visitor) -> None:
    for route in write_routes(app):
        assert administrator.ask(route.method, route.path, content_type=FORM_TYPE).status_code == 403, route


def test_every_write_is_refused_with_a_wrong_header_token(app: Flask, administrator: Visitor) -> None:
    for route in write_routes(app):
        for wrong in ("", "x", administrator.session.header_token[:-1], "é"):
            headers = {TOKEN_HEADER: wrong}
            assert administrator.ask(route.method, route.path, headers=headers).status_code == 403, route


@pytest.mark.parametrize(
    "headers", [{"Origin": "null"}, {"Origin": "http://127.0.0.1:40124"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_every_write_is_refused_from_elsewhere(app: Flask, administrator: Visitor, headers: dict[str, str]) -> None:
    for route in write_routes(app):
        assert administrator.write(route.method, route.path, headers=headers).status_code == 403, route


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/binary", ""])
def test_every_write_takes_forms_only(app: Flask, administrator: Visitor, content_type: str) -> None:
    headers = {TOKEN_HEADER: administrator.session.header_token}
    for route in write_routes(app):
        answer = administrator.ask(
            route.method, route.path, headers=headers, data=b'{"a": 1}', content_type=content_type or None
        )
        assert answer.status_code == 415, route


def test_files_are_taken_only_where_a_view_says_so(app: Flask, administrator: Visitor) -> None:
    headers = {TOKEN_HEADER: administrator.session.header_token}
    for route in write_routes(app):
        takes_files = hasattr(app.view_functions[route.endpoint], "max_upload_bytes")
        answer = administrator.ask(
            route.method, route.path, headers=headers, data={"a": "b"}, content_type="multipart/form-data"
        )
        assert takes_files or answer.status_code == 415, route


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_of_our_own_page_is_done(visitor: Visitor, method: str) -> None:
    assert visitor.write(method, "/probe/write", {"text": "été"}).text == "été"


def test_methods_that_nobody_uses_are_closed(visitor: Visitor) -> None:
    for method in ("OPTIONS", "TRACE", "PROPFIND"):
        assert visitor.ask(method, "/probe/write").status_code == 403


def test_a_form_over_the_limit_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/probe/write", {"text": "x" * 999_000}).status_code == 200
    assert visitor.post("/probe/write", {"text": "x" * 1_000_000}).status_code == 413


def test_a_file_over_its_limit_is_refused(visitor: Visitor) -> None:
    assert _upload(visitor, b"x" * 9_000).text == "é.pdf"
    assert _upload(visitor, b"x" * 10_001).status_code == 413


def _upload(visitor: Visitor, content: bytes) -> TestResponse:
    headers = {TOKEN_HEADER: visitor.session.header_token}
    return visitor.ask("POST", "/probe/upload", headers=headers, data={"file": (BytesIO(content), "é.pdf")})
