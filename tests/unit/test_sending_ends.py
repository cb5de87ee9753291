"""What a mail leaves behind when it ends, and what a start after a crash puts right."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import NotFoundError, StorageError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState, SendingPhase
from backend.domain.pdf_settings import PageFormat
from backend.domain.shop import PrinterKind
from backend.domain.ticket import TicketNumber
from backend.usecases.make_ticket_pdf import save_ticket_pdf
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.send_mail import cancel_mail, send_mail
from backend.usecases.send_ticket import SendingWishes, send_ticket
from backend.usecases.tidy_outbox import clear_pdf_folder, expire_old_mails, recover_after_restart
from tests.builders import (
    a_ticket,
    a_till,
)
from tests.fake_pdf import FakePdfEngine
from tests.fakes import FakeServices
from tests.unit.sending_shop import sending_shop

KEY = TicketNumber("C1", 1)
WALK_IN_ADDRESS = "client@example.org"
TO = SendingWishes(to=WALK_IN_ADDRESS)


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = sending_shop(tmp_path)
    services.tickets.record(a_ticket(customer_code="MARTIN", customer_name="Hélène Martin"))
    return services


def test_abandoning_keeps_the_pdf_and_cancelling_does_not(services: FakeServices) -> None:
    kept, gone = (prepare_sending(TicketNumber("C1", 2), "", "Zoé", services) for _ in range(2))
    cancel_mail(kept.id, services, keep_pdf=True)
    cancel_mail(gone.id, services, keep_pdf=False)
    assert kept.pdf.path.is_file()
    assert not gone.pdf.path.parent.exists()


def test_a_second_issue_is_a_duplicata_and_a_retry_stays_the_original(services: FakeServices) -> None:
    services.transport.refuse(MailCause.NO_ANSWER)
    send_ticket(KEY, "Zoé", TO, services)
    services.transport.failure = None
    send_ticket(KEY, "Zoé", TO, services)
    send_ticket(KEY, "Zoé", TO, services)
    assert [mail.reprint for mail in services.transport.sent] == [0, 1]
    saved = save_ticket_pdf(KEY, "a4", services.data_dir / "copy.pdf", "Zoé", services)
    assert saved.path.is_file()
    assert services.journal.all[-1].reprint == 2


def test_a_pdf_that_can_not_be_read_again_leaves_no_folder(services: FakeServices) -> None:
    class GoneAtOnce(FakePdfEngine):
        def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
            pages = super().make_pdf(html, page, target)
            target.unlink()
            return pages

    services.pdf_engine = GoneAtOnce()
    with pytest.raises(StorageError):
        prepare_sending(KEY, "", "Zoé", services)
    assert list(services.pdf_folder.iterdir()) == []


def test_the_layout_is_remembered_per_till_and_a_serial_printer_gets_no_page(services: FakeServices) -> None:
    prepare_sending(KEY, "58mm", "Zoé", services)
    assert prepare_sending(KEY, "", "Zoé", services).layout_id == "58mm"
    services.shop.save([a_till("C1", printer=PrinterKind.SERIAL)])
    with pytest.raises(NotFoundError):
        prepare_sending(KEY, "a4", "Zoé", services)


@pytest.mark.parametrize(
    ("phase", "state"), [(SendingPhase.DATA, MailState.QUEUED), (SendingPhase.FINAL_DOT, MailState.UNKNOWN)]
)
def test_a_start_after_a_crash_puts_the_mail_where_it_belongs(
    services: FakeServices, phase: SendingPhase, state: MailState
) -> None:
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    services.outbox.save(draft.sending())
    services.outbox.save_phase(draft.id, phase)
    assert recover_after_restart(services) == 1
    assert services.outbox.find(draft.id).state is state


def test_a_mail_that_another_process_is_sending_is_no_crash(services: FakeServices) -> None:
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    services.outbox.save(draft.sending())
    with services.outbox.claim(draft.id):
        assert recover_after_restart(services) == 0


def test_what_waits_more_than_seven_days_ends_with_its_address_and_says_so(services: FakeServices) -> None:
    old = replace(prepare_sending(KEY, "", "Zoé", services), recipients=(WALK_IN_ADDRESS,))
    services.outbox.save(old.moved(MailState.QUEUED))
    services.clock.advance(days=7)
    young = prepare_sending(KEY, "", "Zoé", services)
    assert expire_old_mails(services) == 0
    services.clock.advance(seconds=1)
    assert expire_old_mails(services) == 1
    assert WALK_IN_ADDRESS not in repr(services.outbox.find(old.id))
    assert services.outbox.find(young.id).state is MailState.DRAFT
    assert (services.journal.all[-1].event, services.journal.all[-1].ticket_key) == ("expired", "C1-1")


def test_only_folders_of_finished_sendings_are_cleared_away(services: FakeServices) -> None:
    alive = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    abandoned = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    cancel_mail(abandoned.id, services, keep_pdf=True)
    sent = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    send_mail(sent.id, services)
    sent.pdf.path.parent.mkdir()  # as where a viewer held the PDF when it was to go
    (services.pdf_folder / "Mes factures").mkdir()
    (services.pdf_folder / "notes.txt").write_text("à garder")
    assert clear_pdf_folder(services) == 1
    left = {entry.name for entry in services.pdf_folder.iterdir()}
    assert left == {alive.id, abandoned.id, "Mes factures", "notes.txt"}


def test_after_a_week_only_folders_of_our_own_go(services: FakeServices, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    own = [services.pdf_folder / name for name in ("a" * 32, f"test-{'0' * 16}")]
    foreign = [services.pdf_folder / name for name in ("Mes factures", "a" * 31, "A" * 32, f"{'b' * 32}.pdf", "test-1")]
    for folder in (*own, *foreign, elsewhere):
        folder.mkdir()
        (folder / "C1-4-BRICO.pdf").write_text("x")
    (services.pdf_folder / ("c" * 32)).write_text("a file under such a name")
    (services.pdf_folder / ("d" * 32)).symlink_to(elsewhere)
    (own[0] / "link.pdf").symlink_to(elsewhere / "C1-4-BRICO.pdf")
    for entry in (elsewhere, *services.pdf_folder.iterdir()):
        os.utime(entry, (0, 0))
    assert clear_pdf_folder(services) == len(own)
    kept = {*(folder.name for folder in foreign), "c" * 32, "d" * 32}
    assert {entry.name for entry in services.pdf_folder.iterdir()} == kept
    assert (elsewhere / "C1-4-BRICO.pdf").read_text() == "x"
