"""The sender page on a real Secret Service: open, locked, locked midway, empty, none. It works, or says what it is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.servers.certificates import HOST, Certificates
from tests.servers.children import server_folder
from tests.servers.dovecot import USER
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.secret_service import SecretService, running_secret_service
from tests.servers.smtp_script import Script, Security

PATIENCE_S = 120
PASSWORD = "été-geheim-47"
# A process of its own: one start of the program, its pages asked as a browser asks them.
_PROGRAM = """
import json, re, sys
from pathlib import Path
from backend.bootstrap import open_services
from backend.domain.user import Role, User
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.web.visitor import Visitor
folder, forms = json.loads(sys.stdin.read())
with open_services(Path(folder), training=False) as services:
    services.users.save(User("MARTIN", Role.ADMINISTRATOR, password_hash="x"))
    visitor = Visitor(create_app(services, launch=LaunchTokens(40123), language="en")).sign_in("MARTIN")
    answers = []
    for form in forms:
        answer = visitor.post("/sender-settings/", form)
        first = answer
        while found := re.search(r'hx-get="(/sender-settings/test[^"]*)"', answer.text):
            answer = visitor.htmx(found[1].replace("&amp;", "&"), "sender_settings-test")
        where = first.headers.get("HX-Retarget", "")
        answers.append({"status": first.status_code, "text": answer.text, "where": where})
    profile = services.settings.sender_profile("MARTIN")
    page = visitor.get("/sender-settings/").text
    open_gate = profile is not None and profile.gate_is_open
print(json.dumps({"answers": answers, "page": page, "is_saved": profile is not None, "is_open": open_gate}))
"""


@dataclass
class Pc:
    """The pages on a data folder of its own; each `save` is a new start of the program."""

    folder: Path
    certificates: Certificates
    server: ScriptedSmtp

    def save(self, environment: Mapping[str, str], *changes: dict[str, str]) -> dict[str, Any]:
        """Save and test the settings, once for each of `changes`."""
        typed = {
            "email": USER,
            "custom": "yes",
            "mode": "smtp",
            "host": HOST,
            "port": str(self.server.port),
            "security": "starttls",
            "username": USER,
            "password": PASSWORD,
            "priority": "normal",
        }
        asked = [str(self.folder), [typed | each for each in changes or ({},)]]
        ran = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=json.dumps(asked),
            env={**environment, "SSL_CERT_FILE": str(self.certificates.ca_file)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        told = json.loads(ran.stdout)
        assert isinstance(told, dict)
        return told

    def nothing_readable(self) -> bool:
        """Tell whether the password stands nowhere in the data folder."""
        return not any(PASSWORD.encode() in path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def pc(tmp_path: Path, certificates: Certificates, scripted_smtp: Callable[[Script], ScriptedSmtp]) -> Pc:
    server = scripted_smtp(Script(security=Security.STARTTLS, certificate=certificates.good))
    return Pc(tmp_path / "data", certificates, server)


@pytest.fixture
def own_service() -> Iterator[SecretService]:
    """Give a keyring that a test may lock."""
    with server_folder() as folder, running_secret_service(folder) as running:
        yield running


def test_an_open_keyring_keeps_the_password_which_the_next_start_finds_again(
    secret_service: SecretService, pc: Pc
) -> None:
    told = pc.save(secret_service.environment)
    assert (told["answers"][0]["status"], told["is_open"]) == (200, True)
    assert "The test mail has left." in told["answers"][0]["text"]
    again = pc.save(secret_service.environment, {"password": "", "name": "Brico"})
    assert again["is_open"]
    assert len(pc.server.deliveries) == 2
    assert pc.nothing_readable()


def test_a_locked_keyring_is_said_nothing_is_saved_and_what_was_typed_stays(
    locked_secret_service: SecretService, pc: Pc
) -> None:
    told = pc.save(locked_secret_service.environment)
    (answer,) = told["answers"]
    assert (answer["status"], answer["where"]) == (409, "#toasts")
    assert "The keyring of this PC, which holds the passwords, is locked." in answer["text"]
    assert "Unlock it" in answer["text"]
    assert not told["is_saved"]
    assert f'value="{USER}"' in told["page"]
    assert pc.server.deliveries == []
    assert pc.nothing_readable()


@pytest.mark.keyring_service
def test_a_keyring_locked_after_the_set_up_is_said_by_the_test(own_service: SecretService, pc: Pc) -> None:
    assert pc.save(own_service.environment)["is_open"]
    own_service.lock()
    told = pc.save(own_service.environment, {"password": ""})
    assert "is locked" in told["answers"][0]["text"]
    assert len(pc.server.deliveries) == 1


def test_a_keyring_that_nobody_can_open_is_said(empty_secret_service: SecretService, pc: Pc) -> None:
    told = pc.save(empty_secret_service.environment)
    text = told["answers"][0]["text"]
    assert "is locked" in text or "This PC has no keyring" in text or "doesn&#39;t answer" in text
    assert not told["is_saved"]
    assert pc.server.deliveries == []


def test_without_a_keyring_the_page_asks_and_a_passphrase_protects(no_secret_service: dict[str, str], pc: Pc) -> None:
    words = "trois mots à moi"
    choice = {"passphrase": words, "passphrase_again": words, "protect": "yes"}
    told = pc.save(no_secret_service, {}, choice)
    asked, saved = told["answers"]
    assert asked["where"] == "#dialogs"
    assert "This PC has no keyring" in asked["text"]
    assert "The test mail has left." in saved["text"]
    assert told["is_open"]
    assert len(pc.server.deliveries) == 1
    assert pc.nothing_readable()
    next_start = pc.save(no_secret_service, {"password": "", "name": "Brico"})
    assert "Passphrase" in next_start["answers"][0]["text"]
    assert len(pc.server.deliveries) == 1


def test_without_a_keyring_and_without_protection_it_works_after_a_plain_warning(
    no_secret_service: dict[str, str], pc: Pc
) -> None:
    told = pc.save(no_secret_service, {}, {"accept_unprotected": "yes"})
    assert "Whoever can read the files of this account can then read the password" in told["answers"][0]["text"]
    assert told["is_open"]
    assert pc.save(no_secret_service, {"password": "", "name": "Brico"})["is_open"]
    assert len(pc.server.deliveries) == 2
