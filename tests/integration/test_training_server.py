"""The training server and its mailbox: durable, numbered, shared by processes, quick, ended cleanly."""

from __future__ import annotations

import email
import email.policy
import logging
import os
import smtplib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.mail.training_mailbox import FolderMailbox
from backend.adapters.mail.training_server import TrainingServer, TrainingTransport
from backend.domain.errors import NotFoundError
from backend.domain.outgoing_mail import RecipientStatus
from backend.domain.plain_text import one_line, text_lines
from tests.builders import a_mail, a_sender
from tests.fake_mail import RecordingWatch

ROOT = Path(__file__).parents[2]


@pytest.fixture
def mailbox(tmp_path: Path) -> FolderMailbox:
    return FolderMailbox(tmp_path / "mailbox")


@pytest.fixture
def server(mailbox: FolderMailbox) -> Iterator[TrainingServer]:
    running = TrainingServer(mailbox)
    yield running
    running.stop()


def send(server: TrainingServer, folder: Path, *recipients: str, **changes: str) -> None:
    pdf = folder / "C1-4-BRICO.pdf"
    pdf.write_bytes(b"%PDF-1.4\n" + b"x" * 3000)
    mail = a_mail(pdf=pdf, recipients=recipients, **changes)
    delivery = TrainingTransport(server).send(mail, a_sender(), RecordingWatch())
    assert {result.status for result in delivery.results.values()} == {RecipientStatus.ACCEPTED}


def test_a_mail_is_kept_as_it_was_sent(server: TrainingServer, mailbox: FolderMailbox, tmp_path: Path) -> None:
    send(server, tmp_path, "client@example.org")
    assert mailbox.numbers() == [1]
    raw = mailbox.raw(1)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["To"] == "client@example.org"
    assert message["From"] == "Brico <caisse@brico.example>"
    assert [part.get_filename() for part in message.iter_attachments()] == ["C1-4-BRICO.pdf"]
    assert raw.startswith(b"From: ")
    assert b"\r\n\r\n" in raw


@pytest.mark.parametrize(
    "subject",
    [
        "Ticket\r\nBcc: autre@x.test\r\n\r\ncorps",
        "é" * 5000,
        "👩‍👩‍👧 merci",
        "\u200fתודה רבה \u202eabc\u202c 42",
        "=?utf-8?q?Bonjour?= =?utf-8?b?w6k=?=",
    ],
    ids=["line_breaks", "long", "emoji", "right_to_left", "encoded_words"],
)
def test_a_hostile_subject_and_message_arrive_as_they_were_meant(
    server: TrainingServer, mailbox: FolderMailbox, tmp_path: Path, subject: str
) -> None:
    send(server, tmp_path, "client@example.org", subject=subject, body=f"{subject}\n.\n..\nFrom moi")
    raw = mailbox.raw(1)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert str(message["Subject"]) == one_line(subject)
    assert (message["To"], message["Bcc"]) == ("client@example.org", None)
    assert not any(part.defects for part in message.walk())
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    assert text["Content-Transfer-Encoding"] == page["Content-Transfer-Encoding"] == "quoted-printable"
    assert text.get_content().replace("\r\n", "\n") == text_lines(f"{subject}\n.\n..\nFrom moi")
    assert page.get_content().count("<p dir=") >= 1


def test_an_accented_address_is_taken_too(server: TrainingServer, mailbox: FolderMailbox, tmp_path: Path) -> None:
    send(server, tmp_path, "hélène@example.org")
    assert "hélène@example.org" in mailbox.raw(1).decode()


def test_mails_are_numbered_in_order_and_begin_again_when_cleared(mailbox: FolderMailbox) -> None:
    assert mailbox.numbers() == []
    assert [mailbox.add(f"mail {place}".encode()) for place in (1, 2, 3)] == [1, 2, 3]
    assert [mailbox.raw(number) for number in mailbox.numbers()] == [b"mail 1", b"mail 2", b"mail 3"]
    mailbox.clear()
    assert mailbox.numbers() == []
    assert mailbox.add(b"again") == 1


