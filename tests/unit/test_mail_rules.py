from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.email_address import mask_addresses, parse_recipients, split_addresses
from backend.domain.errors import InvalidInputError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import (
    MOVES,
    ForbiddenMoveError,
    MailState,
    RecipientResult,
    RecipientStatus,
    SendingPhase,
)
from backend.domain.placeholder import fill_placeholders, used_codes
from backend.domain.sender_profile import ConnectionSecurity, Priority, SendingMode
from backend.domain.shop import PrinterKind
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, offered_layouts, ticket_pdf_name
from tests.builders import NOON, a_company, a_mail, a_sending_mail, a_tested_sender, a_ticket, accepted

DEFERRED = RecipientResult(RecipientStatus.DEFERRED, "450 4.2.0", MailCause.RECIPIENT_DEFERRED)
REJECTED = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1", MailCause.RECIPIENT_UNKNOWN)


def test_a_list_of_addresses_is_split_at_semicolons_and_doubles_are_folded() -> None:
    assert split_addresses(" a@x.fr ;; B@x.fr;A@X.FR;\n b@x.fr") == ("a@x.fr", "B@x.fr")


@pytest.mark.parametrize("text", ["pas une adresse", "a@", "a@b", "a b@x.fr", "a@x.fr b@x.fr", "a@x..fr", "<a@x.fr>"])
def test_a_bad_address_is_named(text: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_recipients(f"bon@example.org;{text}")
    assert refusal.value.value == text


def test_more_than_twenty_recipients_are_refused() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_recipients(";".join(f"a{n}@example.org" for n in range(21)))
    assert refusal.value.reason == "too_many_recipients"


def test_an_answer_that_repeats_the_address_is_masked() -> None:
    reply = "550 5.1.1 <Jean.Client@Example.org>: user jean.client unknown in virtual mailbox table"
    masked = mask_addresses(reply, ["jean.client@example.org"])
    assert masked == "550 5.1.1 <…@…>: user … unknown in virtual mailbox table"


@given(st.emails())
def test_no_address_outlives_its_masking(address: str) -> None:
    assert address not in mask_addresses(f"550 <{address}> unknown", [address])


def test_placeholders_are_filled_once_and_other_brackets_stay() -> None:
    values = {"NUMERO TICKET": "4", "NOM": "[NUMERO TICKET]"}
    assert fill_placeholders("n° [NUMERO TICKET] [NOM] [AUTRE] [", values) == "n° 4 [NUMERO TICKET] [AUTRE] ["
    assert used_codes("[A] [B C] [A]") == ("A", "B C")


@pytest.mark.parametrize("state", MailState)
@pytest.mark.parametrize("target", MailState)
def test_a_mail_moves_only_as_the_table_says(state: MailState, target: MailState) -> None:
    mail = replace(a_mail(), state=state)
    if target in MOVES[state]:
        assert mail.moved(target).state is target
    else:
        with pytest.raises(ForbiddenMoveError):
            mail.moved(target)


def test_nothing_leaves_a_sent_or_cancelled_mail() -> None:
    assert MOVES[MailState.SENT] == MOVES[MailState.CANCELLED] == frozenset()


def test_an_unknown_mail_never_becomes_waiting_by_itself() -> None:
    assert not MOVES[MailState.UNKNOWN] & {MailState.QUEUED, MailState.DEFERRED}


@pytest.mark.parametrize("phase", SendingPhase)
def test_a_restart_queues_what_had_not_reached_the_final_dot(phase: SendingPhase) -> None:
    found = a_sending_mail().in_phase(phase).after_restart()
    expected = MailState.UNKNOWN if phase is SendingPhase.FINAL_DOT else MailState.QUEUED
    assert found.state is expected


def test_of_three_recipients_only_the_refused_one_is_tried_again() -> None:
    mail = replace(a_sending_mail(), recipients=("a@x.fr", "b@x.fr", "c@x.fr"))
    ended = mail.with_results({"a@x.fr": accepted(), "b@x.fr": REJECTED, "c@x.fr": accepted()})
    assert ended.state is MailState.REJECTED
    assert ended.mail_cause is MailCause.RECIPIENT_UNKNOWN
    assert ended.remaining_recipients == ("b@x.fr",)
    again = ended.sending().with_results({"b@x.fr": accepted()})
    assert again.state is MailState.SENT


def test_a_deferred_recipient_makes_the_mail_wait_even_beside_a_refused_one() -> None:
    mail = replace(a_sending_mail(), recipients=("a@x.fr", "b@x.fr"))
    assert mail.with_results({"a@x.fr": REJECTED, "b@x.fr": DEFERRED}).state is MailState.DEFERRED


@pytest.mark.parametrize(
    "change",
    [
        {"host": "other.example"},
        {"port": 465},
        {"security": ConnectionSecurity.TLS},
        {"username": "other"},
        {"email": "other@brico.example"},
        {"name": "Autre"},
        {"secret_version": "v2"},
        {"mode": SendingMode.RELAY},
        {"delivery_notification": True},
        {"priority": Priority.HIGH},
        {"show_message": True},
    ],
)
def test_any_change_of_the_settings_closes_the_gate(change: dict[str, object]) -> None:
    tested = a_tested_sender()
    assert tested.gate_is_open
    assert tested.tested_at == NOON
    assert not replace(tested, **change).gate_is_open  # type: ignore[arg-type]  # one field of the table


def test_a_till_with_a_serial_printer_is_offered_small_formats_only() -> None:
    assert [layout.id for layout in offered_layouts(BUILT_IN_LAYOUTS, PrinterKind.SERIAL)] == ["80mm", "58mm"]
    assert len(offered_layouts(BUILT_IN_LAYOUTS, PrinterKind.PAGE)) == 3


@pytest.mark.parametrize(
    ("company", "name"),
    [
        ("BRICO", "C1-4-BRICO.pdf"),
        ("Café de l’Été & Fils", "C1-4-Cafe_de_l_Ete_Fils.pdf"),
        ("../../etc/passwd", "C1-4-etc_passwd.pdf"),
        ("ΑΒΓ", "C1-4-TICKET.pdf"),
        ("CON\x00<>:", "C1-4-CON.pdf"),
        ("x" * 300, f"C1-4-{'x' * 60}.pdf"),
    ],
)
def test_the_pdf_is_named_by_till_number_and_company_on_every_file_system(company: str, name: str) -> None:
    assert ticket_pdf_name(a_ticket(number=4, company=a_company(name=company))) == name
