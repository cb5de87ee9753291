"""Each command with --help, as plain text and as JSON; the shapes are those that README.md promises."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from backend.cli.root import root
from tests.import_files import a_ticket_value, json_file
from tests.program import Program, Ran

DOCUMENTED = {
    *("ticket import", "ticket list", "ticket show", "ticket pdf", "shop load", "send", "sender set", "sender show"),
    *("sender sign-in", "check mail", "check pdf", "check journal", "mailbox list", "mailbox show", "serve"),
    *("outbox list", "outbox retry", "outbox cancel"),
    *("closing list", "closing read", "closing close", "archive export", "backup", "restore", "verify", "self-test"),
    *("settings export", "settings import"),
}
SENDER = [
    *("--user", "DUPOND", "--email", "caisse@brico.example"),
    *("--host", "smtp.brico.example", "--port", "587", "--security", "starttls"),
]
SETTINGS_GIVEN = {"format": "facteur-settings", "version": 1, "company": {"name": "BRICO", "city": "Beaune"}}
# How each command is called in training mode, and the keys of its JSON.
CALLS: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "ticket import": (("TICKETS",), {"status", "files", "gaps"}),
    "ticket list": ((), {"tickets"}),
    "ticket show": (("C1-4",), {"number", "lines", "vat_totals", "payments", "gross_total", "chain_sha256"}),
    "ticket pdf": (("C1-4", "--output", "OUTPUT"), {"status", "pdf"}),
    "shop load": (("SHOP",), {"status", "records"}),
    "send": (
        ("C1-4", "--to", "client@example.org"),
        {"status", "message_id", "recipients", "pdf", "server_reply"},
    ),
    "sender set": (tuple(SENDER), {"status", "sender"}),
    "sender show": ((), {"senders"}),
    "check mail": ((), {"status", "user", "steps", "server_reply", "transcript"}),
    "check pdf": ((), {"status", "engine", "folder", "free_bytes", "warnings", "pages", "bytes", "seconds"}),
    "check journal": ((), {"status", "tickets", "faults", "gaps"}),
    "verify": (("OUTPUT",), {"status", "sha256", "number", "seal_fits", "issued"}),
    "closing list": ((), {"closings"}),
    "closing read": (("C1",), {"till", "tickets", "credits", "gross_total", "vat", "payments", "change_given"}),
    "closing close": (
        ("C1", "DAY"),
        {"status", "closing", "period", "span", "perpetual_total", "gross_total", "change_given"}
        | {"tickets", "credits", "vat", "payments"},
    ),
    "backup": (("BACKUP",), {"status", "file", "made_at", "size", "mails_left_out"}),
    "restore": (
        ("OLD_BACKUP", "--preview"),
        {"status", "made_at", "program", "backup", "replaced", "lost"},
    ),
    "settings export": (("SETTINGS",), {"status", "file", "sections"}),
    "settings import": (
        ("SETTINGS_GIVEN",),
        {"status", "changes", "programs", "to_test", "to_sign_in"},
    ),
    "archive export": (("2026", "ARCHIVE"), {"status", "file", "tickets", "closings", "bytes"}),
    "outbox list": ((), {"mails"}),
    "outbox retry": ((), {"mails"}),
    "outbox cancel": (("--all",), {"mails"}),
    "mailbox list": ((), {"mails"}),
    "mailbox show": (("1",), {"from", "to", "reply_to", "subject", "text", "headers", "attachments"}),
}
PDF_MAKERS = {"ticket pdf", "verify", "send", "check pdf", "mailbox list", "mailbox show"}
NAMES = [pytest.param(name, marks=pytest.mark.wkhtmltopdf) if name in PDF_MAKERS else name for name in CALLS]


def names_of(command: click.Command, *above: str) -> Iterator[str]:
    """Name every command that does something."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from names_of(below, *above, name)
    elif not command.hidden:
        yield " ".join(above)


def called(training: Program, name: str, *options: str) -> Ran:
    """Call a command as CALLS says."""
    files = {
        "OUTPUT": training.folder / "out.pdf",
        "ARCHIVE": training.folder / "archive.zip",
        "BACKUP": training.folder / "backup.zip",
        "TICKETS": json_file(training.folder / "tickets.json", a_ticket_value(till="C1")),
        "SETTINGS": training.folder / "settings.json",
        "SETTINGS_GIVEN": json_file(training.folder / "given.json", SETTINGS_GIVEN),
        "SHOP": json_file(training.folder / "shop.json", {"tills": [{"code": "C3"}]}),
    }
    if name == "closing close":
        tickets = training.call("ticket", "list", "--limit", "500", "--json").json["tickets"]
        files["DAY"] = min(each["issued_at"][:10] for each in tickets if each["number"].startswith("C1-"))
    if name.startswith("mailbox"):
        assert training.call("send", "C1-4", "--to", "client@example.org").exit_code == 0
    if name == "restore":
        files["OLD_BACKUP"] = training.folder / "old.zip"
        if not files["OLD_BACKUP"].exists():
            assert training.call("backup", str(files["OLD_BACKUP"])).exit_code == 0
    if name == "verify":
        assert training.call("ticket", "pdf", "C1-4", "--output", str(files["OUTPUT"])).exit_code == 0
    return training.call(*name.split(), *(files.get(part, part) for part in CALLS[name][0]), *options)


