"""What a cashier has rung up and not recorded yet: the ticket under work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from backend.domain.customer import WALK_IN
from backend.domain.errors import InvalidInputError
from backend.domain.money import parse_amount, parse_decimal, round_cents, vat_within
from backend.domain.shop import FIRST_PAYMENT_METHODS, Product
from backend.domain.ticket import LINES_MAX, Payment, TicketEntry, TicketLine, make_line, vat_totals

PAYMENT_METHODS = tuple(method.code for method in FIRST_PAYMENT_METHODS)
_NOTES = (500, 1_000, 2_000, 5_000, 10_000, 20_000)  # banknotes, in cents
_QUICK_MAX = 4


@dataclass(frozen=True, slots=True)
class Discount:
    """What a line is cheaper by: a part in per cent or an amount in cents, as it was typed."""

    percent: Decimal = Decimal(0)
    amount: int = 0

    @classmethod
    def parse(cls, text: str) -> Discount:
        """Read `10 %`, `3,40` or nothing; raises InvalidInputError("discount", ...)."""
        plain = text.strip()
        if not plain:
            return cls()
        if plain.endswith("%"):
            percent = parse_decimal(plain, "discount", places=2)
            if not 0 <= percent <= 100:
                raise InvalidInputError("discount", "percent", text)
            return cls(percent=percent)
        amount = parse_amount(plain, "discount")
        if amount < 0:
            raise InvalidInputError("discount", "amount", text)
        return cls(amount=amount)

    def of(self, gross: int) -> int:
        """Return the discount on `gross` cents."""
        return round_cents(Decimal(gross) * self.percent / 100) if self.percent else self.amount


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One article under work; its discount follows the quantity."""

    label: str
    quantity: Decimal
    unit_price: int
    vat_rate: Decimal
    discount: Discount = Discount()
    product_code: str = ""

    @property
    def ticket_line(self) -> TicketLine:
        """Return the line as it will be recorded."""
        off = self.discount.of(round_cents(self.quantity * self.unit_price))
        return make_line(
            self.label, self.quantity, self.unit_price, self.vat_rate, discount=off, product_code=self.product_code
        )

    @property
    def without_vat(self) -> BasketLine:
        """Return the line for who pays no VAT: the VAT taken out of its price, to the cent, and the rate 0."""
        taken_out = self.discount.amount and vat_within(self.discount.amount, self.vat_rate)
        unit_price = self.unit_price - vat_within(self.unit_price, self.vat_rate)
        # Rounded to the cent apart from its price, a discount of all of it could come out higher than it.
        off = min(self.discount.amount - taken_out, max(round_cents(self.quantity * unit_price), 0))
        discount = replace(self.discount, amount=off)
        return replace(self, unit_price=unit_price, vat_rate=Decimal(0), discount=discount)


