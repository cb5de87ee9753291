"""Each way in which a command fails by itself: exit code, cause, both sentences in both languages, no leftovers."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.outgoing_mail import MailState
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.user import Role, User
from tests.import_files import a_ticket_value, json_file
from tests.program import Program, set_tested_sender
from tests.servers.ports import LOOPBACK, closed_port

DONE, FAILED, WRONG_USE, NOT_READY, QUEUED = range(5)
A_SENDER = SenderProfile("DUPOND", "caisse@brico.example", host="127.0.0.1", security=ConnectionSecurity.NONE)
SETTING = ("sender", "set", "--user", "A", "--email", "a@b.fr", "--host", "h", "--port", "587", "--security")
SEND = ("send", "K1-1", "--to", "client@example.org")
ALIVE = [state for state in MailState if state not in {MailState.SENT, MailState.CANCELLED}]
Preparation = Callable[[Program], None]


def nothing(program: Program) -> None:
    """Leave the shop without a sender."""


def a_user_without_sender(program: Program) -> None:
    with program.opened() as services:
        services.users.save(User("ZOE", Role.CASHIER))


def an_untested_sender(program: Program) -> None:
    set_tested_sender(program, 25)
    with program.opened() as services:
        services.settings.save_sender_profile(A_SENDER)


def a_tested_sender(program: Program) -> None:
    set_tested_sender(program, closed_port())


def a_changed_sender(program: Program) -> None:
    a_tested_sender(program)
    with program.opened() as services:
        tested = services.settings.sender_profile("DUPOND")
        assert tested
        services.settings.save_sender_profile(replace(tested, name="Brico"))


def two_senders(program: Program) -> None:
    a_tested_sender(program)
    with program.opened() as services:
        services.users.save(User("MOREAU", Role.ADMINISTRATOR))
        services.settings.save_sender_profile(replace(A_SENDER, user="MOREAU"))


def a_damaged_database(program: Program) -> None:
    (program.shop_dir / "records.sqlite3").write_bytes(b"no database at all" * 500)


CASES: dict[str, tuple[Preparation, tuple[str, ...], int, str]] = {
    "unknown ticket": (nothing, ("ticket", "show", "K1-999"), FAILED, "not_found"),
    "unknown ticket to mail": (a_tested_sender, ("send", "K1-999", "--to", "a@b.fr"), FAILED, "not_found"),
    "unknown ticket to print": (nothing, ("ticket", "pdf", "Z9-1", "--output", "x.pdf"), FAILED, "not_found"),
    "no number": (nothing, ("ticket", "show", "K1"), WRONG_USE, "invalid_input"),
    "no number to mail": (a_tested_sender, ("send", "4", "--to", "a@b.fr"), WRONG_USE, "invalid_input"),
    "no address": (a_tested_sender, ("send", "K1-1", "--to", "a@b.fr;client"), WRONG_USE, "invalid_input"),
    "too many": (
        a_tested_sender,
        ("send", "K1-1", "--to", ";".join(f"c{n}@b.fr" for n in range(21))),
        WRONG_USE,
        "invalid_input",
    ),
    "unknown layout": (a_tested_sender, (*SEND, "--layout", "a5"), FAILED, "not_found"),
    "unknown user": (nothing, (*SEND, "--user", "NOBODY"), FAILED, "not_found"),
    "several users": (two_senders, SEND, WRONG_USE, "invalid_input"),
    "no sender": (nothing, SEND, NOT_READY, "invalid_input"),
    "no sender to test": (nothing, ("check", "mail"), NOT_READY, "invalid_input"),
    "no sender of this user": (a_user_without_sender, (*SEND, "--user", "ZOE"), NOT_READY, "sender_not_set"),
    "gate never opened": (an_untested_sender, SEND, NOT_READY, "sender_not_tested"),
    "gate closed by a change": (a_changed_sender, SEND, NOT_READY, "sender_not_tested"),
    "password in clear": (nothing, (*SETTING, "none", "--username", "a"), WRONG_USE, "invalid_input"),
    "no mailbox outside training": (nothing, ("mailbox", "list"), FAILED, "not_found"),
    "damaged database": (a_damaged_database, ("ticket", "list"), FAILED, "storage"),
    "no file to load": (nothing, ("shop", "load", "nowhere.json"), FAILED, "import_refused"),
}
WITH_A_PDF: dict[str, tuple[Preparation, tuple[str, ...], int, str]] = {
    "server down for a ticket": (a_tested_sender, SEND, FAILED, "connection_refused"),
    "no recipient": (a_tested_sender, ("send", "K1-1"), WRONG_USE, "invalid_input"),
    "no file to attach": (a_tested_sender, (*SEND, "--attach", "nowhere.txt"), FAILED, "not_found"),
    "no place for a PDF": (nothing, ("ticket", "pdf", "K1-1", "--output", "no/x.pdf"), FAILED, "storage"),
}
NAMES = [*CASES, *(pytest.param(name, marks=pytest.mark.wkhtmltopdf) for name in WITH_A_PDF)]


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_has_its_exit_code_and_a_sentence_and_a_remedy_in_both_languages(name: str, shop: Program) -> None:
    prepare, command, exit_code, cause = {**CASES, **WITH_A_PDF}[name]
    prepare(shop)
    french = shop.call(*command, "--json")
    assert (french.exit_code, french.stderr) == (exit_code, "")
    assert french.json["status"] == "failed"
    assert french.json["cause"] == cause
    english = shop.with_options("--lang", "en").call(*command, "--json").json
    for part in ("message", "remedy"):
        assert french.json[part].strip()
        assert french.json[part] != english[part]
    plain = shop.call(*command)
    assert (plain.exit_code, plain.stdout) == (exit_code, "")
    assert plain.stderr == f"{french.json['message']}\n{french.json['remedy']}\n"


def test_a_test_mail_shows_how_far_it_came_and_why_not_further(shop: Program) -> None:
    a_tested_sender(shop)
    failed = shop.call("check", "mail", "--json")
    assert (failed.exit_code, failed.json["cause"], failed.stderr) == (FAILED, "connection_refused", "")
    assert [step["step"] for step in failed.json["steps"]] == ["name_found"]
    plain = shop.call("check", "mail")
    assert plain.stdout.split()[-1].startswith("127.0.0.1:")
    assert plain.stderr == f"{failed.json['message']}\n{failed.json['remedy']}\n"
    with shop.opened() as services:
        profile = services.settings.sender_profile("DUPOND")
        assert profile
        assert profile.gate_is_open, "a temporary failure must leave it"


def test_a_shop_without_a_company_is_not_set_up(tmp_path: Path) -> None:
    program = Program(tmp_path)
    refused = program.call("ticket", "import", json_file(tmp_path / "ticket.json", a_ticket_value()), "--json")
    assert (refused.exit_code, refused.json["cause"]) == (NOT_READY, "not_found")
    assert "shop load" in refused.json["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("ticket", "nonsense"),
        ("ticket", "show"),
        ("ticket", "list", "--limit", "0"),
        ("ticket", "list", "--limit", "ten"),
        ("ticket", "import"),
        ("ticket", "pdf", "C1-4"),
        ("send", "C1-4", "--priority", "urgent"),
        ("send", "C1-4", "--cc", "a@b.fr"),
        ("sender", "set", "--user", "A"),
        ("mailbox", "show", "0"),
        ("serve", "--port", "65536"),
        ("--lang", "de", "ticket", "list"),
    ],
)
def test_wrong_use_is_2_and_says_how_it_is_meant_without_touching_anything(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    wrong = Program(tmp_path).call(*arguments)
    assert (wrong.exit_code, wrong.stdout) == (WRONG_USE, "")
    assert wrong.stderr.startswith("Usage: ")
    assert not (tmp_path / "data").exists()


def test_the_real_program_keeps_json_on_stdout_and_sentences_on_stderr(shop: Program) -> None:
    answer = shop.run("ticket", "show", "K1-999", "--json")
    assert (answer.exit_code, answer.json["cause"], answer.stderr) == (FAILED, "not_found", "")
    plain = shop.run("ticket", "show", "K1-999")
    assert (plain.exit_code, plain.stdout) == (FAILED, "")
    assert plain.stderr == f"{answer.json['message']}\n{answer.json['remedy']}\n"


def test_without_a_keyring_no_password_is_taken_before_somebody_accepts_the_consequence(tmp_path: Path) -> None:
    program = Program(tmp_path)
    setting = (*SETTING, "starttls", "--username", "a", "--password-stdin")
    refused = program.run(*setting, "--json", stdin="motdepasse-7\n")
    assert (refused.exit_code, refused.json["cause"], refused.stderr) == (NOT_READY, "secrets_unavailable", "")
    assert program.call("sender", "show", "--json").json == {"senders": []}
    accepted = program.call(*setting, "--unprotected-secrets", "--json", stdin="motdepasse-7\n")
    assert (accepted.exit_code, accepted.json["status"]) == (DONE, "saved")
    assert "motdepasse-7" not in refused.stdout + accepted.stdout
    with program.opened() as services:
        assert services.secrets.get("sender/a") == "motdepasse-7"


@pytest.mark.wkhtmltopdf
def test_without_a_keyring_nothing_is_sent_and_nothing_stays(shop: Program) -> None:
    a_tested_sender(shop)
    for secret in shop.shop_dir.glob("secrets.*"):
        secret.unlink()
    refused = shop.call(*SEND, "--json")
    assert (refused.exit_code, refused.json["cause"]) == (NOT_READY, "secrets_unavailable")
    assert list((shop.shop_dir / "pdf").iterdir()) == []
    with shop.opened() as services:
        assert services.outbox.waiting(ALIVE) == []


@pytest.mark.parametrize("command", [("check", "pdf"), SEND, ("ticket", "pdf", "K1-1", "--output", "x.pdf")])
def test_without_an_engine_no_pdf_is_made_and_nothing_stays(command: tuple[str, ...], shop: Program) -> None:
    a_tested_sender(shop)
    broken = shop.folder / "bin" / "wkhtmltopdf"
    broken.parent.mkdir()
    broken.write_text("this is no program", "ascii")
    broken.chmod(0o755)
    arguments = [shop.folder / part if part == "x.pdf" else part for part in command]
    refused = shop.with_environment(PATH=broken.parent).call(*arguments, "--json")
    assert (refused.exit_code, refused.json["cause"]) == (NOT_READY, "pdf_engine_missing")
    assert [path for path in shop.folder.rglob("*") if path.suffix in {".pdf", ".html"}] == []
    assert list((shop.shop_dir / "pdf").glob("*")) == []
    with shop.opened() as services:
        assert services.outbox.waiting(ALIVE) == []


@pytest.mark.wkhtmltopdf
def test_a_failed_mail_is_ended_and_its_pdf_stays_for_a_sending_by_hand(shop: Program) -> None:
    a_tested_sender(shop)
    failed = shop.call(*SEND, "--json").json
    assert Path(failed["pdf_folder"], failed["pdf"]["name"]).stat().st_size == failed["pdf"]["bytes"]
    with shop.opened() as services:
        assert services.outbox.waiting(ALIVE) == []
        assert [entry.event for entry in services.journal.entries("K1-1")] == ["failed", "cancelled"]


@pytest.mark.wkhtmltopdf
def test_with_queue_a_mail_waits_while_the_server_is_down(shop: Program) -> None:
    a_tested_sender(shop)
    queued = shop.call(*SEND, "--queue", "--json")
    assert (queued.exit_code, queued.stderr) == (QUEUED, "")
    assert queued.json["status"] == "queued"
    assert queued.json["recipients"] == {}
    plain = shop.call(*SEND, "--queue")
    assert (plain.exit_code, plain.stderr) == (QUEUED, "")
    assert plain.stdout.strip()
    with shop.opened() as services:
        waiting = services.outbox.waiting(ALIVE)
    assert [mail.state for mail in waiting] == [MailState.QUEUED] * 2
    assert waiting[0].message_id == queued.json["message_id"]
    assert waiting[0].recipients == ("client@example.org",)
    assert waiting[0].document_type is DocumentType.TICKET
    assert all(mail.pdf.path.is_file() for mail in waiting)


def test_serve_says_that_its_port_is_taken(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as other:
        taken = Program(tmp_path).run("serve", "--port", str(other.getsockname()[1]), "--json")
    assert (taken.exit_code, taken.json["cause"], taken.stderr) == (FAILED, "port_unavailable", "")
