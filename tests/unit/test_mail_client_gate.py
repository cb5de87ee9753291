"""A mail program's hand-over proves nothing: the gate waits for a person's word (PRODUCT B5, B6)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.mail_failure import MailCause, MailFailure, SenderNotTestedError
from backend.domain.outgoing_mail import MailState
from backend.domain.sender_profile import SenderProfile, SendingMode
from backend.domain.ticket import TicketNumber
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.prepare_sending import tested_sender_of as ready_sender
from backend.usecases.save_sender_profile import save_sender_profile
from backend.usecases.send_mail import send_mail
from backend.usecases.test_sender import TestMailTexts, confirm_test, send_test_mail
from tests.builders import a_cashier, a_company, a_customer, a_sender, a_ticket, a_till, a_user
from tests.fake_mail import RecordingWatch
from tests.fakes import FakeServices

TEXTS = TestMailTexts("Essai", "Ceci est un essai.")


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.users.save(a_user())
    services.settings.save_sender_profile(a_sender(mode=SendingMode.MAIL_CLIENT))
    services.transport.hands_over = True
    return services


def _test(services: FakeServices) -> SenderProfile:
    return send_test_mail("Zoé", "", TEXTS, services, RecordingWatch())[0]


def _profile(services: FakeServices) -> SenderProfile:
    profile = services.settings.sender_profile("Zoé")
    assert profile is not None
    return profile


def test_a_hand_over_opens_nothing_until_somebody_says_that_it_left(services: FakeServices) -> None:
    tested = _test(services)
    assert tested.awaits_confirmation
    with pytest.raises(SenderNotTestedError):
        ready_sender("Zoé", services)
    assert confirm_test("Zoé", services, went=True).gate_is_open
    assert not ready_sender("Zoé", services).awaits_confirmation


def test_no_closes_the_gate_also_where_it_was_open(services: FakeServices) -> None:
    _test(services)
    confirm_test("Zoé", services, went=True)
    assert _test(services).gate_is_open
    assert not confirm_test("Zoé", services, went=False).gate_is_open
    assert not _profile(services).gate_is_open


def test_nobody_can_confirm_a_test_that_was_not_sent(services: FakeServices) -> None:
    with pytest.raises(SenderNotTestedError):
        confirm_test("Zoé", services, went=True)
    _test(services)
    confirm_test("Zoé", services, went=False)
    with pytest.raises(SenderNotTestedError):
        confirm_test("Zoé", services, went=True)


def test_a_change_between_the_test_and_the_answer_is_not_confirmed(services: FakeServices) -> None:
    _test(services)
    save_sender_profile(replace(_profile(services), show_message=True), None, services)
    with pytest.raises(SenderNotTestedError):
        confirm_test("Zoé", services, went=True)
    save_sender_profile(replace(_profile(services), show_message=False), None, services)
    assert confirm_test("Zoé", services, went=True).gate_is_open


@pytest.mark.parametrize("cause", [MailCause.CLIENT_CANCELLED, MailCause.CLIENT_SILENT, MailCause.CLIENT_OFFLINE])
def test_what_says_nothing_of_the_settings_leaves_an_open_gate_open(services: FakeServices, cause: MailCause) -> None:
    _test(services)
    confirm_test("Zoé", services, went=True)
    services.transport.refuse(cause)
    with pytest.raises(MailFailure):
        _test(services)
    assert _profile(services).gate_is_open


def test_the_test_takes_a_file_along_which_some_mail_programs_drop(services: FakeServices) -> None:
    _test(services)
    (mail,) = services.transport.tried
    assert [attachment.name for attachment in mail.attachments] == ["test.pdf"]
    assert mail.pdf.path.read_bytes().startswith(b"%PDF-")
    services.settings.save_sender_profile(a_sender())
    _test(services)
    assert services.transport.tried[-1].attachments == ()


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        (MailCause.CLIENT_SILENT, MailState.UNKNOWN),
        (MailCause.CLIENT_CANCELLED, MailState.FAILED),
        (MailCause.CLIENT_OFFLINE, MailState.DEFERRED),
    ],
)
def test_a_ticket_that_the_program_may_have_sent_is_not_sent_again_by_itself(
    services: FakeServices, cause: MailCause, state: MailState
) -> None:
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1")], [a_cashier()])
    services.customers.save([a_customer()])
    services.tickets.record(a_ticket(customer_code="MARTIN", customer_name="Hélène Martin"))
    _test(services)
    confirm_test("Zoé", services, went=True)
    mail = prepare_sending(TicketNumber("C1", 1), "", "Zoé", services)
    services.transport.refuse(cause)
    assert send_mail(mail.id, services).mail.state is state
