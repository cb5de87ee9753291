from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.ticket import Payment, TicketNumber
from backend.usecases.credit_ticket import NotCreditedError, credit_of, credit_ticket
from tests.builders import a_company, a_line, a_ticket, a_till
from tests.fakes import FakeServices

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.settings.save_company(a_company())
    services.shop.save([a_till()])
    return services


def test_a_credit_note_takes_everything_back_once(services: FakeServices) -> None:
    lines = (a_line("Vis", 490, "3", discount=47), a_line("Livre", 1000, vat_rate=Decimal("5.5")))
    services.tickets.record(a_ticket(lines=lines))
    sold = services.tickets.find(TicketNumber("C1", 1)).ticket
    credit = credit_ticket(TicketNumber("C1", 1), "", services).ticket
    assert (credit.kind, credit.credit_of, credit.number) == (DocumentType.CREDIT, "C1-1", 2)
    assert credit.gross_total == -sold.gross_total
    assert [(each.rate, each.net_amount, each.vat_amount) for each in credit.vat_totals] == [
        (each.rate, -each.net_amount, -each.vat_amount) for each in sold.vat_totals
    ]
    assert sum(payment.amount for payment in credit.payments) == credit.gross_total
    assert credit_ticket(TicketNumber("C1", 1), "", services).ticket == credit
    assert credit_of(TicketNumber("C1", 1), services) is not None
    assert services.tickets.check_chain().faults == ()


def test_change_that_was_given_out_is_not_given_back_again(services: FakeServices) -> None:
    paid = (Payment("Carte bancaire", 500), Payment("Espèces", 2000))
    services.tickets.record(a_ticket(lines=(a_line("Vis", 2100),), payments=paid, change_due=400))
    credit = credit_ticket(TicketNumber("C1", 1), "", services).ticket
    assert credit.payments == (Payment("Carte bancaire", -500), Payment("Espèces", -1600))


def test_a_credit_note_is_not_credited(services: FakeServices) -> None:
    services.tickets.record(a_ticket())
    credit_ticket(TicketNumber("C1", 1), "", services)
    with pytest.raises(NotCreditedError):
        credit_ticket(TicketNumber("C1", 2), "", services)