@dataclass(frozen=True, slots=True)
class Basket:
    """Till, cashier, customer, lines and payments; amounts in cents. Holds no e-mail address."""

    till_code: str
    cashier_code: str = ""
    customer_code: str = WALK_IN
    lines: tuple[BasketLine, ...] = ()
    payments: tuple[Payment, ...] = ()
    id: str = ""  # given when it is first kept with a line; becomes the reference of its ticket
    is_exempt: bool = False  # its customer pays no VAT: prices are net

    @property
    def ticket_lines(self) -> tuple[TicketLine, ...]:
        """Return the lines as they will be recorded."""
        return tuple((line.without_vat if self.is_exempt else line).ticket_line for line in self.lines)

    @property
    def total(self) -> int:
        """Return what the customer owes, VAT included."""
        return sum(line.gross_total for line in self.ticket_lines)

    @property
    def vat_amount(self) -> int:
        """Return the VAT in it."""
        return sum(total.vat_amount for total in vat_totals(self.ticket_lines))

    @property
    def left_to_pay(self) -> int:
        """Return what is still missing; negative is what has to be handed back."""
        return self.total - sum(payment.amount for payment in self.payments)

    def quick_amounts(self, method: str) -> tuple[int, ...]:
        """Return the cents that a customer may hand over in cash: what no other way pays, and notes above it."""
        owed = self.total - sum(payment.amount for payment in self.payments if payment.method != method)
        if owed <= 0:
            return ()
        above = {-(-owed // note) * note for note in _NOTES}
        return tuple(sorted({owed, *above})[:_QUICK_MAX])

    def with_total_discount(self, discount: Discount) -> Basket:
        """Return the basket with a discount on all of it, spread over its lines so that the sum agrees to the cent.

        It takes the place of the lines' own discounts. Raises InvalidInputError("discount", ...).
        """
        bare = [replace(line, discount=Discount()) for line in self.lines]
        grosses = [line.ticket_line.gross_total for line in bare]
        whole = sum(grosses)
        wanted = discount.of(whole)
        if wanted > whole:
            raise InvalidInputError("discount", "discount_too_big", str(wanted))
        shares = _spread(wanted, grosses)
        lines = (replace(line, discount=Discount(amount=share)) for line, share in zip(bare, shares, strict=True))
        return replace(self, lines=tuple(lines))

    def count_of(self, product_code: str) -> Decimal:
        """Return how often a product is in it."""
        return sum((line.quantity for line in self.lines if line.product_code == product_code), Decimal(0))

    def with_product(self, product: Product) -> tuple[Basket, int]:
        """Return the basket with one more of a product, and the place of its line from 1."""
        for place, line in enumerate(self.lines, 1):
            same = (line.product_code, line.unit_price, line.label) == (
                product.code,
                product.gross_price,
                product.label,
            )
            if same:
                return self.with_line(place, replace(line, quantity=line.quantity + 1)), place
        return self.with_new_line(
            BasketLine(product.label, Decimal(1), product.gross_price, product.vat_rate, product_code=product.code)
        )

    def with_new_line(self, line: BasketLine) -> tuple[Basket, int]:
        """Return the basket with a line at its end, and its place; raises InvalidInputError when it is full."""
        if len(self.lines) >= LINES_MAX:
            raise InvalidInputError("lines", "line_count", str(LINES_MAX + 1))
        return replace(self, lines=(*self.lines, line)), len(self.lines) + 1

    def line(self, place: int) -> BasketLine:
        """Return the line at a place from 1; raises InvalidInputError where there is none."""
        if not 1 <= place <= len(self.lines):
            raise InvalidInputError("line", "line_place", str(place))
        return self.lines[place - 1]

    def with_line(self, place: int, line: BasketLine) -> Basket:
        """Return the basket with another line at a place; raises InvalidInputError("quantity" or "discount", ...)."""
        self.line(place)
        if line.quantity <= 0:
            raise InvalidInputError("quantity", "quantity_sign", str(line.quantity))
        if line.ticket_line.gross_total < 0:
            raise InvalidInputError("discount", "discount_too_big", str(line.ticket_line.discount))
        return replace(self, lines=(*self.lines[: place - 1], line, *self.lines[place:]))

    def without_line(self, place: int) -> Basket:
        """Return the basket without a line."""
        self.line(place)
        return replace(self, lines=(*self.lines[: place - 1], *self.lines[place:]))

    def with_payment(self, method: str, amount: int | None = None, *, among: Sequence[str] = PAYMENT_METHODS) -> Basket:
        """Return the basket paid in this way with `amount`, or with all that is left; one payment a method."""
        if method not in among:
            raise InvalidInputError("method", "payment_method", method)
        others = self.without_payment(method)
        given = max(others.left_to_pay, 0) if amount is None else amount
        payments: Sequence[Payment] = [*others.payments, Payment(method, given)]
        order = {name: place for place, name in enumerate(among)}
        return replace(
            self, payments=tuple(sorted(payments, key=lambda payment: order.get(payment.method, len(order))))
        )

    def without_payment(self, method: str) -> Basket:
        """Return the basket not paid in this way."""
        return replace(self, payments=tuple(payment for payment in self.payments if payment.method != method))

    def emptied(self) -> Basket:
        """Return the basket of the next customer at the same till."""
        return Basket(self.till_code, self.cashier_code)

    def entry(self) -> TicketEntry:
        """Return it as it is recorded; payments of nothing are left out."""
        payments = tuple(payment for payment in self.payments if payment.amount)
        return TicketEntry(
            self.till_code, self.ticket_lines, payments, self.cashier_code, self.customer_code, reference=self.id
        )


def _spread(cents: int, weights: Sequence[int]) -> list[int]:
    """Share out cents by weights; what the whole cents leave goes to the first of the heaviest."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [cents * weight // whole for weight in weights]
    heaviest = sorted(range(len(weights)), key=lambda place: -weights[place])
    for place in heaviest[: cents - sum(shares)]:
        shares[place] += 1
    return shares
