"""Tickets handed to mail programs of the PC: played by scripts that keep what they were given, or xdg-utils' own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from backend.adapters.mail.handed_over_files import HandedOverFiles
from backend.adapters.mail.mail_client import MailClientTransport, ThisPc
from backend.bootstrap import open_services
from backend.domain.errors import StorageError
from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail, RecipientStatus, SendingPhase
from backend.domain.sender_profile import SendingMode
from backend.domain.ticket import TicketNumber
from backend.usecases.send_ticket import SendingWishes, send_ticket
from backend.usecases.test_sender import TestMailTexts, confirm_test, send_test_mail
from tests.builders import a_company, a_mail, a_sender, a_ticket, a_till, a_user, accepted
from tests.fake_mail import RecordingWatch
from tests.program import Program

PDF = b"%PDF-1.4\n% 12,50 \xe2\x82\xac\n%%EOF\n"
TEXTS = TestMailTexts("Essai", "Ceci est un essai.")
CLIENT = a_sender(mode=SendingMode.MAIL_CLIENT)
# Writes its arguments, one a line with \ for line breaks, and keeps the files behind --attach or the last argument.
RECORDER = """#!/bin/sh
here=$(dirname "$0")
for each in "$@"; do printf '%s' "$each" | tr '\\n' '\\\\'; echo; done >> "$here/arguments"
while [ $# -gt 0 ]; do
  if [ "$1" = --attach ]; then cp "$2" "$here/received-${2##*/}"; fi
  if [ "$#" = 1 ] && [ -f "$1" ]; then cp "$1" "$here/received-${1##*/}"; fi
  shift
done
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that goes before all others on the PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_CLIENT", "XRDP_SESSION"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def install(programs: Path) -> Callable[..., None]:
    def put(name: str, then: str = "exit 0", *, script: str = RECORDER) -> None:
        (programs / name).write_text(f"{script}\n{then}\n", "utf-8")
        (programs / name).chmod(0o755)

    return put


@pytest.fixture
def files(tmp_path: Path) -> Iterator[HandedOverFiles]:
    files = HandedOverFiles(tmp_path / "données, à moi" / "handed-over")
    yield files
    files.close()


@pytest.fixture
def transport(files: HandedOverFiles) -> MailClientTransport:
    return MailClientTransport(files, ThisPc(answer_s=10))


@pytest.fixture
def mail(tmp_path: Path) -> OutgoingMail:
    pdf = tmp_path / "C1-4-CAFÉ, l'été.pdf"
    pdf.write_bytes(PDF)
    mail = a_mail(pdf=pdf)
    return replace(mail, attachments=(replace(mail.pdf, name=pdf.name),))


def arguments(programs: Path) -> list[str]:
    return (programs / "arguments").read_text("utf-8").splitlines()


def cause_of(transport: MailClientTransport, mail: OutgoingMail) -> MailCause:
    with pytest.raises(MailFailure) as caught:
        transport.send(mail, CLIENT, RecordingWatch())
    return caught.value.mail_cause


@pytest.mark.parametrize("show_message", [True, False])
def test_xdg_email_receives_the_pdf_with_recipients_and_texts(
    install: Callable[..., None], programs: Path, transport: MailClientTransport, mail: OutgoingMail, show_message: bool
) -> None:
    install("xdg-email")
    watch = RecordingWatch()
    delivery = transport.send(mail, replace(CLIENT, show_message=show_message), watch)
    assert delivery.handed_over
    assert delivery.server_reply == ""
    assert {address: (one.status, one.reply) for address, one in delivery.results.items()} == {
        "client@example.org": (RecipientStatus.ACCEPTED, "")
    }
    assert (programs / "received-C1-4-CAFE-l-ete.pdf").read_bytes() == PDF
    given = arguments(programs)
    assert given[given.index("--subject") + 1] == mail.subject
    assert given[given.index("--body") + 1] == "Bonjour,\\\\Veuillez trouver ci-joint votre ticket.\\"
    assert given[-1] == "client@example.org"
    assert watch.phases == list(SendingPhase)
    assert [name for name, _ in watch.steps] == ["client_found", "handed_over"]


def test_who_has_it_already_is_not_handed_over_again(
    install: Callable[..., None], programs: Path, transport: MailClientTransport, mail: OutgoingMail
) -> None:
    install("xdg-email")
    again = replace(mail, recipients=("a@example.org", "b@example.org"), results={"a@example.org": accepted()})
    assert set(transport.send(again, CLIENT, RecordingWatch()).results) == {"b@example.org"}
    assert arguments(programs)[-1] == "b@example.org"
    assert "a@example.org" not in arguments(programs)


def test_nothing_is_handed_over_when_a_phase_can_not_be_committed(
    install: Callable[..., None], programs: Path, transport: MailClientTransport, mail: OutgoingMail
) -> None:
    class FullDisk(RecordingWatch):
        def phase(self, phase: SendingPhase) -> None:
            if phase is SendingPhase.FINAL_DOT:
                raise StorageError("records.db", "disk_full")

    install("xdg-email")
    with pytest.raises(StorageError):
        transport.send(mail, CLIENT, FullDisk())
    assert not (programs / "arguments").exists()


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (1, MailCause.CLIENT_FAILED),
        (2, MailCause.CLIENT_FILE_UNREADABLE),
        (3, MailCause.CLIENT_MISSING),
        (4, MailCause.CLIENT_FAILED),
        (5, MailCause.CLIENT_FILE_UNREADABLE),
    ],
)
def test_what_xdg_email_answers_is_explained(
    install: Callable[..., None], transport: MailClientTransport, mail: OutgoingMail, code: int, cause: MailCause
) -> None:
    install("xdg-email", f"exit {code}")
    assert cause_of(transport, mail) is cause


