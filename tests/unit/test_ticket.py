import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import InvalidInputError
from backend.domain.ticket import Payment, RecordedTicket, TicketLine, TicketNumber, change_due, make_line, vat_totals
from backend.domain.ticket_chain import FIRST_LINK, canonical_json, first_fault, link, ticket_from_content
from tests.builders import a_company, a_credit, a_line, a_ticket

RATES = st.sampled_from([Decimal(20), Decimal(10), Decimal("5.5"), Decimal("2.1"), Decimal(0)])
LINES = st.lists(
    st.builds(
        make_line,
        st.text(min_size=1, max_size=30),
        st.decimals("0.001", 999, places=3),
        st.integers(0, 10**6),
        RATES,
    ),
    min_size=1,
    max_size=20,
)


@pytest.mark.parametrize(("text", "number"), [("C1-4", TicketNumber("C1", 4)), (" c1-4 ", TicketNumber("C1", 4))])
def test_a_ticket_number_is_till_and_number(text: str, number: TicketNumber) -> None:
    assert TicketNumber.parse(text) == number
    assert str(number) == "C1-4"


@pytest.mark.parametrize("text", ["", "C1", "C1-0", "C1-04", "C1--4", "TROPLONGX-1", "C1-4;", "../C1-4"])
def test_what_is_no_ticket_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        TicketNumber.parse(text)


@given(LINES)
def test_net_and_vat_of_all_rates_make_the_total_to_the_cent(lines: list[TicketLine]) -> None:
    totals = vat_totals(lines)
    assert sum(total.gross_amount for total in totals) == sum(line.gross_total for line in lines)
    assert all(total.net_amount + total.vat_amount == total.gross_amount for total in totals)
    assert len({total.rate for total in totals}) == len(totals)


def test_the_sample_ticket_has_the_sums_that_were_worked_out_by_hand() -> None:
    lines = [
        a_line("Perceuse-visseuse", 8990),
        a_line("Vis à bois", 650, "2"),
        a_line("Peinture", 3400, discount=340),
        a_line("Livre", 1490, vat_rate=Decimal("5.5")),
    ]
    high, low = vat_totals(lines)
    assert (high.net_amount, high.vat_amount, high.gross_amount) == (11125, 2225, 13350)
    assert (low.net_amount, low.vat_amount, low.gross_amount) == (1412, 78, 1490)
    assert change_due([Payment("CB", 10000), Payment("Espèces", 5000)], 14840) == 160


def test_payments_below_the_total_are_refused_with_what_is_missing() -> None:
    with pytest.raises(InvalidInputError) as refusal:
        change_due([Payment("CB", 1000)], 1250)
    assert (refusal.value.reason, refusal.value.value) == ("payments_missing", "250")


def test_a_credit_is_paid_back_exactly() -> None:
    assert change_due([Payment("CB", -1250)], -1250) == 0
    with pytest.raises(InvalidInputError):
        change_due([Payment("CB", -1000)], -1250)


@given(LINES, st.integers(1, 10**6))
def test_a_ticket_read_again_has_the_same_hash(lines: list[TicketLine], number: int) -> None:
    ticket = a_ticket(number=number, lines=lines)
    text = canonical_json(ticket)
    again = ticket_from_content(json.loads(text))
    assert canonical_json(again) == text
    assert link(again, position=1, previous_sha256=FIRST_LINK) == link(ticket, position=1, previous_sha256=FIRST_LINK)


def test_writing_a_rate_with_other_zeros_changes_no_hash() -> None:
    one = a_ticket(lines=[a_line(vat_rate=Decimal(20))])
    other = a_ticket(lines=[a_line(vat_rate=Decimal("20.00"))])
    assert canonical_json(one) == canonical_json(other)


def test_the_content_of_a_ticket_holds_no_mail_address() -> None:
    assert "@" not in canonical_json(a_ticket(company=a_company()))


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda chain: [replace(chain[0], ticket=replace(chain[0].ticket, gross_total=1)), *chain[1:]], "content"),
        (lambda chain: [chain[0], chain[2]], "gap"),
        (lambda chain: [chain[0], replace(chain[1], previous_sha256=FIRST_LINK), chain[2]], "link"),
        (lambda chain: [chain[0], replace(chain[1], chain_sha256="0" * 64), chain[2]], "link"),
    ],
)
def test_the_first_broken_ticket_of_a_chain_is_named(
    break_it: Callable[[list[RecordedTicket]], list[RecordedTicket]], reason: str
) -> None:
    chain = []
    previous = FIRST_LINK
    for number in (1, 2, 3):
        chain.append(link(a_ticket(number=number), position=number, previous_sha256=previous))
        previous = chain[-1].chain_sha256
    assert first_fault("C1", chain, own=True) == (3, previous, None)
    count, _, fault = first_fault("C1", break_it(chain), own=True)
    assert fault is not None
    assert (fault.reason, fault.position) == (reason, count + 1)


def test_the_same_ticket_under_another_number_and_company_says_the_same() -> None:
    ticket = a_ticket(number=0, reference="web-17")
    assert ticket.says_the_same(replace(ticket, number=9, company=a_company(city="Beaune")))
    assert not ticket.says_the_same(a_credit(number=0, reference="web-17"))
