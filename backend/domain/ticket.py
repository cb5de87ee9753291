"""A till ticket (ticket de caisse) or credit (avoir): what was sold, paid and when; it never changes once recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from backend.domain.customer import WALK_IN
from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError, InvalidInputError
from backend.domain.money import round_cents, vat_within
from backend.domain.shop import Company

NOT_NUMBERED = 0
LINES_MAX = 1000
_NUMBER = re.compile(r"([A-Z0-9]{1,8})-([1-9][0-9]{0,11})")


@dataclass(frozen=True, slots=True, order=True)
class TicketNumber:
    """Till code and number: `C1-4`."""

    till_code: str
    number: int

    def __str__(self) -> str:
        return f"{self.till_code}-{self.number}"

    @classmethod
    def parse(cls, text: str) -> TicketNumber:
        """Read `C1-4`; raises InvalidInputError("number", "ticket_number")."""
        found = _NUMBER.fullmatch(text.strip().upper())
        if not found:
            raise InvalidInputError("number", "ticket_number", text)
        return cls(found[1], int(found[2]))


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One article: `unit_price`, `discount` and `gross_total` in cents, VAT included; `vat_rate` in per cent."""

    label: str
    quantity: Decimal
    unit_price: int
    vat_rate: Decimal
    gross_total: int
    discount: int = 0
    product_code: str = ""


@dataclass(frozen=True, slots=True)
class VatTotal:
    """What a ticket holds at one rate, in cents; net + vat = gross."""

    rate: Decimal
    net_amount: int
    vat_amount: int
    gross_amount: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money handed over (negative when handed back on a credit), in cents."""

    method: str
    amount: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """The whole content of a ticket; amounts in cents, `issued_at` aware. Holds no e-mail address."""

    till_code: str
    number: int
    issued_at: datetime
    lines: tuple[TicketLine, ...]
    vat_totals: tuple[VatTotal, ...]
    payments: tuple[Payment, ...]
    gross_total: int
    company: Company
    change_due: int = 0
    kind: DocumentType = DocumentType.TICKET
    cashier_code: str = ""
    cashier_name: str = ""
    customer_code: str = WALK_IN
    customer_name: str = WALK_IN
    credit_of: str = ""  # number of the ticket that this credit corrects, `C1-3`
    reference: str = ""  # at an own till: the key under which it was entered or sent, each recorded once
    training: bool = False

    @property
    def key(self) -> TicketNumber:
        """Return till code and number together."""
        return TicketNumber(self.till_code, self.number)

    @property
    def vat_amount(self) -> int:
        """Return the VAT of all rates, in cents."""
        return sum(total.vat_amount for total in self.vat_totals)

    @property
    def net_total(self) -> int:
        """Return the total without VAT, in cents."""
        return self.gross_total - self.vat_amount

    def numbered(self, number: int) -> Ticket:
        """Return the same ticket under its number."""
        return replace(self, number=number)

    def says_the_same(self, other: Ticket) -> bool:
        """Tell whether two tickets differ at most in what Facteur adds: number, company, training."""
        return replace(other, number=self.number, company=self.company, training=self.training) == self


@dataclass(frozen=True, slots=True)
class RecordedTicket:
    """A ticket in its till's chain: hex SHA-256 of its content, of the link before it, and of both."""

    ticket: Ticket
    position: int  # order of arrival at its till, from 1
    content_sha256: str
    previous_sha256: str
    chain_sha256: str


@dataclass(frozen=True, slots=True)
class ImportedTicket:
    """A ticket after its import; `is_new` is False when it was there already."""

    recorded: RecordedTicket
    is_new: bool


@dataclass(frozen=True, slots=True)
class TicketSummary:
    """A row of the ticket list."""

    key: TicketNumber
    kind: DocumentType
    issued_at: datetime
    customer_name: str
    cashier_name: str
    gross_total: int


@dataclass(frozen=True, slots=True)
class TicketTotals:
    """How many tickets there are, and their sum in cents, credits taken off."""

    count: int
    gross_total: int


@dataclass(frozen=True, slots=True)
class TicketQuery:
    """What the ticket list asks for: free text (number, customer, amount), days (ISO), and a page."""

    text: str = ""
    from_day: str = ""
    to_day: str = ""
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class TicketEntry:
    """What a cashier typed, before totals and number."""

    till_code: str
    lines: tuple[TicketLine, ...]
    payments: tuple[Payment, ...]
    cashier_code: str = ""
    customer_code: str = WALK_IN
    kind: DocumentType = DocumentType.TICKET
    credit_of: str = ""
    reference: str = ""  # entered twice under one reference, it is one ticket


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first broken place of a till's chain; `reason` is content, link, gap, head, index or closing.

    Of a fault in a closing (`C1-Z12`), `position` is its place in the chain of closings.
    """

    till_code: str
    position: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What `check journal` found: tickets read per till, faults, numbers that a foreign till never sent."""

    tickets: dict[str, int] = field(default_factory=dict)
    faults: tuple[ChainFault, ...] = ()
    gaps: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(eq=False)
class TicketConflictError(FacteurError):
    """A ticket with this number (or reference, at an own till) is there already, with other content."""

    cause = "ticket_conflict"
    number: str


def line_total(quantity: Decimal, unit_price: int, discount: int = 0) -> int:
    """Return quantity times gross unit price less discount, rounded to the cent."""
    return round_cents(quantity * unit_price) - discount


def make_line(
    label: str, quantity: Decimal, unit_price: int, vat_rate: Decimal, *, discount: int = 0, product_code: str = ""
) -> TicketLine:
    """Build a line with its total."""
    total = line_total(quantity, unit_price, discount)
    return TicketLine(label, quantity, unit_price, vat_rate, total, discount, product_code)


def vat_totals(lines: Iterable[TicketLine]) -> tuple[VatTotal, ...]:
    """Take the VAT out of the gross sum of each rate, highest rate first; net + vat = gross to the cent."""
    gross_by_rate: dict[Decimal, int] = {}
    for line in lines:
        rate = line.vat_rate.normalize()
        gross_by_rate[rate] = gross_by_rate.get(rate, 0) + line.gross_total
    totals = []
    for rate, gross in sorted(gross_by_rate.items(), reverse=True):
        vat = vat_within(gross, rate)
        totals.append(VatTotal(rate, gross - vat, vat, gross))
    return tuple(totals)


def change_due(payments: Sequence[Payment], gross_total: int) -> int:
    """Return what is handed back, in cents; raises InvalidInputError when the payments don't reach the total."""
    paid = sum(payment.amount for payment in payments)
    if gross_total < 0:
        if paid != gross_total:
            raise InvalidInputError("payments", "payments_differ", str(paid))
        return 0
    if paid < gross_total:
        raise InvalidInputError("payments", "payments_missing", str(gross_total - paid))
    return paid - gross_total