def test_the_commands_are_the_documented_ones() -> None:
    assert set(names_of(root)) == DOCUMENTED == {*CALLS, "serve", "sender sign-in", "self-test"}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ticket",
        "shop",
        "sender",
        "check",
        "mailbox",
        "outbox",
        "closing",
        "archive",
        "settings",
        *sorted(DOCUMENTED),
    ],
)
def test_help_says_what_a_command_does(name: str, tmp_path: Path) -> None:
    helped = Program(tmp_path).call(*name.split(), "--help")
    assert (helped.exit_code, helped.stderr) == (0, "")
    assert helped.stdout.startswith("Usage: ")
    if name in DOCUMENTED:
        assert "--json" in helped.stdout
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", NAMES)
def test_plain_output_is_lines_for_people(name: str, training: Program) -> None:
    plain = called(training, name)
    assert (plain.exit_code, plain.stderr) == (0, "")
    assert plain.stdout.strip()
    assert not plain.stdout.lstrip().startswith("{")


@pytest.mark.parametrize("name", NAMES)
def test_json_is_one_object_of_the_documented_shape_and_nothing_else(name: str, training: Program) -> None:
    answer = called(training, name, "--json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    keys = set(answer.json)
    assert keys >= CALLS[name][1] if name == "ticket show" else keys == CALLS[name][1]


def test_serve_prints_one_address_and_ends_when_it_is_told_to(training: Program) -> None:
    with training.start("serve", "--json") as child:
        assert child.stdout
        try:
            answer = json.loads(child.stdout.readline())
        finally:
            child.send_signal(signal.SIGTERM)
        assert child.stdout.read() == ""
    assert child.returncode == 0
    assert set(answer) == {"url"}
    assert answer["url"].startswith("http://127.0.0.1:")


def test_a_listed_ticket_has_number_kind_moment_people_and_total(training: Program) -> None:
    rows = training.call("ticket", "list", "--json").json["tickets"]
    assert len(rows) == 30
    assert [row["issued_at"] for row in rows] == sorted((row["issued_at"] for row in rows), reverse=True)
    (row,) = training.call("ticket", "list", "--search", "C1-4", "--json").json["tickets"]
    del row["issued_at"]
    assert row == {
        "number": "C1-4",
        "kind": "ticket",
        "customer": "ATELIER DUVAL",
        "cashier": "DUPOND",
        "total": "148.40",
    }
    assert len(training.call("ticket", "list", "--limit", "3", "--json").json["tickets"]) == 3


def test_a_shown_ticket_has_its_amounts_as_texts_and_its_hashes(training: Program) -> None:
    shown = training.call("ticket", "show", "c1-4", "--json").json
    assert (shown["number"], shown["gross_total"], shown["change_due"]) == ("C1-4", "148.40", "1.60")
    assert [line["gross_total"] for line in shown["lines"]] == ["89.90", "13.00", "30.60", "14.90"]
    assert shown["lines"][2]["discount"] == "3.40"
    assert shown["vat_totals"][1] == {
        "rate": "5.5",
        "net_amount": "14.12",
        "vat_amount": "0.78",
        "gross_amount": "14.90",
    }
    assert [payment["amount"] for payment in shown["payments"]] == ["100.00", "50.00"]
    for name in ("content_sha256", "previous_sha256", "chain_sha256"):
        assert len(bytes.fromhex(shown[name])) == 32


def test_an_import_reports_each_file_and_the_gaps(shop: Program) -> None:
    good = json_file(shop.folder / "good.json", [a_ticket_value(1), a_ticket_value(4)])
    bad = json_file(shop.folder / "bad.json", [a_ticket_value(5), a_ticket_value(6, total="9.99")])
    answer = shop.with_options("--lang", "en").call("ticket", "import", good, bad, "--json")
    assert answer.exit_code == 1
    assert answer.json["status"] == "refused"
    assert answer.json["gaps"] == {"K1": [2, 3]}
    first, second = answer.json["files"]
    assert first == {
        "file": str(good),
        "status": "imported",
        "recorded": ["K1-4"],
        "known": ["K1-1"],
        "mail_to_ignored": False,
    }
    line = 1 + bad.read_text("ascii").splitlines().index('  "total": "9.99"')
    found = [second[name] for name in ("status", "line", "where", "reason")]
    assert found == ["refused", line, "[2].total", "total_differs"]
    assert f"line {line}, [2].total: the lines come to 1.20" in second["message"]
    assert second["remedy"]
    assert shop.call("ticket", "show", "K1-5").exit_code == 1


def test_a_broken_journal_is_named_and_fails(shop: Program) -> None:
    assert shop.call("check", "journal", "--json").json == {
        "status": "intact",
        "tickets": {"C1": 1, "C2": 0, "K1": 1},
        "faults": [],
        "gaps": {},
    }
    with sqlite3.connect(shop.shop_dir / "records.sqlite3") as records:
        change_a_ticket(records)
    records.close()
    broken = shop.call("check", "journal", "--json")
    assert broken.exit_code == 1
    assert broken.json["status"] == "broken"
    (fault,) = broken.json["faults"]
    assert (fault["till_code"], fault["position"], fault["number"]) == ("K1", 1, "K1-1")
    assert "K1-1" in shop.call("check", "journal").stdout


def change_a_ticket(records: sqlite3.Connection) -> None:
    """Put another article into the recorded content of K1-1, past every lock."""
    columns = [column[1] for column in records.execute("PRAGMA table_info(tickets)")]
    assert "content" in columns, columns
    for (name,) in records.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        records.execute(f'DROP TRIGGER "{name}"')
    changed = records.execute(
        "UPDATE tickets SET content = replace(content, 'Baguette', 'Brioche') WHERE till_code = 'K1'"
    )
    assert changed.rowcount == 1


@pytest.mark.wkhtmltopdf
def test_a_saved_pdf_is_the_one_named_and_the_second_one_is_a_duplicata(training: Program) -> None:
    saved: list[dict[str, Any]] = []
    for name in ("first.pdf", "second.pdf"):
        output = training.folder / name
        saved.append(training.call("ticket", "pdf", "C1-4", "--output", output, "--json").json["pdf"])
        assert saved[-1]["path"] == str(output)
        assert saved[-1]["bytes"] == output.stat().st_size
        assert saved[-1]["pages"] == 1
    assert saved[0]["sha256"] != saved[1]["sha256"]


@pytest.mark.wkhtmltopdf
def test_a_raw_mail_is_the_captured_file(training: Program) -> None:
    assert training.call("send", "C1-4", "--to", "client@example.org").exit_code == 0
    with training.opened() as services:
        content = services.mailbox.raw(1)
    assert training.run("mailbox", "show", "1", "--raw").stdout.encode() == content.replace(b"\r\n", b"\n")
    (listed,) = training.call("mailbox", "list", "--json").json["mails"]
    assert (listed["number"], listed["to"]) == (1, "client@example.org")


@pytest.mark.wkhtmltopdf
def test_a_sending_takes_layout_files_priority_and_user_from_its_options(training: Program) -> None:
    extra = training.folder / "notice.txt"
    extra.write_text("Mode d'emploi", "utf-8")
    answer = training.call(
        *("send", "C1-4", "--to", "a@example.org; b@example.org", "--layout", "a4", "--attach", extra),
        *("--priority", "high", "--user", "moreau", "--json"),
    ).json
    assert answer["recipients"] == {"a@example.org": "accepted", "b@example.org": "accepted"}
    mail = training.call("mailbox", "show", "1", "--json").json
    assert mail["to"] == ["a@example.org", "b@example.org"]
    assert mail["headers"]["X-Priority"] == "1"
    assert [part["name"] for part in mail["attachments"]] == ["C1-4-BRICO.pdf", "notice.txt"]
    with training.opened() as services:
        assert services.settings.preference("layout:C1") == "a4"
        assert services.journal.latest()[0].user == "MOREAU"


def test_sender_show_gives_everything_but_the_password(shop: Program) -> None:
    setting = [*SENDER, "--username", "caisse", "--name", "Brico", "--password-stdin"]
    shop.call("sender", "set", *setting, stdin="motdepasse-7\n")
    (sender,) = shop.call("sender", "show", "--json").json["senders"]
    assert sender == {
        "user": "DUPOND",
        "email": "caisse@brico.example",
        "name": "Brico",
        "mode": "smtp",
        "username": "caisse",
        "host": "smtp.brico.example",
        "port": 587,
        "security": "starttls",
        "authentication": "password",
        "password_set": True,
        "tested": False,
        "tested_at": None,
    }
    for path in shop.shop_dir.rglob("*"):
        assert not path.is_file() or b"motdepasse-7" not in path.read_bytes(), path
