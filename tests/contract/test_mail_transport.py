"""What every way of sending promises (`ports.MailTransport`), held by SMTP, the training server and the fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from backend.adapters.mail.smtp import SmtpTransport
from backend.adapters.mail.training_mailbox import FolderMailbox
from backend.adapters.mail.training_server import TrainingServer, TrainingTransport
from backend.domain.errors import StorageError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import OutgoingMail, RecipientResult, RecipientStatus, SendingPhase
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.ports import MailTransport
from tests.builders import a_mail, a_sender, accepted
from tests.fake_mail import FakeMailTransport, RecordingWatch
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import CUT, LOST_ANSWER, Answer, Script, Step

UNKNOWN = "inconnu@example.org"


@dataclass
class Way:
    """A transport with a server behind it, and how that is told to be unkind."""

    transport: MailTransport
    sender: SenderProfile
    arrived: Callable[[], int]
    refuse_unknown: Callable[[], object] = lambda: None
    lose_answer: Callable[[], object] = lambda: None
    break_off: Callable[[], object] = lambda: None


def smtp_way(stack: ExitStack) -> Way:
    server = ScriptedSmtp()
    stack.callback(server.stop)
    return Way(
        SmtpTransport(),
        a_sender(host="127.0.0.1", port=server.port, security=ConnectionSecurity.NONE, username=""),
        lambda: len(server.deliveries),
        lambda: server.play(Script(recipients={UNKNOWN: Answer("550 5.1.1 User unknown")})),
        lambda: server.play(Script(answers={Step.END_OF_DATA: LOST_ANSWER})),
        lambda: server.play(Script(answers={Step.MAIL: CUT})),
    )


def training_way(stack: ExitStack, folder: Path) -> Way:
    mailbox = FolderMailbox(folder)
    server = TrainingServer(mailbox)
    stack.callback(server.stop)
    return Way(TrainingTransport(server), a_sender(), lambda: len(mailbox.numbers()))


def fake_way() -> Way:
    fake = FakeMailTransport()

    def refuse_unknown() -> None:
        refused = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1 User unknown", MailCause.RECIPIENT_UNKNOWN)
        fake.answers = {UNKNOWN: refused}

    return Way(
        fake,
        a_sender(),
        lambda: len(fake.sent),
        refuse_unknown,
        lambda: fake.refuse(MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT),
        lambda: fake.refuse(MailCause.CONNECTION_LOST, SendingPhase.ENVELOPE),
    )


@pytest.fixture(params=["smtp", "training", "fake"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    with ExitStack() as stack:
        if request.param == "smtp":
            yield smtp_way(stack)
        elif request.param == "training":
            yield training_way(stack, tmp_path / "mailbox")
        else:
            yield fake_way()


@pytest.fixture(params=["smtp", "fake"])
def unkind(request: pytest.FixtureRequest) -> Iterator[Way]:
    """Give the ways whose server can refuse."""
    with ExitStack() as stack:
        yield smtp_way(stack) if request.param == "smtp" else fake_way()


@pytest.fixture
def mail(tmp_path: Path) -> OutgoingMail:
    pdf = tmp_path / "C1-4-BRICO.pdf"
    pdf.write_bytes(b"%PDF-1.4\n%%EOF\n")
    return a_mail(pdf=pdf)


def test_an_accepted_mail_gives_a_result_per_recipient_and_the_last_answer(way: Way, mail: OutgoingMail) -> None:
    watch = RecordingWatch()
    delivery = way.transport.send(replace(mail, recipients=("a@example.org", "b@example.org")), way.sender, watch)
    assert {address: result.status for address, result in delivery.results.items()} == {
        "a@example.org": RecipientStatus.ACCEPTED,
        "b@example.org": RecipientStatus.ACCEPTED,
    }
    assert delivery.server_reply.startswith("250 ")
    assert watch.phases == list(SendingPhase)
    assert watch.steps[-1][0] == "message_accepted"
    assert way.arrived() == 1


def test_who_has_it_already_does_not_get_it_again(way: Way, mail: OutgoingMail) -> None:
    again = replace(mail, recipients=("a@example.org", "b@example.org"), results={"a@example.org": accepted()})
    delivery = way.transport.send(again, way.sender, RecordingWatch())
    assert set(delivery.results) == {"b@example.org"}


def test_nothing_leaves_when_a_phase_can_not_be_committed(way: Way, mail: OutgoingMail) -> None:
    class FullDisk(RecordingWatch):
        def phase(self, phase: SendingPhase) -> None:
            if phase is SendingPhase.FINAL_DOT:
                raise StorageError("records.db", "disk_full")

    with pytest.raises(StorageError):
        way.transport.send(mail, way.sender, FullDisk())
    assert way.arrived() == 0
    way.transport.send(mail, way.sender, RecordingWatch())
    assert way.arrived() == 1


def test_one_refused_recipient_does_not_hold_up_the_others(unkind: Way, mail: OutgoingMail) -> None:
    unkind.refuse_unknown()
    delivery = unkind.transport.send(
        replace(mail, recipients=("a@example.org", UNKNOWN)), unkind.sender, RecordingWatch()
    )
    refused = delivery.results[UNKNOWN]
    assert (refused.status, refused.mail_cause) == (RecipientStatus.REJECTED, MailCause.RECIPIENT_UNKNOWN)
    assert refused.reply == "550 5.1.1 User unknown"
    assert delivery.results["a@example.org"].status is RecipientStatus.ACCEPTED
    assert unkind.arrived() == 1


def test_a_mail_whose_only_recipient_is_refused_is_a_result_and_no_failure(unkind: Way, mail: OutgoingMail) -> None:
    unkind.refuse_unknown()
    delivery = unkind.transport.send(replace(mail, recipients=(UNKNOWN,)), unkind.sender, RecordingWatch())
    assert delivery.results[UNKNOWN].status is RecipientStatus.REJECTED
    assert unkind.arrived() == 0


def test_an_answer_lost_after_the_final_dot_is_told_apart(unkind: Way, mail: OutgoingMail) -> None:
    unkind.lose_answer()
    watch = RecordingWatch()
    with pytest.raises(MailFailure) as caught:
        unkind.transport.send(mail, unkind.sender, watch)
    assert caught.value.mail_cause is MailCause.ANSWER_LOST
    assert watch.phases[-1] is SendingPhase.FINAL_DOT


def test_a_connection_lost_before_the_final_dot_left_nothing_behind(unkind: Way, mail: OutgoingMail) -> None:
    unkind.break_off()
    watch = RecordingWatch()
    with pytest.raises(MailFailure) as caught:
        unkind.transport.send(mail, unkind.sender, watch)
    assert caught.value.mail_cause is MailCause.CONNECTION_LOST
    assert watch.phases == [SendingPhase.CONNECTING, SendingPhase.ENVELOPE]
    assert unkind.arrived() == 0
