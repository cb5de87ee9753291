"""What the till's page shows: tiles, the ticket under work, its dialogs; and what was typed into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from flask import Response, request
from flask_babel import gettext as _

from backend.domain.basket import Basket, BasketLine
from backend.domain.closing import is_late
from backend.domain.customer import WALK_IN_CUSTOMER, Customer
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.money import parse_amount, parse_decimal, plain_number
from backend.domain.shop import PaymentKind, PaymentMethod, Product, TillKind, VatRate
from backend.domain.ticket import TicketLine
from backend.usecases.keep_basket import held_baskets
from backend.web.auth import current_user
from backend.web.format import MINUS, NO_BREAK, amount, language, money
from backend.web.forms import Form
from backend.web.htmx import render_page
from backend.web.services import services

TILES_MAX = 60
_ICONS = {
    PaymentKind.CARD: "credit-card",
    PaymentKind.CASH: "banknote",
    PaymentKind.CHEQUE: "pen-line",
    PaymentKind.OTHER: "receipt-text",
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A row of the ticket: place from 1, label, what it comes from, and its total."""

    place: int
    label: str
    detail: str
    total: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShownPayment:
    """A way of paying: as recorded, as read here, and the amount that stands in its field, None where it isn't used."""

    method: str
    word: str
    icon: str
    typed: str | None = None
    note: str = ""
    is_cash: bool = False


def typed_basket(basket: Basket, form: Form) -> Basket:
    """Return the basket with what stands in the fields of the ticket: quantity of the chosen line, payments.

    Raises InvalidInputError, where is `quantity` or `amount-1`.
    """
    place = _number(form["line"])
    if form["quantity"] and 1 <= place <= len(basket.lines):
        line = basket.line(place)
        quantity = parse_decimal(form["quantity"], "quantity")
        if quantity != line.quantity:
            basket = basket.with_line(place, replace(line, quantity=quantity))
    paid = request.form.getlist("paid")
    offered = payment_codes() if paid else ()
    for index, method in enumerate(paid, 1):
        typed = form[f"amount-{index}"]
        basket = basket.with_payment(method, parse_amount(typed, f"amount-{index}") if typed else 0, among=offered)
    return basket


def no_till_page() -> str | Response:
    """Show that the shop has no till to work at."""
    return render_page("till/_no_till.html")


def till_context(basket: Basket, form: Form, *, line: int = 0) -> dict[str, object]:
    """Return what the page and each block of it need; `line` is the chosen one, the last one where it is 0."""
    chosen = min(line or len(basket.lines), len(basket.lines))
    return {
        "basket": basket,
        "till": services().shop.till(basket.till_code),
        "cashier_name": _cashier_name(basket.cashier_code),
        "customer": customer_of(basket),
        "lines": [
            _shown_line(place, each.without_vat if basket.is_exempt else each, chosen)
            for place, each in enumerate(basket.lines, 1)
        ],
        "held": [_held(each) for each in held_baskets(current_user(), services())],
        "quick_amounts": [(amount(cents), money(cents)) for cents in basket.quick_amounts(form["focus"])],
        "chosen": chosen,
        "chosen_line": basket.line(chosen) if chosen else None,
        "typed_quantity": form["quantity"] if form.note("quantity") else _chosen_quantity(basket, chosen),
        "payments": shown_payments(basket, form),
        "to_focus": form["focus"],
        "form": form,
        "products": products_shown(request.values.get("text", "")),
        "families": _families(),
        "family": request.values.get("family", ""),
        "text": request.values.get("text", ""),
        "counts": _counts(basket),
        "ask": "",
        "is_late": _is_late(basket.till_code),
        "is_recorded": False,
        "oob": False,
    }


def _is_late(till_code: str) -> bool:
    """Tell whether the till has gone without a closing for more than 24 hours (PRODUCT A4)."""
    return is_late(services().closings.first_open_at(till_code), services().clock.now())


def customer_of(basket: Basket) -> Customer:
    """Return the customer of the ticket; one that is gone meanwhile becomes DIVERS."""
    try:
        return services().customers.find(basket.customer_code)
    except NotFoundError:
        return WALK_IN_CUSTOMER


def products_shown(text: str = "") -> list[Product]:
    """Return the tiles: articles of the chosen family that the text finds."""
    return services().shop.products(text, family=request.values.get("family", ""), limit=TILES_MAX)


def find_product(text: str) -> Product | None:
    """Return the article of a bar code or code, or the only one that the text finds; None for none or several."""
    found = services().shop.products(text, limit=TILES_MAX)
    exact = [product for product in found if text in {product.barcode, product.code}]
    candidates = exact or found
    return candidates[0] if len(candidates) == 1 else None


def free_line(form: Form) -> BasketLine:
    """Return the line typed in the dialog, notes put under what must be mended."""
    label = form.need("label", _("Type what was sold."))
    form.need("price", _("Type the price."))
    price = form.read("price", parse_amount, 0)
    quantity = form.read("quantity", parse_decimal, Decimal(1))
    if form.is_valid and quantity <= 0:
        form.refuse_error(InvalidInputError("quantity", "quantity_sign", form["quantity"]))
    rate = form.read("vat_rate", parse_decimal, Decimal(0))
    return BasketLine(label[:200], quantity, price, rate)


