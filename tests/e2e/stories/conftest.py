"""People at the till of the sample shop, in both languages, and a shop that sends to a scripted mail server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.bootstrap import open_services
from backend.domain.sender_profile import SenderProfile
from backend.domain.user import Role, User
from backend.usecases.manage_users import save_user
from backend.usecases.open_training import open_training
from backend.usecases.save_sender_profile import save_sender_profile
from shown_shop import running_app
from tests.e2e.stories_parts import ACCOUNT, PASSWORD, script_of, signed_in
from tests.e2e.storyteller import PIN, Cashier, serving
from tests.program import Program
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.scripted_smtp import ScriptedSmtp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from backend.ports import Services

LOCALES = {"fr": "fr-FR", "en": "en-GB"}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(chromium: Browser, language: str) -> Iterator[Page]:
    """Give a window whose complaints (policy, scripts) fail the story."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale=LOCALES[language])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A refused form answers 422; when the story is over, so is the server, perhaps in the middle of a picture.
    expected = "status of 4|ERR_CONNECTION|ERR_CONTENT_LENGTH|^htmx:(afterRequest|sendError|sendAbort)"
    assert [text for text in complaints if not re.search(expected, text)] == []


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Services]:
    with open_services(tmp_path / "school", training=True) as services:
        yield services


@pytest.fixture
def cashier(page: Page, language: str, school: Services) -> Iterator[Cashier]:
    """Give DUPOND at the home page of the sample shop."""
    with running_app(school, language, lambda: school) as new_url:
        page.goto(new_url())
        page.locator(".people .row-link", has_text="DUPOND").click()
        page.locator(".side-user").wait_for()
        yield Cashier(page, language)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def smtp(certificates: Certificates) -> Iterator[ScriptedSmtp]:
    """Give a mail server that wants STARTTLS and a password."""
    server = ScriptedSmtp(script_of(certificates))
    yield server
    server.stop()


@pytest.fixture
def program(tmp_path: Path, language: str, certificates: Certificates, smtp: ScriptedSmtp) -> Program:
    """Give a shop with the sample sales, whose administrator Martin sends through `smtp`."""
    program = Program(tmp_path, ("--lang", language), {"SSL_CERT_FILE": str(certificates.ca_file)})
    with program.opened() as services:
        services.accept_unprotected_secrets()
        open_training(services)
        save_user(User("Martin", Role.ADMINISTRATOR), PIN, services.users)
        sender = SenderProfile("Martin", ACCOUNT, "BRICO", host="localhost", port=smtp.port, username=ACCOUNT)
        saved = save_sender_profile(sender, PASSWORD, services)
        services.settings.save_sender_profile(saved.tested(services.clock.now()))
    return program


@pytest.fixture
def martin(page: Page, program: Program, language: str) -> Iterator[Cashier]:
    with serving(program) as running, signed_in(page, running.url, language) as person:
        yield person


@pytest.fixture
def origin(martin: Cashier) -> str:
    return martin.page.url.rstrip("/")