def test_a_mail_program_that_stays_open_has_got_the_mail(
    install: Callable[..., None], programs: Path, files: HandedOverFiles, mail: OutgoingMail
) -> None:
    install("xdg-email", 'while [ ! -e "$here/close" ]; do sleep 0.05; done')
    delivery = MailClientTransport(files, ThisPc(answer_s=0.5)).send(mail, CLIENT, RecordingWatch())
    assert delivery.handed_over
    assert delivery.transcript.endswith(": runs")
    (programs / "close").touch()


def test_a_pc_without_a_mail_program_says_so_and_takes_no_other_way(
    programs: Path, transport: MailClientTransport, mail: OutgoingMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cause_of(transport, mail) is MailCause.CLIENT_NO_SCREEN
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setenv("PATH", str(programs))
    assert cause_of(transport, mail) is MailCause.CLIENT_MISSING


def test_thunderbird_is_given_the_mail_by_its_own_command_line(
    install: Callable[..., None],
    programs: Path,
    transport: MailClientTransport,
    mail: OutgoingMail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":99")
    install("xdg-mime", "echo thunderbird.desktop", script="#!/bin/sh")
    (programs / "xdg-email").symlink_to("/usr/bin/xdg-email")
    install("thunderbird")
    transport.send(mail, CLIENT, RecordingWatch())
    option, argument = arguments(programs)
    assert option == "-compose"
    fields = dict(part.split("=", 1) for part in argument.split(","))
    assert unquote(fields["to"]) == "client@example.org"
    attachment = Path(unquote(urlsplit(unquote(fields["attachment"])).path))
    assert attachment.read_bytes() == PDF


def test_the_xdg_email_of_the_system_understands_what_it_is_given(
    install: Callable[..., None], programs: Path, files: HandedOverFiles, mail: OutgoingMail
) -> None:
    install("xdg-email-hook.sh")  # xdg-email hands everything to it, as one mailto: address
    known = MailClientOffer(MailClient(HandOverWay.XDG_EMAIL, "xdg-email", "/usr/bin/xdg-email"))
    everybody = replace(mail, cc=("compta@brico.example",), bcc=("archive@brico.example",))
    MailClientTransport(files, ThisPc(find=lambda: known)).send(everybody, CLIENT, RecordingWatch())
    (address,) = arguments(programs)
    found = urlsplit(address)
    fields = dict(parse_qsl(found.query))
    assert (found.scheme, unquote(found.path)) == ("mailto", "client@example.org")
    assert (fields["cc"], fields["bcc"]) == ("compta@brico.example", "archive@brico.example")
    assert fields["subject"] == mail.subject
    assert fields["body"].splitlines()[-1] == "Veuillez trouver ci-joint votre ticket."
    assert Path(fields["attach"]).read_bytes() == PDF


def test_a_mail_reader_gets_an_unsent_draft_with_the_pdf(
    install: Callable[..., None],
    programs: Path,
    transport: MailClientTransport,
    mail: OutgoingMail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":99")
    answer = '[ "$3" = message/rfc822 ] && echo claws-mail.desktop; exit 0'
    install("xdg-mime", answer, script="#!/bin/sh")
    install("xdg-open")
    (programs / "xdg-email").symlink_to("/usr/bin/xdg-email")
    assert transport.send(mail, CLIENT, RecordingWatch()).handed_over
    draft = message_from_bytes((programs / "received-message.eml").read_bytes(), policy=default)
    assert isinstance(draft, EmailMessage)
    assert (draft["X-Unsent"], draft["To"]) == ("1", "client@example.org")
    assert [part.get_payload(decode=True) for part in draft.iter_attachments()] == [PDF]


def test_a_ticket_goes_to_the_mail_program_once_somebody_has_said_that_the_test_left(
    install: Callable[..., None], programs: Path, tmp_path: Path
) -> None:
    install("xdg-email")
    data = tmp_path / "data"
    with open_services(data, training=False) as services:
        services.accept_unprotected_secrets()
        services.settings.save_company(a_company())
        services.shop.save([a_till("C1")])
        services.users.save(a_user())
        services.settings.save_sender_profile(CLIENT)
        services.tickets.record(a_ticket())
        tested, delivery = send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())
        assert delivery.handed_over
        assert (programs / "received-test.pdf").read_bytes().startswith(b"%PDF-")
        assert not tested.gate_is_open
        assert confirm_test("Zoé", services, went=True).gate_is_open
        sending = send_ticket(TicketNumber("C1", 1), "Zoé", SendingWishes(to="client@example.org"), services)
        assert sending.outcome.mail.state is MailState.SENT
        received = (programs / "received-C1-1-BRICO.pdf").read_bytes()
        assert received.startswith(b"%PDF-")
        assert len(received) == sending.pdf_bytes
        assert not sending.pdf_folder.exists()
    # The mail program may read it later; the next start forgets it (PRODUCT F1).
    assert [path.name for path in (data / "handed-over").rglob("C1-1*")] == ["C1-1-BRICO.pdf"]
    with open_services(data, training=False) as services:
        assert services.forget_handed_over_files() == 1
    assert not list((data / "handed-over").iterdir())