def dialog_context(ask: str, basket: Basket, line: int, form: Form | None = None) -> dict[str, object]:
    """Return what the dialog `ask` needs: free, place, customer, discount or price."""
    builders = {
        "free": _free,
        "place": _place,
        "customer": _customer,
        "discount": _discount,
        "price": _price,
        "total": _nothing,
        "held": _nothing,
        "cancel": _nothing,
    }
    if ask not in builders:
        return {"ask": ""}
    if ask in {"discount", "price"} and not 1 <= line <= len(basket.lines):
        return {"ask": ""}
    context = dict(builders[ask](basket, line))
    if form is not None:
        context["form"] = form
    return context | {"ask": ask, "dialog_line": line}


def shown_payments(basket: Basket, form: Form) -> list[ShownPayment]:
    """Return every way of paying, with its amount where the customer pays so."""
    used = [payment.method for payment in basket.payments]
    rows = []
    for each in payment_methods():
        method = each.code
        typed, note = None, ""
        if method in used:
            index = used.index(method)
            typed, note = amount(basket.payments[index].amount), form.note(f"amount-{index + 1}")
            typed = form[f"amount-{index + 1}"] if note else typed
        is_cash = each.kind is PaymentKind.CASH
        rows.append(ShownPayment(method, payment_word(method), _ICONS[each.kind], typed, note, is_cash))
    return rows


def payment_methods() -> list[PaymentMethod]:
    """Return the ways of paying in use, in their order."""
    return [each for each in services().records.search("payment-methods") if isinstance(each, PaymentMethod)]


def payment_codes() -> list[str]:
    """Return the ways of paying by the names that tickets print."""
    return [method.code for method in payment_methods()]


def payment_word(method: str) -> str:
    """Return a way of paying in the language of the page; one of another till's ticket stays as it is."""
    words = {"Carte bancaire": _("Card"), "Espèces": _("Cash"), "Chèque": _("Cheque")}
    return str(words.get(method, method))


def shown_ticket_line(line: TicketLine) -> ShownLine:
    """Return a line of a recorded ticket."""
    off = money(-line.discount) if line.discount else ""
    return ShownLine(0, line.label, _detail(line, off), amount(line.gross_total), is_chosen=False)


def _shown_line(place: int, line: BasketLine, chosen: int) -> ShownLine:
    ticket_line = line.ticket_line
    off = money(-ticket_line.discount) if ticket_line.discount else ""
    if line.discount.percent:
        off = f"{MINUS}{_quantity(line.discount.percent)}{NO_BREAK}%"
    return ShownLine(place, line.label, _detail(ticket_line, off), amount(ticket_line.gross_total), place == chosen)


def _detail(line: TicketLine, off: str) -> str:
    detail = f"{_quantity(line.quantity)} × {amount(line.unit_price)}"
    if not off:
        return detail
    less = _("discount %(off)s", off=off)
    return f"{detail} · {less}"


def _quantity(number: Decimal) -> str:
    text = plain_number(number)
    return text if language() == "en" else text.replace(".", ",")


def _chosen_quantity(basket: Basket, chosen: int) -> str:
    return _quantity(basket.line(chosen).quantity) if chosen else ""


def _cashier_name(code: str) -> str:
    return next((cashier.name for cashier in services().shop.cashiers() if cashier.code == code), "")


def _families() -> list[str]:
    return [family.code for family in services().records.search("families", limit=100)]


def _counts(basket: Basket) -> Mapping[str, str]:
    codes = {line.product_code for line in basket.lines if line.product_code}
    return {code: _quantity(basket.count_of(code)) for code in codes}


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _free(_basket: Basket, _line: int) -> Mapping[str, object]:
    rates = [each.rate for each in services().records.search("vat-rates") if isinstance(each, VatRate)]
    options = [(plain_number(rate), f"{_quantity(rate)}{NO_BREAK}%") for rate in rates]
    return {"form": Form({"quantity": "1", "vat_rate": "20"}), "rates": options}


def _nothing(_basket: Basket, _line: int) -> Mapping[str, object]:
    return {"form": Form()}


def _held(basket: Basket) -> tuple[str, str, str]:
    """Return a waiting ticket: its id, what is in it, its total."""
    return basket.id, ", ".join(line.label for line in basket.lines[:3]), money(basket.total)


def _place(basket: Basket, _line: int) -> Mapping[str, object]:
    tills = [till for till in services().shop.tills() if till.kind is TillKind.OWN]
    return {
        "form": Form({"till": basket.till_code, "cashier": basket.cashier_code}),
        "tills": [(till.code, f"{till.code} · {till.label}" if till.label else till.code) for till in tills],
        "cashiers": [("", _("Nobody")), *((each.code, each.name) for each in services().shop.cashiers())],
    }


def _customer(_basket: Basket, _line: int) -> Mapping[str, object]:
    who = request.values.get("who", "")
    found = [each for each in services().customers.search(who, limit=30) if not each.is_walk_in]
    return {"who": who, "customers": found}


def _discount(basket: Basket, line: int) -> Mapping[str, object]:
    discount = basket.line(line).discount
    typed = amount(discount.amount) if discount.amount else ""
    if discount.percent:
        typed = f"{_quantity(discount.percent)} %"
    return {"form": Form({"discount": typed}), "dialog_label": basket.line(line).label}


def _price(basket: Basket, line: int) -> Mapping[str, object]:
    return {
        "form": Form({"price": amount(basket.line(line).unit_price)}),
        "dialog_label": basket.line(line).label,
    }
