"""The sign-in page is out before the other screens are loaded, and nobody notices."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import FRONTEND, create_app
from backend.web.security import TOKEN_HEADER
from tests.web.routes import all_routes, write_routes
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices


@pytest.fixture
def complete(app: Flask) -> Flask:
    """Give the same pages with every screen there from the start."""
    return app


@pytest.fixture
def late(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.training = True  # where nobody needs a password to sign in
    return create_app(shop, launch=launch, late_screens=True)


def _screens(app: Flask) -> set[str]:
    return set(app.blueprints)


def test_coming_in_ends_at_the_sign_in_page_without_the_other_screens(late: Flask) -> None:
    stranger = Visitor(late)
    launch = late.extensions["facteur.launch"]
    answer = stranger.get(f"/enter?t={launch.new()}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == "/sign-in"
    assert _screens(late) == {"security", "session"}


def test_the_other_screens_come_soon_after_the_sign_in_page(late: Flask, complete: Flask) -> None:
    Visitor(late).enter().get("/sign-in")
    deadline = time.monotonic() + 10
    while _screens(late) != _screens(complete) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _screens(late) == _screens(complete)


def test_every_address_is_there_when_it_is_asked_for(shop: FakeServices, launch: LaunchTokens, complete: Flask) -> None:
    reads = [route for route in all_routes(complete) if route.method == "GET" and route.endpoint != "security.enter"]
    for route in reads[::4]:
        late = create_app(shop, launch=launch, late_screens=True)
        answers = [Visitor(app).sign_in("MARTIN").get(route.path).status_code for app in (late, complete)]
        assert answers[0] == answers[1], route


def test_an_unknown_address_stays_unknown(late: Flask) -> None:
    visitor = Visitor(late).sign_in("MARTIN")
    assert visitor.get("/no-such-page").status_code == 404
    assert visitor.get("/no-such-page").status_code == 404


def test_a_stranger_loads_nothing(late: Flask) -> None:
    stranger = Visitor(late)
    for path in ("/", "/tickets", "/no-such-page", "/sign-in"):
        assert stranger.get(path).status_code == 403
    assert _screens(late) == {"security", "session"}


def test_late_writes_are_guarded_too(shop: FakeServices, launch: LaunchTokens, complete: Flask) -> None:
    for route in write_routes(complete)[::3]:
        late = create_app(shop, launch=launch, late_screens=True)
        administrator = Visitor(late).sign_in("MARTIN")
        assert administrator.ask(route.method, route.path).status_code == 403, route
        headers = {TOKEN_HEADER: administrator.session.header_token}
        refused = administrator.ask(route.method, route.path, headers=headers, data=b"x", content_type="text/plain")
        assert refused.status_code == 415, route


def test_many_requests_at_once_while_they_are_loaded_all_find_their_page(late: Flask, complete: Flask) -> None:
    wanted = {"home.index", "tickets.index", "users.index", "guide.index"}
    paths = [route.path for route in all_routes(complete) if route.endpoint in wanted]
    visitors = [Visitor(late).sign_in("MARTIN") for _ in range(8)]
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda visitor=visitor, path=path: statuses.append(
                visitor.get(path, follow_redirects=True).status_code
            )
        )
        for visitor, path in zip(visitors, paths * 2, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8


def test_a_shop_without_users_is_sent_to_its_first_start(late: Flask, shop: FakeServices) -> None:
    shop.training = False
    for user in shop.users.users():
        shop.users.delete(user.name)
    assert Visitor(late).enter().get("/", follow_redirects=True).request.path == "/first-start"


def test_the_first_page_imports_no_screen_and_no_slow_library() -> None:
    start = "import sys; import backend.web.create_app, backend.desktop.server; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", start], cwd=FRONTEND.parent, check=True, capture_output=True, text=True
    ).stdout.split()
    slow = (
        "aiosmtpd alembic argon2 asyncio cryptography email_validator jsonschema keyring pypdfium2 sqlalchemy webview"
    )
    screens = {f"backend.web.{name}" for name in ("home", "tickets", "till", "sending", "users", "shop", "training")}
    assert not (set(slow.split()) | screens) & set(loaded)
