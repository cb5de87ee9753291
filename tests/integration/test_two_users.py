"""Two users of one shop who send in different ways: each by his own, from his own address, behind his own gate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.domain.sender_profile import ConnectionSecurity, SendingMode
from backend.domain.user import Role, User
from tests.builders import a_sender
from tests.program import Program
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script

# A mail program that notes for whom a mail is, and takes it.
XDG_EMAIL = """#!/bin/sh
printf '%s\\n' "$@" >> "$(dirname "$0")/arguments"
"""


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a recording xdg-email before all others; return the file of its arguments."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "xdg-email").write_text(XDG_EMAIL, "utf-8")
    (folder / "xdg-email").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_CLIENT", "XRDP_SESSION"):
        monkeypatch.delenv(name, raising=False)
    return folder / "arguments"


@pytest.mark.wkhtmltopdf
def test_each_user_sends_in_his_own_way_and_one_gate_opens_no_other(
    shop: Program, scripted_smtp: Callable[[Script], ScriptedSmtp], arguments: Path
) -> None:
    server = scripted_smtp(Script())
    with shop.opened() as services:
        for name in ("DUPOND", "MOREAU"):
            services.users.save(User(name, Role.CASHIER))
        services.settings.save_sender_profile(
            a_sender(
                "DUPOND",
                host="127.0.0.1",
                port=server.port,
                security=ConnectionSecurity.NONE,
                username="",
                secret_version="",
            )
        )
        services.settings.save_sender_profile(
            a_sender("MOREAU", mode=SendingMode.MAIL_CLIENT, email="moreau@brico.example")
        )
    assert shop.call("check", "mail", "--user", "DUPOND", "--json").json["status"] == "sent"
    send = ("send", "C1-1", "--to", "client@example.org", "--user")
    assert shop.call(*send, "MOREAU").exit_code == 3
    assert shop.call("check", "mail", "--user", "MOREAU", "--json").json["status"] == "handed_over"
    assert shop.call("check", "mail", "--user", "MOREAU", "--arrived").exit_code == 0
    assert len(server.deliveries) == 1
    assert shop.call(*send, "MOREAU").exit_code == 0
    assert len(server.deliveries) == 1
    assert "client@example.org" in arguments.read_text("utf-8")
    assert shop.call(*send, "DUPOND").exit_code == 0
    assert len(server.deliveries) == 2
