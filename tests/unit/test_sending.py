from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.attachment import AttachmentGoneError
from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError, NotFoundError, SecretsUnavailableError, StorageError
from backend.domain.mail_failure import MailCause, SenderNotSetError, SenderNotTestedError
from backend.domain.mail_template import default_template
from backend.domain.outgoing_mail import MailState, RecipientResult, RecipientStatus, SendingPhase
from backend.domain.pdf_settings import PdfFailure
from backend.domain.ticket import TicketNumber
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.send_mail import send_mail
from backend.usecases.send_ticket import SendingWishes, send_ticket
from tests.builders import (
    a_credit,
    a_sender,
    a_tested_sender,
    a_ticket,
)
from tests.fake_mail import RecordingWatch
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


def test_a_sent_ticket_leaves_neither_pdf_nor_address_and_one_line_in_the_journal(services: FakeServices) -> None:
    sending = send_ticket(KEY, "Zoé", TO, services)
    assert sending.outcome.mail.state is MailState.SENT
    assert sending.pdf_name == "C1-1-BRICO.pdf"
    assert list(services.pdf_folder.iterdir()) == []
    (entry,) = services.journal.all
    assert (entry.event, entry.recipient_count, entry.pdf_sha256) == ("mailed", 1, sending.pdf_sha256)
    assert WALK_IN_ADDRESS not in repr(services.journal.all)
    assert WALK_IN_ADDRESS not in repr(services.outbox.find(sending.outcome.mail.id))


def test_subject_and_text_come_from_the_mail_settings(services: FakeServices) -> None:
    send_ticket(KEY, "Zoé", TO, services)
    (mail,) = services.transport.sent
    assert mail.subject == "Votre ticket de caisse n° 1 du 24/11/2026"
    assert "ticket de caisse n° 1 du 24/11/2026" in mail.body
    assert "[" not in mail.subject + mail.body


def test_a_known_customer_is_filled_in_as_the_settings_say(services: FakeServices) -> None:
    key = TicketNumber("C1", 2)
    assert prepare_sending(key, "", "Zoé", services).recipients == ("facturation@example.org",)
    template = default_template(DocumentType.TICKET)
    services.settings.save_mail_template(
        replace(template, to_main_contact=True, free_addresses=("Paul@example.org", "compta@brico.example"))
    )
    everybody = ("facturation@example.org", "paul@example.org", "compta@brico.example")
    assert prepare_sending(key, "", "Zoé", services).recipients == everybody


def test_a_credit_leaves_by_the_setting_of_its_type_and_nobody_gets_it_twice(services: FakeServices) -> None:
    key = services.tickets.record(a_credit(customer_code="MARTIN", customer_name="Hélène Martin")).ticket.key
    template = replace(
        default_template(DocumentType.CREDIT),
        subject="Avoir [NUMERO TICKET]",
        cc=("Facturation@example.org", "a@brico.example"),
        bcc=("a@brico.example", "b@brico.example"),
    )
    services.settings.save_mail_template(template)
    mail = prepare_sending(key, "", "Zoé", services)
    assert mail.subject == f"Avoir {key.number}"
    assert mail.recipients == ("facturation@example.org",)
    assert (mail.cc, mail.bcc) == (("a@brico.example",), ("b@brico.example",))


def test_a_ticket_has_no_copies_whatever_the_setting_holds(services: FakeServices) -> None:
    template = replace(default_template(DocumentType.TICKET), cc=("a@brico.example",), bcc=("b@brico.example",))
    services.settings.save_mail_template(template)
    mail = prepare_sending(KEY, "", "Zoé", services)
    assert (mail.cc, mail.bcc) == ((), ())


def test_the_phases_are_committed_before_they_begin(services: FakeServices) -> None:
    watch = RecordingWatch()
    send_ticket(KEY, "Zoé", TO, services, watch)
    assert watch.phases == list(SendingPhase)
    assert [phase for _, phase in services.outbox.phases] == list(SendingPhase)[1:]  # the first with the state itself


@pytest.mark.parametrize("profile", [a_sender(), replace(a_tested_sender(), port=465)])
def test_a_closed_gate_lets_no_mail_out_and_makes_no_pdf(services: FakeServices, profile: object) -> None:
    services.settings.save_sender_profile(profile)  # type: ignore[arg-type]  # a table of profiles
    with pytest.raises(SenderNotTestedError):
        send_ticket(KEY, "Zoé", TO, services)
    assert services.transport.tried == []
    assert list(services.pdf_folder.iterdir()) == []


def test_the_gate_holds_for_a_draft_that_was_made_before_it_closed(services: FakeServices) -> None:
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    services.settings.save_sender_profile(a_sender())
    with pytest.raises(SenderNotTestedError):
        send_mail(draft.id, services)
    assert services.outbox.find(draft.id).state is MailState.DRAFT


def test_a_user_without_sender_settings_is_told_so(services: FakeServices) -> None:
    with pytest.raises(SenderNotSetError):
        send_ticket(KEY, "Marc", TO, services)


