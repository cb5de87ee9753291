"""Mails that wait: queued by a command, seen, sent and erased by others, or by a program that is open."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from backend.adapters.file_lock import hold
from backend.bootstrap.outbox_worker import worker_lock
from backend.domain.outgoing_mail import MailState
from tests.program import Program, Ran, set_tested_sender
from tests.servers.ports import closed_port
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Answer, Script, Step

pytestmark = pytest.mark.wkhtmltopdf
Smtp = Callable[[Script], ScriptedSmtp]


def queue(shop: Program, address: str = "client@example.org") -> Ran:
    queued = shop.call("send", "K1-1", "--to", address, "--queue", "--json")
    assert queued.exit_code == 4, queued
    return queued


def repair(shop: Program, server: ScriptedSmtp) -> None:
    set_tested_sender(shop, server.port)


@pytest.fixture
def down(shop: Program) -> Program:
    """Give a shop whose mail server can't be reached."""
    set_tested_sender(shop, closed_port())
    return shop


def test_what_waits_is_listed_without_address_and_leaves_in_order_once_the_server_is_back(
    down: Program, scripted_smtp: Smtp
) -> None:
    for number in range(3):
        queue(down, f"client{number}@example.org")
    listed = down.call("outbox", "list", "--json")
    assert [mail["cause"] for mail in listed.json["mails"]] == ["connection_refused"] * 3
    assert all(mail["next_try_at"] for mail in listed.json["mails"])
    assert "client0" not in listed.stdout
    assert down.call("outbox", "retry", "--json").exit_code == 4
    server = scripted_smtp(Script())
    repair(down, server)
    sent = down.call("outbox", "retry", "--json")
    assert (sent.exit_code, {mail["state"] for mail in sent.json["mails"]}) == (0, {"sent"})
    assert [one.recipients for one in server.deliveries] == [(f"client{number}@example.org",) for number in range(3)]
    assert len(server.sessions) == 1, "one connection for all of them"
    assert down.call("outbox", "list", "--json").json == {"mails": []}


def test_one_mail_is_named_by_the_first_signs_of_its_id(down: Program) -> None:
    queue(down)
    queue(down)
    first, second = (mail["id"] for mail in down.call("outbox", "list", "--json").json["mails"])
    cancelled = down.call("outbox", "cancel", first[:8], "--json")
    assert cancelled.json["mails"] == [{"id": first, "ticket": "K1-1", "state": "cancelled"}]
    assert [mail["id"] for mail in down.call("outbox", "list", "--json").json["mails"]] == [second]
    assert down.call("outbox", "cancel", "00000000", "--json").json["cause"] == "not_found"
    assert down.call("outbox", "cancel", "ab", "--json").exit_code == 2
    assert down.call("outbox", "cancel").exit_code == 2
    assert down.call("outbox", "cancel", "--all").exit_code == 0
    assert down.call("outbox", "list", "--json").json == {"mails": []}


def test_a_closed_gate_is_exit_code_3_and_nothing_is_tried(down: Program, scripted_smtp: Smtp) -> None:
    queue(down)
    server = scripted_smtp(Script())
    repair(down, server)
    with down.opened() as services:
        profile = services.settings.sender_profile("DUPOND")
        assert profile
        services.settings.save_sender_profile(replace(profile, name="changed"))
    assert down.call("outbox", "retry").exit_code == 3
    assert server.sessions == []


def test_a_final_refusal_is_exit_code_1(down: Program, scripted_smtp: Smtp) -> None:
    queue(down)
    server = scripted_smtp(Script({Step.END_OF_DATA: Answer("554 5.7.1 spam")}))
    repair(down, server)
    failed = down.call("outbox", "retry", "--json")
    assert failed.exit_code == 1
    assert failed.json["mails"][0]["state"] == "failed"


def test_an_open_program_sends_what_a_command_has_queued(down: Program, scripted_smtp: Smtp) -> None:
    queue(down)
    server = scripted_smtp(Script())
    repair(down, server)
    assert down.call("outbox", "list", "--json").json["mails"][0]["state"] == "queued"
    with down.start("serve", "--json") as running:
        try:
            assert running.stdout
            running.stdout.readline()
            # Its plan is a minute off; `retry` hurries it, whoever works.
            assert down.call("outbox", "retry").exit_code == 0
        finally:
            running.send_signal(signal.SIGTERM)
    assert running.returncode == 0
    assert set(server.count_by_message_id().values()) == {1}


def test_the_work_goes_over_to_another_program_when_its_holder_ends(down: Program, scripted_smtp: Smtp) -> None:
    with down.opened() as services, hold(worker_lock(services.data_dir)):
        server = scripted_smtp(Script())
        with down.start("serve", "--json") as running:
            try:
                assert running.stdout
                running.stdout.readline()
                queue(down)
                repair(down, server)
                (mail,) = services.outbox.waiting([MailState.QUEUED])
                services.outbox.save(replace(mail, next_try_at=None))
                time.sleep(6)
                assert server.deliveries == [], "another program works"
            finally:
                running.send_signal(signal.SIGTERM)
    with down.start("serve", "--json") as running:
        try:
            deadline = time.monotonic() + 60
            while not server.deliveries and time.monotonic() < deadline:
                time.sleep(0.1)
        finally:
            running.send_signal(signal.SIGTERM)
    assert set(server.count_by_message_id().values()) == {1}