def test_a_command_asks_what_became_of_the_test_mail_and_takes_the_answer(
    install: Callable[..., None], shop: Program
) -> None:
    install("xdg-email")
    with shop.opened() as services:
        services.users.save(a_user())
        services.settings.save_sender_profile(CLIENT)
    assert shop.call("check", "mail", "--arrived").exit_code == 3
    tested = shop.call("check", "mail", "--json").json
    assert (tested["status"], tested["server_reply"]) == ("handed_over", "")
    assert shop.call("send", "C1-1", "--to", "client@example.org").exit_code == 3
    assert shop.call("check", "mail", "--not-arrived", "--json").json["status"] == "denied"
    assert shop.call("check", "mail", "--arrived").exit_code == 3
    assert "--arrived" in shop.call("check", "mail").stdout
    assert shop.call("check", "mail", "--arrived", "--json").json["status"] == "confirmed"
    assert shop.call("send", "C1-1", "--to", "client@example.org", "--json").json["status"] == "sent"


def test_in_training_nothing_reaches_the_mail_program(
    install: Callable[..., None], programs: Path, tmp_path: Path
) -> None:
    install("xdg-email")
    with open_services(tmp_path / "data", training=True) as services:
        profile = services.settings.sender_profile("DUPOND")
        assert profile is not None
        for mode in (SendingMode.MAIL_CLIENT, SendingMode.RELAY):
            services.settings.save_sender_profile(replace(profile, mode=mode))
            tested, delivery = send_test_mail("DUPOND", "", TEXTS, services, RecordingWatch())
            assert tested.gate_is_open
            assert not delivery.handed_over
        assert services.mailbox.numbers() == [1, 2]
    assert not (programs / "arguments").exists()
    assert shutil.which("xdg-email") == str(programs / "xdg-email")