@pytest.mark.parametrize(
    ("wishes", "error"),
    [
        (SendingWishes(), InvalidInputError),  # a walk-in has no address of his own
        (SendingWishes(to="pas une adresse"), InvalidInputError),
        (SendingWishes(to=WALK_IN_ADDRESS, attachments=[Path("/none/here.pdf")]), NotFoundError),
        (SendingWishes(to=WALK_IN_ADDRESS, layout_id="none"), NotFoundError),
    ],
)
def test_a_wrong_wish_leaves_nothing_behind(
    services: FakeServices, wishes: SendingWishes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        send_ticket(KEY, "Zoé", wishes, services)
    assert list(services.pdf_folder.iterdir()) == []
    assert services.outbox.waiting([MailState.DRAFT]) == []
    assert services.transport.tried == []


def test_a_pdf_that_could_not_be_made_leaves_no_draft(services: FakeServices) -> None:
    services.pdf_engine.failure = PdfFailure("hung")
    with pytest.raises(PdfFailure):
        send_ticket(KEY, "Zoé", TO, services)
    assert services.outbox.waiting(MailState) == []
    assert list(services.pdf_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("cause", "phase", "state"),
    [
        (MailCause.LOGIN_REFUSED, SendingPhase.CONNECTING, MailState.FAILED),
        (MailCause.NO_ANSWER, SendingPhase.CONNECTING, MailState.DEFERRED),
        (MailCause.CONNECTION_LOST, SendingPhase.DATA, MailState.DEFERRED),
        (MailCause.ANSWER_LOST, SendingPhase.FINAL_DOT, MailState.UNKNOWN),
    ],
)
def test_each_kind_of_failure_has_its_state_and_its_line(
    services: FakeServices, cause: MailCause, phase: SendingPhase, state: MailState
) -> None:
    services.transport.refuse(cause, phase)
    draft = replace(prepare_sending(KEY, "", "Zoé", services), recipients=(WALK_IN_ADDRESS,))
    services.outbox.save(draft)
    outcome = send_mail(draft.id, services)
    assert outcome.mail.state is state
    assert outcome.mail.next_try_at is None
    assert outcome.failure is services.transport.failure
    assert services.journal.all[-1].mail_cause == cause.value
    assert services.journal.all[-1].event == ("unknown" if state is MailState.UNKNOWN else "failed")
    assert draft.pdf.path.is_file()


def test_a_failed_command_keeps_the_pdf_and_forgets_the_address(services: FakeServices) -> None:
    services.transport.refuse(MailCause.NO_ANSWER)
    sending = send_ticket(KEY, "Zoé", TO, services)
    assert not sending.queued
    assert [file.name for file in sending.pdf_folder.iterdir()] == ["C1-1-BRICO.pdf"]
    kept = services.outbox.find(sending.outcome.mail.id)
    assert kept.state is MailState.CANCELLED
    assert WALK_IN_ADDRESS not in repr(kept)


def test_with_queue_a_temporary_failure_waits_and_a_final_one_does_not(services: FakeServices) -> None:
    services.transport.refuse(MailCause.SERVER_BUSY)
    waiting = send_ticket(KEY, "Zoé", replace(TO, queue=True), services)
    assert waiting.queued
    assert services.outbox.find(waiting.outcome.mail.id).state is MailState.QUEUED
    assert [entry.event for entry in services.journal.all] == ["failed", "queued"]
    services.transport.refuse(MailCause.LOGIN_REFUSED)
    assert not send_ticket(KEY, "Zoé", replace(TO, queue=True), services).queued


def test_an_automatic_sending_plans_its_next_try(services: FakeServices) -> None:
    services.transport.refuse(MailCause.SERVER_BUSY)
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    services.outbox.save(draft.moved(MailState.QUEUED))
    pauses = []
    for _ in range(6):
        ended = send_mail(draft.id, services, automatic=True).mail
        assert ended.next_try_at is not None
        pauses.append((ended.next_try_at - services.clock.now()).total_seconds() / 60)
    assert pauses == [1, 5, 15, 60, 60, 60]


def test_a_refused_recipient_keeps_the_mail_and_the_pdf_for_him_alone(services: FakeServices) -> None:
    refused = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1", MailCause.RECIPIENT_UNKNOWN)
    services.transport.answers = {"b@x.fr": refused}
    draft = replace(prepare_sending(KEY, "", "Zoé", services), recipients=("a@x.fr", "b@x.fr"))
    services.outbox.save(draft)
    outcome = send_mail(draft.id, services)
    assert outcome.mail.state is MailState.REJECTED
    assert services.journal.all[-1].event == "mailed"
    services.transport.answers = {}
    again = send_mail(draft.id, services)
    assert services.transport.tried[-1].remaining_recipients == ("b@x.fr",)
    assert again.mail.state is MailState.SENT
    assert services.transport.tried[0].message_id == services.transport.tried[-1].message_id


def test_a_file_that_vanished_meanwhile_is_named(services: FakeServices) -> None:
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    draft.pdf.path.unlink()
    with pytest.raises(AttachmentGoneError, match=r"C1-2-BRICO\.pdf"):
        send_mail(draft.id, services)


def test_a_password_that_can_not_be_had_leaves_the_mail_as_it_was(services: FakeServices) -> None:
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    services.transport.failure = SecretsUnavailableError("locked")
    with pytest.raises(SecretsUnavailableError):
        send_mail(draft.id, services)
    assert services.outbox.find(draft.id) == draft


def test_a_mail_that_another_process_sends_is_left_alone(services: FakeServices) -> None:
    draft = prepare_sending(TicketNumber("C1", 2), "", "Zoé", services)
    with services.outbox.claim(draft.id), pytest.raises(StorageError, match="locked"):
        send_mail(draft.id, services)