@pytest.mark.parametrize("number", [0, 2, 99])
def test_a_number_that_is_not_there_is_said(mailbox: FolderMailbox, number: int) -> None:
    mailbox.add(b"one")
    with pytest.raises(NotFoundError) as caught:
        mailbox.raw(number)
    assert (caught.value.kind, caught.value.key) == ("mail", str(number))


def test_a_mail_that_is_still_being_written_is_not_there_yet(mailbox: FolderMailbox, tmp_path: Path) -> None:
    mailbox.add(b"one")
    (tmp_path / "mailbox" / "0002.eml").touch()
    (tmp_path / "mailbox" / "left.part").write_bytes(b"half")
    assert mailbox.numbers() == [1]
    assert mailbox.add(b"two") == 3
    with pytest.raises(NotFoundError):
        mailbox.raw(2)


WRITER = """
import sys
from pathlib import Path
from backend.adapters.mail.training_mailbox import FolderMailbox
mailbox = FolderMailbox(Path(sys.argv[1]))
for place in range(40):
    mailbox.add(f"{sys.argv[2]}-{place}".encode())
"""


def test_several_processes_lose_and_double_nothing(mailbox: FolderMailbox, tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "mailbox"), name], cwd=ROOT) for name in "ABC"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    kept = [mailbox.raw(number).decode() for number in mailbox.numbers()]
    assert sorted(kept) == sorted(f"{name}-{place}" for name in "ABC" for place in range(40))
    for name in "ABC":
        own = [text for text in kept if text.startswith(name)]
        assert own == [f"{name}-{place}" for place in range(40)]


def test_a_mail_is_accepted_only_once_it_is_on_disk(server: TrainingServer, tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("a file where the folder should be")
    with smtplib.SMTP("127.0.0.1", server.start(), "[127.0.0.1]", timeout=5) as client:
        client.ehlo()
        client.mail("a@example.org")
        client.rcpt("b@example.org")
        code, _ = client.data(b"Subject: x\r\n\r\ny\r\n")
    assert code == 452


def test_only_this_pc_is_served_and_starting_is_quick(server: TrainingServer) -> None:
    started = time.monotonic()
    port = server.start()
    assert time.monotonic() - started < 0.1
    assert server.start() == port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        assert client.recv(100).startswith(b"220 ")
    with pytest.raises(OSError, match=r"refused|unreachable|assign"):
        socket.create_connection((own_address(), port), timeout=2)


def own_address() -> str:
    """Return an address of this PC that isn't the one served."""
    return "127.0.0.2" if sys.platform == "linux" else socket.gethostbyname(socket.gethostname())


def test_the_end_leaves_no_thread_and_no_open_port(mailbox: FolderMailbox, tmp_path: Path) -> None:
    server = TrainingServer(mailbox)
    port = server.start()
    send(server, tmp_path, "client@example.org")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as idle:
        assert idle.recv(100).startswith(b"220 ")
        server.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "training-server"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=2)
    server.stop()
    assert server.start() != 0
    send(server, tmp_path, "client@example.org")
    server.stop()
    assert mailbox.numbers() == [1, 2]


def test_addresses_are_in_no_log(server: TrainingServer, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(server, tmp_path, "client.secret@example.org")
    assert "client.secret" not in caplog.text


def test_the_server_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys; import backend.adapters.mail.training_server, backend.adapters.mail.smtp;"
        "print(sorted({'aiosmtpd', 'truststore', 'cryptography', 'email_validator'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
    assert os.environ.get("PYTHONSTARTUP") is None or not shown.stderr


def test_an_answer_of_several_lines_waits_for_no_acknowledgement(server: TrainingServer) -> None:
    took = []
    with smtplib.SMTP("127.0.0.1", server.start(), "[127.0.0.1]", timeout=10) as client:
        for _ in range(5):
            begun = time.perf_counter()
            client.ehlo()
            took.append(time.perf_counter() - begun)
    assert min(took) < 0.03  # Nagle's algorithm and a delayed acknowledgement are 0.04 s
