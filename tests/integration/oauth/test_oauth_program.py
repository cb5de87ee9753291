"""The sign-in as the program wires it: with the system's browser, a real Chromium, the data folder, and lazily."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from backend.adapters.mail.oauth_clients import CLIENTS_FILE
from backend.bootstrap import open_services, program_folder
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.oauth import OAuthSignInError, SignInStep, SignInWay
from backend.domain.outgoing_mail import OutgoingMail
from backend.domain.sender_profile import Authentication
from backend.usecases.sign_in_with_provider import start_sign_in
from shown_shop import browser
from tests.builders import a_mail, a_sender
from tests.fake_mail import RecordingWatch
from tests.integration.oauth_setting import (
    NAME,
    TEXTS,
    Setting,
)

ROOT = Path(__file__).resolve().parents[3]
REGISTERED = '[microsoft]\nclient_id = "1"\n[google]\nclient_id = "2"\n'


def child(code: str, **environment: str) -> str:
    """Run Python code in a process of its own, without a screen unless `environment` gives one."""
    screenless = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=ROOT,
        env={**screenless, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_the_system_browser_is_opened(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "navigateur"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}\n', "utf-8")
    program.chmod(0o700)
    url = "https://login.example/authorize?a=1&b=%C3%A9&c=x;y$(id)"
    code = f"""
        from backend.adapters.mail.oauth_browser import has_browser, open_browser
        print(has_browser(), open_browser({url!r}))
    """
    assert child(code, BROWSER=f"{program} %s") == "True True"
    assert seen.read_text("utf-8") == url


def test_without_a_screen_there_is_no_browser() -> None:
    """Not even one for the terminal, which would take over standard input."""
    assert child("from backend.adapters.mail.oauth_browser import has_browser; print(has_browser())") == "False"


def test_the_library_is_imported_by_a_sign_in_only() -> None:
    code = """
        import sys
        import backend.bootstrap, backend.ports, backend.adapters.mail.smtp, backend.web.messages
        import backend.usecases.sign_in_with_provider
        print([name for name in sys.modules if name.startswith(("oauthlib", "backend.adapters.mail.oauth"))])
    """
    assert child(code) == "[]"


def test_the_shop_registers_in_its_data_folder(tmp_path: Path) -> None:
    with open_services(tmp_path, training=False) as services:
        assert services.oauth.availability("microsoft").reason == "no_client_microsoft"
        (tmp_path / CLIENTS_FILE).write_text(REGISTERED, "utf-8")
        assert SignInWay.DEVICE_CODE in services.oauth.availability("microsoft").ways
    assert (program_folder() / "app.py").is_file()


def test_in_training_nobody_is_asked_outside(tmp_path: Path) -> None:
    with open_services(tmp_path, training=True) as services:
        (services.data_dir / CLIENTS_FILE).write_text(REGISTERED, "utf-8")
        assert {each.reason for each in services.oauth.availabilities()} == {"training"}
        with pytest.raises(OAuthSignInError, match="training"):
            start_sign_in("DUPOND", "microsoft", TEXTS, services)


def test_a_profile_that_says_oauth2_asks_for_a_token(tmp_path: Path) -> None:
    """Without a permission nothing is connected, and the user is sent to sign in."""
    with open_services(tmp_path, training=False) as services:
        services.accept_unprotected_secrets()
        sender = a_sender(NAME, authentication=Authentication.OAUTH2, oauth_provider="microsoft", host="x.invalid")
        with pytest.raises(MailFailure) as failure:
            services.transport_for(sender).send(_mail(tmp_path), sender, RecordingWatch())
    assert failure.value.mail_cause is MailCause.AUTHORIZATION_EXPIRED


def _mail(folder: Path) -> OutgoingMail:
    pdf = folder / "C1-4-BRICO.pdf"
    pdf.write_bytes(b"%PDF-1.4\n")
    return a_mail(pdf=pdf, recipients=("client@client.test",))


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("button", "title", "step"),
    [("Allow", TEXTS.accepted_title, SignInStep.DONE), ("Deny", TEXTS.refused_title, SignInStep.FAILED)],
)
def test_a_real_browser_signs_in(setting: Setting, button: str, title: str, step: SignInStep) -> None:
    """With all that browsers do besides: connections in advance, icons, the policy of the page."""
    setting.limits = replace(setting.limits, user_s=60.0)
    setting.restart()
    setting.person.decision = ""
    state = setting.begin()
    complaints: list[str] = []
    with browser() as chromium, chromium.new_context(ignore_https_errors=True, locale="fr-FR") as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(state.url)
        page.get_by_role("button", name=button).click()
        page.get_by_role("heading", name=title).wait_for()
        assert page.url.startswith("http://127.0.0.1:")
        assert page.evaluate("getComputedStyle(document.querySelector('main')).paddingTop") == "32px"
        page.wait_for_load_state("networkidle")
    assert complaints == []
    assert setting.end().step is step
