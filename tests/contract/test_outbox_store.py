from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.errors import NotFoundError, StorageError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import (
    Attachment,
    MailState,
    OutgoingMail,
    RecipientResult,
    RecipientStatus,
    SendingPhase,
)
from backend.domain.sender_profile import Priority
from tests.builders import NOON, a_journal_entry, a_logo, a_mail, a_sending_mail, a_sent_mail, accepted
from tests.contract.conftest import Stores


def a_full_mail() -> OutgoingMail:
    refused = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1 …@…", MailCause.RECIPIENT_UNKNOWN)
    return a_mail(
        document_type=DocumentType.CREDIT,
        recipients=("a@example.org", "b@example.org"),
        cc=("c@example.org",),
        bcc=("d@example.org",),
        attachments=(
            Attachment("C1-4-BRICO.pdf", Path("/x/C1-4-BRICO.pdf"), "application/pdf"),
            Attachment("notice été.txt", Path("/x/notice été.txt"), "text/plain"),
        ),
        reprint=2,
        priority=Priority.HIGH,
        delivery_notification=True,
        read_receipt=True,
        has_html=False,
        logo=a_logo(3, 2),
        state=MailState.DEFERRED,
        results={"a@example.org": accepted(), "b@example.org": refused},
        mail_cause=MailCause.RECIPIENT_UNKNOWN,
        attempts=3,
        next_try_at=NOON + timedelta(minutes=5),
    )


@pytest.mark.parametrize("mail", [a_mail(), a_full_mail(), a_sending_mail()])
def test_a_mail_is_found_as_saved(stores: Stores, mail: OutgoingMail) -> None:
    stores.outbox.save(mail)
    assert stores.outbox.find(mail.id) == mail


def test_an_unknown_mail_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError) as caught:
        stores.outbox.find("f" * 32)
    assert (caught.value.kind, caught.value.key) == ("mail", "f" * 32)


def test_saving_again_replaces(stores: Stores) -> None:
    stores.outbox.save(a_mail())
    changed = a_mail(recipients=("autre@example.org",), subject="Autre")
    stores.outbox.save(changed)
    assert stores.outbox.find(changed.id) == changed
    assert stores.outbox.waiting([MailState.DRAFT]) == [changed]


def test_a_mails_end_and_its_journal_entry_are_kept_together(stores: Stores) -> None:
    stores.outbox.save(a_sending_mail())
    entry = a_journal_entry("C1-4", "mailed", mail_id="a" * 32)
    stores.outbox.save(a_sent_mail(), entry)
    assert stores.outbox.find("a" * 32).state is MailState.SENT
    assert stores.journal.entries("C1-4") == [entry]


def test_each_phase_is_kept_before_the_next_begins(stores: Stores) -> None:
    stores.outbox.save(a_sending_mail())
    for phase in SendingPhase:
        stores.outbox.save_phase("a" * 32, phase)
        assert stores.outbox.find("a" * 32) == a_sending_mail().in_phase(phase)


