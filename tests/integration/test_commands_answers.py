"""What single commands answer: each value as it stands in their JSON."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.import_files import a_ticket_value, json_file
from tests.program import SENDER_OPTIONS, Program


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
    setting = [*SENDER_OPTIONS, "--username", "caisse", "--name", "Brico", "--password-stdin"]
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
