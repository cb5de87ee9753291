"""The address of a walk-in is kept nowhere once its mail has ended, and nowhere in clear before (PRODUCT F2)."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from backend.bootstrap import FolderServices
from backend.domain.outgoing_mail import MailState, SendingPhase
from backend.domain.ticket import TicketQuery
from backend.usecases.confirm_received import confirm_received
from backend.usecases.queue_mail import retry_mails
from backend.usecases.send_mail import cancel_mail
from backend.usecases.tidy_outbox import expire_old_mails, recover_after_restart
from backend.usecases.work_outbox import OutboxWork
from tests.fakes import FixedClock
from tests.program import Program, Ran, set_tested_sender
from tests.servers.ports import closed_port
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import CUT, LOST_ANSWER, Answer, Script, Step

LOCAL_PART = "zelda.quignard"
DOMAIN = "vergessen.example"
ADDRESS = f"{LOCAL_PART}@{DOMAIN}"


def in_base64(content: bytes, shift: int) -> bytes:
    """Return the part of the base64 form that is the same whatever stands around the content."""
    encoded = base64.b64encode(b"\0" * shift + content)
    return encoded[(0, 2, 3)[shift] : (shift + len(content)) // 3 * 4]


FORMS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "UTF-16": lambda text: text.encode("utf-16-le"),
    "URL": lambda text: urllib.parse.quote(text, safe="").encode(),
    "quoted-printable": lambda text: text.replace("@", "=40").replace(".", "=2E").encode(),
    "JSON": lambda text: text.replace("@", "\\u0040").encode(),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "base64": lambda text: in_base64(text.encode(), 0),
    "base64 one byte on": lambda text: in_base64(text.encode(), 1),
    "base64 two bytes on": lambda text: in_base64(text.encode(), 2),
    "md5": lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().encode(),
    "sha1": lambda text: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().encode(),
    "sha256": lambda text: hashlib.sha256(text.encode()).hexdigest().encode(),
    "sha256 as bytes": lambda text: hashlib.sha256(text.encode()).digest(),
}
TRACES = {f"{text} ({name})": form(text) for text in (ADDRESS, LOCAL_PART, DOMAIN) for name, form in FORMS.items()}


def left_of_it(folder: Path) -> set[str]:
    """Search names and contents of all files below a folder, in small letters; tell what is where."""
    hits = set()
    for path in folder.rglob("*"):
        content = str(path.name).encode() + (b"\0" + path.read_bytes() if path.is_file() else b"")
        lower = content.lower()
        found = [name for name, trace in TRACES.items() if trace in content or trace.lower() in lower]
        hits |= {f"{path.relative_to(folder)}: {name}" for name in found}
    return hits


@pytest.mark.parametrize(
    "written",
    [
        f"<{ADDRESS}>".encode(),
        ADDRESS.upper().encode(),
        f"x{LOCAL_PART}x".encode(),
        ADDRESS.encode("utf-16-le"),
        ADDRESS.encode("utf-16-be"),
        f"to={urllib.parse.quote(ADDRESS)}".encode(),
        base64.b64encode(f"To: {ADDRESS}\n".encode()),
        base64.b64encode(f"From: {ADDRESS}\n".encode()),
        base64.b64encode(f"user={ADDRESS}\n".encode()),
        hashlib.sha256(ADDRESS.encode()).digest(),
    ],
)
def test_the_search_finds_what_it_looks_for(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"before" + written + b"after")
    assert left_of_it(tmp_path)
    assert not left_of_it(tmp_path / "nowhere")


@pytest.mark.wkhtmltopdf
def test_a_training_mail_leaves_its_address_in_the_mailbox_alone(training: Program) -> None:
    program = with_temporary_folder(training)
    with training.opened() as other:  # a window that is open at the same time: SQLite keeps its side files
        other.tickets.count(TicketQuery())
        sent = program.run("send", "C1-1", "--to", ADDRESS, "--json")
        assert sent.exit_code == 0, sent
        assert (training.shop_dir / "records.sqlite3-wal").stat().st_size
        while_open = left_of_it(training.folder)
    assert while_open == left_of_it(training.folder)
    assert while_open
    assert {hit.partition(":")[0] for hit in while_open} == {"data/training/mailbox/0001.eml"}


@pytest.mark.wkhtmltopdf
def test_a_training_mail_that_fails_or_waits_leaves_its_address_nowhere(training: Program) -> None:
    (training.shop_dir / "mailbox").write_text("where the mails should go", "ascii")
    failed = training.call("send", "C1-1", "--to", ADDRESS, "--json")
    assert (failed.exit_code, failed.json["status"]) == (1, "failed")
    assert_waits_encrypted_and_is_forgotten(
        training, training.call("send", "C1-1", "--to", ADDRESS, "--json", "--queue")
    )


@dataclass(frozen=True)
class Ending:
    """What the server does, and how the sending ends."""

    script: Script
    exit_code: int
    status: str


ENDINGS = {
    "accepted": Ending(
        Script(
            {
                Step.RCPT: Answer(f"250 2.1.5 <{ADDRESS}> Recipient ok"),
                Step.END_OF_DATA: Answer(f"250 2.0.0 Ok: queued for {ADDRESS.upper()}, mailbox {LOCAL_PART}"),
            }
        ),
        0,
        "sent",
    ),
    "refused": Ending(
        Script(recipients={ADDRESS: Answer(f"550 5.1.1 <{ADDRESS}>: no mailbox {LOCAL_PART} here")}), 1, "failed"
    ),
    "put off": Ending(Script(recipients={ADDRESS: Answer(f"450 4.2.0 {ADDRESS} greylisted")}), 1, "failed"),
    "refused at the end": Ending(Script({Step.END_OF_DATA: Answer(f"554 5.7.1 spam for {ADDRESS}")}), 1, "failed"),
    "cut": Ending(Script({Step.DATA: CUT}), 1, "failed"),
    "answer lost": Ending(Script({Step.END_OF_DATA: LOST_ANSWER}), 1, "unknown"),
}


@pytest.mark.wkhtmltopdf
@pytest.mark.parametrize("name", ENDINGS)
def test_an_ended_mail_leaves_its_address_nowhere(
    name: str, shop: Program, scripted_smtp: Callable[[Script], ScriptedSmtp]
) -> None:
    ending = ENDINGS[name]
    set_tested_sender(shop, scripted_smtp(ending.script).port)
    ended = shop.call("send", "K1-1", "--to", ADDRESS, "--json")
    assert (ended.exit_code, ended.json["status"]) == (ending.exit_code, ending.status)
    assert left_of_it(shop.folder) == set()
    with shop.opened() as services:
        assert services.journal.entries("K1-1")[0].recipient_count == 1


@pytest.mark.wkhtmltopdf
def test_the_real_program_leaves_an_address_nowhere_when_it_fails_and_when_it_queues(shop: Program) -> None:
    set_tested_sender(shop, closed_port())
    program = with_temporary_folder(shop)
    with shop.opened() as other:
        other.tickets.count(TicketQuery())
        failed = program.run("send", "K1-1", "--to", ADDRESS, "--json")
        assert (failed.exit_code, failed.json["cause"]) == (1, "connection_refused")
        assert left_of_it(shop.folder) == set()
        queued = program.run("send", "K1-1", "--to", ADDRESS, "--queue", "--json")
        assert left_of_it(shop.folder) == set()
    assert_waits_encrypted_and_is_forgotten(shop, queued)


def assert_waits_encrypted_and_is_forgotten(program: Program, queued: Ran) -> None:
    """Hold that a queued mail can be read by its user alone, and is gone for good once it is cancelled."""
    assert queued.exit_code == 4, queued
    assert left_of_it(program.folder) == set()
    (sealed,) = sealed_contents(program)
    assert any(sealed[-40:] in path.read_bytes() for path in program.shop_dir.glob("records.sqlite3*"))
    with program.opened() as services:
        (waiting,) = services.outbox.waiting([MailState.QUEUED])
        assert waiting.recipients == (ADDRESS,)
        cancel_mail(waiting.id, services, keep_pdf=False)
        assert left_of_it(program.folder) == set()
    assert left_of_it(program.folder) == set()
    assert sealed_contents(program) == []
    assert not any(sealed[-40:] in path.read_bytes() for path in program.shop_dir.rglob("*") if path.is_file())


@pytest.mark.wkhtmltopdf
@pytest.mark.parametrize("end", ["sent by the outbox", "cancelled", "expired", "abandoned", "restarted", "refused"])
def test_however_a_waiting_mail_ends_neither_its_address_nor_a_pdf_that_should_be_gone_stays(
    end: str, shop: Program, scripted_smtp: Callable[[Script], ScriptedSmtp], tmp_path_factory: pytest.TempPathFactory
) -> None:
    set_tested_sender(shop, closed_port())
    program = with_temporary_folder(shop)
    added = tmp_path_factory.mktemp("given") / f"{LOCAL_PART}.txt"
    added.write_text(f"bon pour {ADDRESS}", "utf-8")
    queued = program.run("send", "K1-1", "--to", ADDRESS, "--attach", str(added), "--queue", "--json")
    assert queued.exit_code == 4, queued
    added.unlink()
    assert left_of_it(shop.folder) == set(), "sealed while it waits, what was added too"
    assert len(list((shop.shop_dir / "waiting-files").rglob("*.sealed"))) == 1
    refused = Script(recipients={ADDRESS: Answer(f"550 5.1.1 <{ADDRESS}>: no mailbox {LOCAL_PART} here")})
    server = scripted_smtp(refused if end == "refused" else Script())
    with shop.opened() as services:
        (mail,) = services.outbox.waiting([MailState.QUEUED])
        retry_mails([mail.id], services)
        set_tested_sender(shop, server.port)
        _end_it(end, mail.id, services)
        assert services.outbox.find(mail.id).state in {MailState.SENT, MailState.CANCELLED}
        assert left_of_it(shop.folder) == set()
        assert sealed_contents(shop) == []
        assert list((shop.shop_dir / "waiting-files").rglob("*.sealed")) == []
        is_kept = end == "abandoned"  # 7 days, for a sending by hand
        assert list(services.pdf_folder.rglob("*.pdf")) == ([mail.pdf.path] if is_kept else [])


def _end_it(end: str, mail_id: str, services: FolderServices) -> None:
    """Bring a waiting mail to its end, one way or another."""
    if end == "restarted":  # in the middle of the final dot; the customer then says that it has arrived
        services.outbox.save(services.outbox.find(mail_id).sending())
        services.outbox.save_phase(mail_id, SendingPhase.FINAL_DOT)
        recover_after_restart(services)
        confirm_received(mail_id, services)
    elif end == "expired":
        services.__dict__["clock"] = FixedClock(services.clock.now() + timedelta(days=8))
        expire_old_mails(services)
    elif end in {"cancelled", "abandoned"}:
        cancel_mail(mail_id, services, keep_pdf=end == "abandoned")
    else:
        OutboxWork(services).turn()
        if end == "refused":
            assert services.outbox.find(mail_id).state is MailState.REJECTED
            cancel_mail(mail_id, services, keep_pdf=False)


def sealed_contents(program: Program) -> list[bytes]:
    records = sqlite3.connect(program.shop_dir / "records.sqlite3")
    try:
        return [row[0] for row in records.execute("SELECT sealed FROM outbox WHERE sealed IS NOT NULL")]
    finally:
        records.close()


def with_temporary_folder(program: Program) -> Program:
    """Let temporary files lie where the search comes by."""
    (program.folder / "temporary").mkdir()
    return program.with_environment(TMPDIR=program.folder / "temporary")