def test_an_unknown_mail_has_no_phase(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.outbox.save_phase("f" * 32, SendingPhase.DATA)


@pytest.mark.parametrize("ended", [a_sent_mail(), a_mail().moved(MailState.CANCELLED)])
def test_what_names_people_is_erased_when_a_mail_is_sent_or_cancelled(stores: Stores, ended: OutgoingMail) -> None:
    stores.outbox.save(a_sending_mail())
    stores.outbox.save(ended)
    found = stores.outbox.find(ended.id)
    assert (found.recipients, found.cc, found.bcc, found.results) == ((), (), (), {})
    assert (found.subject, found.body, found.attachments) == ("", "", ())
    assert found.state is ended.state
    assert (found.ticket_key, found.message_id, found.pdf_sha256) == ("C1-4", ended.message_id, ended.pdf_sha256)


def test_waiting_mails_come_oldest_first_in_the_states_asked_for(stores: Stores) -> None:
    queued = [
        a_mail(letter * 32, created_at=NOON + timedelta(minutes=minute), state=MailState.QUEUED)
        for letter, minute in (("a", 3), ("b", 1), ("c", 2))
    ]
    for mail in (*queued, a_mail("d" * 32)):
        stores.outbox.save(mail)
    assert [mail.id[0] for mail in stores.outbox.waiting([MailState.QUEUED])] == ["b", "c", "a"]
    assert [mail.id[0] for mail in stores.outbox.waiting([MailState.QUEUED, MailState.DRAFT])] == ["d", "b", "c", "a"]
    assert stores.outbox.waiting([]) == []


def test_waiting_mails_of_one_user_can_be_asked_for(stores: Stores) -> None:
    stores.outbox.save(a_mail())
    stores.outbox.save(replace(a_mail("b" * 32), user="Paul"))
    assert [mail.user for mail in stores.outbox.waiting([MailState.DRAFT], user="Paul")] == ["Paul"]


def test_a_claimed_mail_can_not_be_claimed_again_until_it_is_let_go(stores: Stores) -> None:
    for _ in range(2):
        with stores.outbox.claim("a" * 32), pytest.raises(StorageError) as caught, stores.outbox.claim("a" * 32):
            pass
        assert caught.value.reason == "locked"
    with stores.outbox.claim("a" * 32), stores.outbox.claim("b" * 32):
        pass


def test_a_claim_ends_with_the_failure_of_what_was_done_under_it(stores: Stores) -> None:
    with pytest.raises(ZeroDivisionError), stores.outbox.claim("a" * 32):
        raise ZeroDivisionError
    with stores.outbox.claim("a" * 32):
        pass


def test_mails_are_counted_and_listed_without_opening_them(stores: Stores) -> None:
    stores.outbox.save(a_mail(state=MailState.QUEUED))
    stores.outbox.save(replace(a_mail("b" * 32, state=MailState.QUEUED), user="Paul"))
    assert stores.outbox.count([MailState.QUEUED], "Zoé") == 1
    assert stores.outbox.count([MailState.DRAFT], "Zoé") == 0
    (mail,) = stores.outbox.waiting([MailState.QUEUED], user="Zoé", with_content=False)
    assert (mail.id, mail.recipients, mail.subject, mail.attachments) == ("a" * 32, (), "", ())


def test_what_expired_is_found_by_its_user_and_its_age(stores: Stores) -> None:
    expired = a_mail().moved(MailState.CANCELLED, mail_cause=MailCause.EXPIRED)
    stores.outbox.save(expired)
    stores.outbox.save(a_mail("b" * 32).moved(MailState.CANCELLED))
    assert [mail.id for mail in stores.outbox.expired("Zoé", NOON - timedelta(days=1))] == [expired.id]
    assert stores.outbox.expired("Zoé", NOON) == []
    assert stores.outbox.expired("Paul", NOON - timedelta(days=1)) == []


def test_a_kept_file_is_read_again_and_erased_with_its_mail(stores: Stores) -> None:
    mail, other = a_mail(), a_mail("b" * 32)
    kept = stores.outbox.keep_file(mail.id, "a.txt", "text/plain", b"inside")
    stays = stores.outbox.keep_file(other.id, "b.txt", "text/plain", b"else")
    stores.outbox.save(replace(mail, attachments=(*mail.attachments, kept)))
    found = stores.outbox.find(mail.id).attachments[-1]
    assert (found, found.size_bytes) == (kept, 6)
    assert stores.outbox.file_content(mail.id, found) == b"inside"
    stores.outbox.save(stores.outbox.find(mail.id).moved(MailState.CANCELLED))
    with pytest.raises(NotFoundError, match=r"a\.txt"):
        stores.outbox.file_content(mail.id, found)
    assert stores.outbox.file_content(other.id, stays) == b"else"


def test_a_forgotten_file_and_those_of_lost_mails_are_gone(stores: Stores) -> None:
    first = stores.outbox.keep_file("a" * 32, "a.txt", "text/plain", b"a")
    lost = stores.outbox.keep_file("b" * 32, "b.txt", "text/plain", b"b")
    kept = stores.outbox.keep_file("c" * 32, "c.txt", "text/plain", b"c")
    stores.outbox.forget_file(first)
    stores.outbox.forget_file(first)
    assert stores.outbox.forget_lost_files({"a" * 32, "c" * 32}) == 1
    for gone, mail_id in ((first, "a" * 32), (lost, "b" * 32)):
        with pytest.raises(NotFoundError):
            stores.outbox.file_content(mail_id, gone)
    assert stores.outbox.file_content("c" * 32, kept) == b"c"
