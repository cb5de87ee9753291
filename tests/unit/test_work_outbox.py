"""The outbox at work: order, pauses, what a closed gate does, what the network's return does; "Envoyer plus tard"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInputError, SecretsUnavailableError
from backend.domain.mail_failure import OF_THE_ACCOUNT, MailCause, MailFailure
from backend.domain.outgoing_mail import (
    Attachment,
    ForbiddenMoveError,
    MailState,
    OutgoingMail,
    RecipientResult,
    RecipientStatus,
    SendingPhase,
)
from backend.domain.ticket import TicketNumber
from backend.usecases.confirm_received import confirm_received
from backend.usecases.edit_draft import DraftTexts, edit_draft
from backend.usecases.open_in_mail_client import open_in_mail_client
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.queue_mail import queue_mail, retry_mails, waiting_ids
from backend.usecases.send_mail import send_mail
from backend.usecases.tidy_outbox import expire_old_mails
from backend.usecases.work_outbox import OutboxWork
from tests.builders import a_company, a_tested_sender, a_ticket, a_till, a_user
from tests.fakes import FakeServices

KEY = TicketNumber("C1", 1)
WALK_IN = "client@example.org"


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1")])
    for name in ("Zoé", "Paul"):
        services.users.save(a_user(name))
        services.settings.save_sender_profile(a_tested_sender(name))
    services.tickets.record(a_ticket())
    return services


def queued(services: FakeServices, user: str = "Zoé", to: str = WALK_IN) -> OutgoingMail:
    services.clock.advance(seconds=1)
    draft = replace(prepare_sending(KEY, "", user, services), recipients=(to,))
    services.outbox.save(draft)
    return queue_mail(draft.id, services)


def state(services: FakeServices, mail: OutgoingMail) -> MailState:
    return services.outbox.find(mail.id).state


def test_waiting_mails_leave_in_order_over_one_connection_per_user(services: FakeServices) -> None:
    mails = [queued(services) for _ in range(3)]
    other = queued(services, "Paul")
    assert OutboxWork(services).turn() == 4
    sent = [mail.id for mail in services.transport.sent if mail.user == "Zoé"]
    assert sent == [mail.id for mail in mails]
    assert state(services, other) is MailState.SENT
    assert services.transport.opened == 2
    assert list(services.pdf_folder.iterdir()) == []


def test_an_outage_costs_one_try_at_a_time_and_ends_by_itself(services: FakeServices) -> None:
    services.transport.refuse(MailCause.NO_ANSWER)
    mails = [queued(services) for _ in range(3)]
    work = OutboxWork(services)
    minutes = []
    for minute in range(200):
        if work.turn():
            minutes.append(minute)
        services.clock.advance(minutes=1)
    assert minutes == [0, 1, 6, 21, 81, 141]
    assert {mail.id for mail in services.transport.tried} == {mails[0].id}
    services.transport.failure = None
    services.clock.advance(minutes=60)
    assert work.turn() == 3
    assert [mail.id for mail in services.transport.sent] == [mail.id for mail in mails]


def test_the_network_that_comes_back_is_noticed_before_the_planned_try(services: FakeServices) -> None:
    services.transport.refuse(MailCause.NAME_NOT_FOUND)
    services.transport.is_cut_off = True
    mail = queued(services)
    work = OutboxWork(services)
    for _ in range(5):
        work.turn()
        services.clock.advance(minutes=20)
    work.turn()
    tries = len(services.transport.tried)
    work.notice_network()
    assert work.turn() == 0
    services.transport.failure, services.transport.is_cut_off = None, False
    work.notice_network()
    assert work.turn() == 1
    assert len(services.transport.tried) == tries + 1
    assert state(services, mail) is MailState.SENT


def test_a_server_that_can_be_reached_and_cuts_all_the_same_is_not_hurried(services: FakeServices) -> None:
    services.transport.refuse(MailCause.CONNECTION_LOST, SendingPhase.DATA)
    queued(services)
    work = OutboxWork(services)
    work.turn()
    work.notice_network()
    work.notice_network()
    assert work.turn() == 0


@pytest.mark.parametrize("cause", sorted(OF_THE_ACCOUNT))
def test_a_refused_sign_in_pauses_the_users_mails_until_a_test_succeeds(
    services: FakeServices, cause: MailCause
) -> None:
    services.transport.refuse(cause)
    mails = [queued(services) for _ in range(3)]
    other = queued(services, "Paul")
    work = OutboxWork(services)
    work.turn()
    services.clock.advance(hours=30)
    services.transport.failure = None
    work.turn()
    tried = [mail for mail in services.transport.tried if mail.user == "Zoé"]
    assert [mail.id for mail in tried] == [mails[0].id], "one refused sign-in, not one for each mail"
    assert {state(services, mail) for mail in mails} == {MailState.DEFERRED, MailState.QUEUED}
    profile = services.settings.sender_profile("Zoé")
    assert profile is not None
    services.settings.save_sender_profile(profile.tested(services.clock.now()))
    work.turn()
    assert [mail.id for mail in services.transport.sent if mail.user == "Zoé"] == [mail.id for mail in mails]
    assert other.user == "Paul"


def test_a_closed_gate_pauses_and_says_nothing_to_the_server(services: FakeServices) -> None:
    mail = queued(services)
    services.settings.save_sender_profile(a_tested_sender("Zoé").not_working())
    assert OutboxWork(services).turn() == 0
    assert services.transport.tried == []
    assert state(services, mail) is MailState.QUEUED


def test_a_final_refusal_is_for_a_person_and_keeps_nobody_back(services: FakeServices) -> None:
    first, second = queued(services, to="inconnu@example.org"), queued(services)
    services.transport.answers = {
        "inconnu@example.org": RecipientResult(RecipientStatus.REJECTED, "550", MailCause.RECIPIENT_UNKNOWN)
    }
    assert OutboxWork(services).turn() == 2
    assert (state(services, first), state(services, second)) == (MailState.REJECTED, MailState.SENT)
    assert OutboxWork(services).turn() == 0


def test_an_uncertain_mail_is_never_sent_again_by_itself(services: FakeServices) -> None:
    services.transport.refuse(MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT)
    mail = queued(services)
    work = OutboxWork(services)
    work.turn()
    services.transport.failure = None
    for _ in range(3):
        services.clock.advance(hours=2)
        assert work.turn() == 0
    assert state(services, mail) is MailState.UNKNOWN
    with pytest.raises(ForbiddenMoveError):
        retry_mails([mail.id], services)


def test_a_mail_of_another_account_of_the_pc_is_left_to_it(services: FakeServices) -> None:
    mine, others = queued(services), queued(services)
    found = services.outbox.find

    def find(mail_id: str) -> OutgoingMail:
        if mail_id == others.id:
            raise SecretsUnavailableError("other_key")
        return found(mail_id)

    services.outbox.find = find  # type: ignore[method-assign]  # what the key opens
    assert OutboxWork(services).turn() == 1
    services.outbox.find = found  # type: ignore[method-assign]
    assert (state(services, mine), state(services, others)) == (MailState.SENT, MailState.QUEUED)


def test_a_keyring_that_is_locked_midway_keeps_every_mail(services: FakeServices) -> None:
    services.transport.failure = SecretsUnavailableError("locked")
    mails = [queued(services) for _ in range(2)]
    assert OutboxWork(services).turn() == 0
    assert len(services.transport.tried) == 1
    services.transport.failure = None
    assert OutboxWork(services).turn() == 2
    assert all(state(services, mail) is MailState.SENT for mail in mails)


def test_a_pdf_that_was_taken_away_is_made_again_and_another_file_is_asked_for(services: FakeServices) -> None:
    mail, with_file = queued(services), queued(services)
    mail.pdf.path.unlink()
    notice = Attachment("notice.txt", services.data_dir / "notice.txt")
    services.outbox.save(replace(with_file, attachments=(*with_file.attachments, notice)))
    OutboxWork(services).turn()
    assert state(services, mail) is MailState.SENT
    kept = services.outbox.find(with_file.id)
    assert (kept.state, kept.mail_cause) == (MailState.FAILED, MailCause.ATTACHMENT_GONE)
    assert kept.recipients == (WALK_IN,)


def test_a_mail_that_is_changed_while_it_waits_waits_for_its_writer(services: FakeServices) -> None:
    mail = queued(services)
    edit_draft(mail.id, DraftTexts("ju@e", "Objet", "Texte"), services)
    assert OutboxWork(services).turn() == 0
    assert state(services, mail) is MailState.DRAFT
    edit_draft(mail.id, DraftTexts("ju@", "Objet", "Texte"), services)
    with pytest.raises(InvalidInputError):
        queue_mail(mail.id, services)


def test_a_mail_left_for_later_after_a_failure_waits_its_pause_with_its_reason(services: FakeServices) -> None:
    services.transport.refuse(MailCause.SERVER_BUSY)
    draft = replace(prepare_sending(KEY, "", "Zoé", services), recipients=(WALK_IN,))
    services.outbox.save(draft)
    send_mail(draft.id, services)
    later = queue_mail(draft.id, services)
    assert later.next_try_at is not None
    assert (later.next_try_at - services.clock.now()).total_seconds() == 60
    assert later.mail_cause is MailCause.SERVER_BUSY
    assert [entry.event for entry in services.journal.all] == ["failed", "queued"]


def test_a_retry_asked_for_does_not_wait_and_frees_those_behind(services: FakeServices) -> None:
    services.transport.refuse(MailCause.NO_ANSWER)
    first, second = queued(services), queued(services)
    work = OutboxWork(services)
    work.turn()
    services.transport.failure = None
    retry_mails([second.id], services)
    assert work.turn() == 2
    assert [mail.id for mail in services.transport.sent] == [first.id, second.id]


def test_a_failed_mail_is_tried_again_when_a_person_asks(services: FakeServices) -> None:
    services.transport.refuse(MailCause.MESSAGE_TOO_BIG, SendingPhase.DATA)
    mail = queued(services)
    work = OutboxWork(services)
    work.turn()
    assert state(services, mail) is MailState.FAILED
    assert waiting_ids(services) == []
    services.transport.failure = None
    retry_mails([mail.id], services)
    assert waiting_ids(services) == [mail.id]
    work.turn()
    assert state(services, mail) is MailState.SENT


def test_a_mail_made_by_a_clock_that_was_ahead_is_dated_anew_and_still_ends(services: FakeServices) -> None:
    services.clock.advance(days=400)
    mail = queued(services)
    services.clock.advance(days=-400)
    services.settings.save_sender_profile(a_tested_sender("Zoé").not_working())
    assert expire_old_mails(services) == 0
    assert services.outbox.find(mail.id).created_at == services.clock.now()
    services.clock.advance(days=7, seconds=1)
    assert expire_old_mails(services) == 1
    (ended,) = services.outbox.expired("Zoé", services.clock.now().replace(year=2020))
    assert (ended.ticket_key, ended.recipients) == ("C1-1", ())
    assert list(services.pdf_folder.iterdir()) == []


def test_a_mail_opened_in_the_mail_program_is_uncertain_until_a_person_says(services: FakeServices) -> None:
    services.transport.refuse(MailCause.NO_ANSWER)
    mail = queued(services)
    OutboxWork(services).turn()
    services.client.hands_over = True
    opened = open_in_mail_client(mail.id, services)
    assert (opened.state, opened.mail_cause) == (MailState.UNKNOWN, MailCause.HANDED_OVER)
    assert services.client.senders[0].show_message, "a person sends it there"
    assert OutboxWork(services).turn() == 0
    confirm_received(mail.id, services)
    assert [entry.event for entry in services.journal.all][-2:] == ["unknown", "mailed"]
    assert WALK_IN not in repr(services.outbox.find(mail.id))
    assert list(services.pdf_folder.iterdir()) == []


@pytest.mark.parametrize("cause", [MailCause.CLIENT_MISSING, MailCause.CLIENT_CANCELLED])
def test_a_mail_program_that_does_not_take_it_leaves_the_mail_as_it_was(
    services: FakeServices, cause: MailCause
) -> None:
    mail = queued(services)
    services.client.refuse(cause)
    with pytest.raises(MailFailure):
        open_in_mail_client(mail.id, services)
    assert services.outbox.find(mail.id) == mail
