"""The pages over stores in memory, and browsers that came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.domain.user import Role, User
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

PORT = 40_123


@pytest.fixture
def shop(tmp_path: Path) -> FakeServices:
    """Give a shop with an administrator, MARTIN, and a cashier, DUPOND; nothing is set up yet."""
    services = FakeServices(tmp_path / "shop")
    services.users.save(User("MARTIN", Role.ADMINISTRATOR))
    services.users.save(User("DUPOND", Role.CASHIER))
    return services


@pytest.fixture
def launch() -> LaunchTokens:
    return LaunchTokens(PORT)


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    return create_app(shop, launch=launch)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Give a browser that has not come in."""
    return Visitor(app)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Give a browser that came in; nobody is signed in."""
    return Visitor(app).enter()


@pytest.fixture
def cashier(app: Flask) -> Visitor:
    return Visitor(app).sign_in("DUPOND")


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    return Visitor(app).sign_in("MARTIN")
