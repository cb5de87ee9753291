"""kill -9 at random moments: recording, saving settings, making a PDF and sending, the outbox at work."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.bootstrap import FolderServices
from backend.domain.outgoing_mail import MailState
from backend.usecases.work_outbox import OutboxWork
from tests.builders import a_till
from tests.fault_shop import Campaign, FaultShop
from tests.forked_program import ForkedProgram, after
from tests.program import Program, set_tested_sender
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script
from tests.store_workers import kill_at, kill_at_work, promises, record_tickets, save_preferences, worker

Smtp = Callable[[Script], ScriptedSmtp]
NO_FAULTS = (0, 0, 0)


def work(folder: Path, told: Connection) -> None:
    """Send everything that waits."""
    services = FolderServices(folder, training=False)
    told.send("begun")
    OutboxWork(services).turn()
    services.close()


def test_the_outbox_killed_at_work(fault_shop: FaultShop, scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    counts, server = campaign.of("kill -9 of the outbox at work"), scripted_smtp(Script(delay_per_reply_s=0.004))
    fault_shop.sends_to(server.port)
    for _ in range(tries):
        mails = [fault_shop.queue() for _ in range(3)]
        with worker(work, fault_shop.folder) as (process, told):
            told.poll(30)
            kill_at(process, random.uniform(0, 0.15))
            promises(told)
        fault_shop.restart()
        counts.add(fault_shop.now(mails), server.count_by_message_id(), may_be_unknown=True)
        fault_shop.work_until_empty()
        counts.add(fault_shop.now(mails), server.count_by_message_id(), may_be_unknown=True, is_over=True)
        counts.tries += 1
    assert counts.faults == NO_FAULTS


def test_two_programs_at_one_outbox(fault_shop: FaultShop, scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    counts, server = campaign.of("two programs on one data folder"), scripted_smtp(Script())
    fault_shop.sends_to(server.port)
    for _ in range(tries):
        mails = [fault_shop.queue() for _ in range(4)]
        with worker(work, fault_shop.folder) as (_one, told), worker(work, fault_shop.folder) as (_two, told_too):
            promises(told)
            promises(told_too)
        fault_shop.work_until_empty()
        counts.add(fault_shop.now(mails), server.count_by_message_id(), may_be_unknown=False, is_over=True)
        counts.tries += 1
    assert counts.faults == NO_FAULTS


def test_recording_killed(tmp_path: Path, campaign: Campaign, tries: int) -> None:
    counts = campaign.of("kill -9 while recording tickets")
    path = tmp_path / "records.sqlite3"
    database = RecordsDatabase(path)
    SqlShopStore(database).save([a_till("C1")])
    database.close()
    known = 0
    for _ in range(tries):
        with worker(record_tickets, path, "C1", 1000) as (process, told):
            kill_at_work(process, told, 0.05)
            promised = promises(told)
        store = SqlTicketStore(database)
        report = store.check_chain()
        kept = report.tickets.get("C1", 0)
        counts.lost += kept < (promised[-1] if promised else known)
        counts.doubled += len(promised) != len(set(promised))
        counts.wrong += bool(report.faults)
        known = kept
        database.close()
        counts.tries += 1
    assert counts.faults == NO_FAULTS


def test_saving_settings_killed(tmp_path: Path, campaign: Campaign, tries: int) -> None:
    counts = campaign.of("kill -9 while saving settings")
    for turn in range(tries):
        name = f"turn{turn}"
        with worker(save_preferences, tmp_path, name, 1000) as (process, told):
            kill_at_work(process, told, 0.05)
            promised = promises(told)
        store = FolderSettingsStore(tmp_path)
        kept = max((int(store.preference(f"{name}-{digit}") or -1) for digit in range(10)), default=-1)
        counts.lost += bool(promised) and kept < promised[-1]
        counts.wrong += bool(list(tmp_path.glob("*.damaged-*")))
        counts.tries += 1
    assert counts.faults == NO_FAULTS


@pytest.mark.wkhtmltopdf
def test_pdf_making_and_sending_killed(tmp_path: Path, scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    counts, server = campaign.of("kill -9 while making a PDF or sending"), scripted_smtp(Script(delay_per_reply_s=0.01))
    program = Program(tmp_path)
    with program.opened() as services:
        from backend.usecases.open_training import open_training

        services.accept_unprotected_secrets()
        open_training(services)
    set_tested_sender(program, server.port)
    command = ("send", "C1-1", "--to", "client@client.test")
    with ForkedProgram(program) as forked:
        forked.run(*command)
        begun = time.monotonic()
        forked.run(*command)
        whole = time.monotonic() - begun
        codes = Counter(forked.run(*command, wait_to_kill=after(random.uniform(0, whole))) for _ in range(tries))
    with program.opened() as services:
        from backend.usecases.tidy_outbox import recover_after_restart

        recover_after_restart(services)
        counts.add(services.outbox.waiting(MailState), server.count_by_message_id(), may_be_unknown=True)
        mails = {mail.message_id for mail in services.outbox.waiting(MailState)}
        counts.wrong += len(set(server.count_by_message_id()) - mails)
        counts.wrong += bool(services.tickets.check_chain().faults)
    counts.tries += tries
    assert set(codes) <= {0, -9}
    assert counts.faults == NO_FAULTS
