"""No two issues of a ticket bear one number: what was issued meanwhile counts when a mail leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import StorageError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.domain.pdf_settings import PdfFailure
from backend.domain.ticket import TicketNumber
from backend.usecases.make_ticket_pdf import next_reprint
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.print_ticket import print_ticket
from backend.usecases.send_mail import send_mail
from tests.builders import a_journal_entry, a_tested_sender, a_ticket, a_till
from tests.fakes import FakeServices

KEY = TicketNumber("C1", 1)


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.shop.save([a_till()])
    services.tickets.record(a_ticket())
    services.settings.save_sender_profile(a_tested_sender())
    return services


def a_draft(services: FakeServices) -> OutgoingMail:
    mail = replace(prepare_sending(KEY, "", "Zoé", services), recipients=("a@example.org",))
    services.outbox.save(mail)
    return mail


def numbers(services: FakeServices) -> list[int]:
    return [entry.reprint for entry in services.journal.all]


def test_a_draft_that_was_overtaken_leaves_as_a_duplicate(services: FakeServices) -> None:
    drafts = [a_draft(services), a_draft(services)]
    assert [draft.reprint for draft in drafts] == [0, 0]
    print_ticket(KEY, "", "Zoé", services, lambda _path: None)
    sent = [send_mail(draft.id, services).mail for draft in drafts]
    assert [mail.reprint for mail in sent] == [1, 2]
    assert numbers(services) == [0, 1, 2]
    assert len({entry.pdf_sha256 for entry in services.journal.all}) == 3
    assert sent[0].pdf_sha256 != drafts[0].pdf_sha256


def test_a_draft_that_nothing_overtook_leaves_as_it_was_made(services: FakeServices) -> None:
    draft = a_draft(services)
    sent = send_mail(draft.id, services).mail
    assert (sent.reprint, sent.pdf_sha256) == (0, draft.pdf_sha256)


def test_an_overtaken_original_that_was_given_up_leaves_its_number(services: FakeServices) -> None:
    print_ticket(KEY, "", "Zoé", services, lambda _path: None)
    draft = a_draft(services)
    assert draft.reprint == 1
    services.journal.all.clear()
    assert send_mail(draft.id, services).mail.reprint == 0


def test_what_may_have_reached_somebody_keeps_its_number(services: FakeServices) -> None:
    draft = a_draft(services)
    services.journal.append(a_journal_entry("C1-1", mail_id=draft.id))
    services.journal.append(a_journal_entry("C1-1", "printed", mail_id=""))
    assert send_mail(draft.id, services).mail.reprint == 0
    unknown = replace(a_draft(services), state=MailState.UNKNOWN, mail_cause=MailCause.ANSWER_LOST, reprint=0)
    services.outbox.save(unknown)
    assert send_mail(unknown.id, services).mail.reprint == 0


def test_without_the_new_pdf_nothing_leaves(services: FakeServices) -> None:
    draft = a_draft(services)
    print_ticket(KEY, "", "Zoé", services, lambda _path: None)
    services.pdf_engine.failure = PdfFailure("timeout")
    with pytest.raises(PdfFailure):
        send_mail(draft.id, services)
    assert services.outbox.find(draft.id) == draft
    assert services.transport.sent == []
    assert draft.pdf.path.is_file()


def test_a_ticket_is_issued_by_one_at_a_time(services: FakeServices) -> None:
    draft = a_draft(services)
    with services.journal.issuing("C1-1"):
        for issue in (
            lambda: send_mail(draft.id, services),
            lambda: print_ticket(KEY, "", "Zoé", services, lambda _path: None),
        ):
            with pytest.raises(StorageError, match="locked"):
                issue()
    assert next_reprint("C1-1", services) == 0
