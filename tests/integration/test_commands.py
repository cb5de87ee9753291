"""Each command with --help, as plain text and as JSON; the shapes are those that README.md promises."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from backend.cli.root import root
from tests.import_files import a_ticket_value, json_file
from tests.program import SENDER_OPTIONS, Program, Ran

DOCUMENTED = {
    *("ticket import", "ticket list", "ticket show", "ticket pdf", "shop load", "send", "sender set", "sender show"),
    *("sender sign-in", "check mail", "check pdf", "check journal", "mailbox list", "mailbox show", "serve"),
    *("outbox list", "outbox retry", "outbox cancel"),
    *("closing list", "closing read", "closing close", "archive export", "backup", "restore", "verify", "self-test"),
    *("settings export", "settings import"),
}
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
    "sender set": (SENDER_OPTIONS, {"status", "sender"}),
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
