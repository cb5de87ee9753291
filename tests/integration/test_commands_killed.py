"""`send` killed at random moments: what became of each mail can be told, and none arrives twice."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from email import message_from_bytes

import pytest

from backend.domain.outgoing_mail import MailState
from backend.ports import Services
from tests.forked_program import ForkedProgram, after
from tests.program import Program, set_tested_sender
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script

pytestmark = pytest.mark.wkhtmltopdf
TRIES = 10
# How often a mail in each state may have arrived.
ARRIVALS: Mapping[MailState, set[int]] = {
    MailState.DRAFT: {0},
    MailState.UNKNOWN: {0, 1},
    MailState.SENT: {1},
}


def test_a_killed_sending_is_told_and_never_doubled(
    shop: Program, scripted_smtp: Callable[[Script], ScriptedSmtp]
) -> None:
    server = scripted_smtp(Script(delay_per_reply_s=0.02))
    set_tested_sender(shop, server.port)

    dialogue = grown(lambda: len(server.sessions), 0.16)
    final_answer = grown(lambda: len(server.deliveries), 0.03)
    with ForkedProgram(shop) as forked:
        kill_at_random(forked, "K1-1", [dialogue, final_answer, dialogue, final_answer])
    kept = {path: path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()}
    assert [path for path, content in kept.items() if b"client@example.org" in content] == []
    with shop.opened(lasting=True) as services:
        assert_explained(services, server.count_by_message_id)


def test_a_killed_training_mail_is_told_and_never_doubled(training: Program) -> None:
    with ForkedProgram(training) as forked:
        kill_at_random(forked, "C1-1", [])
    with training.start("serve", "--json") as next_start, training.opened() as services:

        def arrived() -> Counter[str]:
            raw = [services.mailbox.raw(number) for number in services.mailbox.numbers()]
            return Counter(str(message_from_bytes(content)["Message-ID"]) for content in raw)

        try:
            assert next_start.stdout
            assert "http://" in next_start.stdout.readline()
            assert_explained(services, arrived)
        finally:
            next_start.send_signal(signal.SIGTERM)
    assert next_start.returncode == 0


def grown(count: Callable[[], int], seconds: float) -> Callable[[], None]:
    """Wait until something is counted once more, then some moment of the following seconds."""

    def wait() -> None:
        before, deadline = count(), time.monotonic() + 30
        while count() == before and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(random.uniform(0, seconds))

    return wait


def kill_at_random(forked: ForkedProgram, number: str, chosen: list[Callable[[], None]]) -> None:
    """Send twice in peace, then TRIES times killed: at the chosen moments, else at any within the peaceful time."""
    command = ("send", number, "--to", "client@example.org")
    assert forked.run(*command) == 0
    began = time.monotonic()
    assert forked.run(*command) == 0
    whole = time.monotonic() - began
    moments = [*chosen, *(after(random.uniform(0, whole)) for _ in range(TRIES - len(chosen)))]
    codes = [forked.run(*command, wait_to_kill=moment) for moment in moments]
    assert set(codes) <= {-9, 0}
    assert -9 in codes


def assert_explained(services: Services, arrived: Callable[[], Counter[str]]) -> None:
    """Hold that after the recovery each mail's state and journal agree with what the server has."""
    deadline = time.monotonic() + 60
    # The outbox sends by itself what it finds before its final dot.
    while services.outbox.waiting([MailState.SENDING, MailState.QUEUED, MailState.DEFERRED]):
        assert time.monotonic() < deadline, "the start has not put right what was in SENDING"
        time.sleep(0.02)
    counts = arrived()
    assert set(counts.values()) == {1}
    mails = services.outbox.waiting(MailState)
    assert set(counts) <= {mail.message_id for mail in mails}
    journal = services.journal.latest(1000)
    for mail in mails:
        assert mail.state in ARRIVALS, mail.state
        assert counts[mail.message_id] in ARRIVALS[mail.state], mail.state
        mailed = sum(entry.event == "mailed" for entry in journal if entry.mail_id == mail.id)
        assert mailed == 1 if mail.state is MailState.SENT else mailed <= counts[mail.message_id]
    assert services.tickets.check_chain().faults == ()
