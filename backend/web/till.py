"""Entering a ticket: articles, discounts, payments, recording (PRODUCT A1); till_recorded.py goes on from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from backend.domain.basket import Basket, Discount
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.money import parse_amount
from backend.domain.user import Role
from backend.usecases.keep_basket import (
    basket_of,
    cancel_basket,
    hold_basket,
    keep_basket,
    recall_basket,
    record_basket,
)
from backend.web.auth import current_user, require
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import go_to, render_block, render_page
from backend.web.services import services
from backend.web.till_page import (
    dialog_context,
    find_product,
    free_line,
    no_till_page,
    payment_codes,
    products_shown,
    till_context,
    typed_basket,
)

blueprint = Blueprint("till", __name__, url_prefix="/till")

_PAGE = "till/index.html"
_writing = Lock()  # two clicks at once must not change or record one basket on top of each other

_WHOLE_TICKET = ("ticket", "counts", "no_dialog")
_AFTER_A_SCAN = ("ticket", "no_dialog", "search", "tiles")

Change = Callable[[Basket, Form], tuple[Basket, int]]


@blueprint.get("/")
@require(Role.CASHIER)
def index() -> str | Response:
    """Show the till; `family` and `text` choose the tiles, `line` a line of the ticket, `ask` a dialog about it."""
    basket = basket_of(current_user(), services())
    if basket is None:
        return no_till_page()
    line, ask = request.args.get("line", 0, int), request.args.get("ask", "")
    context = till_context(basket, Form(), line=line)
    if request.headers.get("HX-Target") == "till-tiles":
        return render_block(_PAGE, "tiles", **context)
    context |= dialog_context(ask, basket, line)
    if request.headers.get("HX-Target") == "dialogs":
        return show_dialog(render_block(_PAGE, "dialogs", **context))
    return render_page(_PAGE, **context)


@blueprint.post("/products")
@require(Role.CASHIER)
def add_product() -> Response:
    """Put one more of an article on the ticket."""
    product = find_product(request.form.get("product", ""))
    if product is None:
        raise NotFoundError("product", request.form.get("product", ""))
    return _changed(lambda basket, _form: basket.with_product(product))


@blueprint.post("/scan")
@require(Role.CASHIER)
def scan() -> Response:
    """Put the article of a bar code, or the only one that the text finds, on the ticket."""
    text = request.form.get("text", "").strip()
    product = find_product(text) if text else None
    if product is None:
        return _nothing_scanned(text)
    if request.form.get("recorded"):  # a scan after recording means "none", and begins the next ticket
        _changed(lambda basket, _form: basket.with_product(product))
        return go_to(url_for("till.index"))
    return _changed(lambda basket, _form: basket.with_product(product), blocks=_AFTER_A_SCAN)


@blueprint.post("/ticket")
@require(Role.CASHIER)
def change() -> Response:
    """Take what was typed into the ticket: a quantity, an amount paid.

    Only figures are answered: a button that is being pressed while its field is left must stay where it is.
    """
    response = _changed(lambda basket, form: (basket, _line(form)), blocks=("lines", "total", "rest", "counts"))
    response.headers.setdefault("HX-Reswap", "none")
    return response


@blueprint.post("/lines")
@require(Role.CASHIER)
def add_line() -> Response:
    """Put a free line on the ticket."""
    form = Form.sent()
    line = free_line(form)
    if not form.is_valid:
        return _refused_dialog("free", form, 0)
    return _changed(lambda basket, _form: basket.with_new_line(line))


@blueprint.post("/lines/<int:place>")
@require(Role.CASHIER)
def change_line(place: int) -> Response:
    """Change a line: one more or less (`step`), its `discount`, its `price`."""
    form = Form.sent()

    def changed(basket: Basket, _form: Form) -> tuple[Basket, int]:
        line = basket.line(place)
        if form["step"] in {"1", "-1"}:
            line = replace(line, quantity=line.quantity + int(form["step"]))
        if "discount" in request.form:
            line = replace(line, discount=Discount.parse(form["discount"]))
        if "price" in request.form:
            line = replace(line, unit_price=parse_amount(form["price"], "price"))
        return basket.with_line(place, line), place

    ask = next((name for name in ("discount", "price") if name in request.form), "")
    return _changed(changed, ask=ask, line=place)


@blueprint.delete("/lines/<int:place>")
@require(Role.CASHIER)
def remove_line(place: int) -> Response:
    """Take a line off the ticket."""
    return _changed(lambda basket, _form: (basket.without_line(place), max(place - 1, 1)))


@blueprint.post("/payments")
@require(Role.CASHIER)
def pay() -> Response:
    """Pay what is left in a way (`method`)."""
    method = request.form.get("method", "")
    quick = request.form.get("quick", "")

    def paid(basket: Basket, form: Form) -> tuple[Basket, int]:
        given = parse_amount(quick, "payments") if quick else None
        return basket.with_payment(method, given, among=payment_codes()), _line(form)

    return _changed(paid, focus=method)


@blueprint.delete("/payments")
@require(Role.CASHIER)
def unpay() -> Response:
    """Take a way of paying back."""
    method = request.form.get("method", "")
    return _changed(lambda basket, form: (basket.without_payment(method), _line(form)))


@blueprint.post("/place")
@require(Role.CASHIER)
def place() -> Response:
    """Change till and cashier of the ticket."""
    form = Form.sent()
    services().shop.till(form["till"])
    return _changed(lambda basket, _form: (replace(basket, till_code=form["till"], cashier_code=form["cashier"]), 0))


@blueprint.post("/customer")
@require(Role.CASHIER)
def customer() -> Response:
    """Change the customer of the ticket."""
    found = services().customers.find(request.form.get("customer", ""))
    return _changed(lambda basket, _form: (replace(basket, customer_code=found.code, is_exempt=found.is_exempt), 0))


@blueprint.post("/discount")
@require(Role.CASHIER)
def discount() -> Response:
    """Take a discount off the whole ticket."""
    typed = request.form.get("discount", "")
    return _changed(lambda basket, _form: (basket.with_total_discount(Discount.parse(typed)), 0), ask="total")


@blueprint.post("/hold")
@require(Role.CASHIER)
def hold() -> Response:
    """Put the ticket aside for the next customer."""
    return _changed(lambda basket, _form: (hold_basket(current_user(), basket, services()), 0))


@blueprint.post("/recall")
@require(Role.CASHIER)
def recall() -> Response:
    """Take a waiting ticket up again."""
    wanted = request.form.get("basket", "")
    return _changed(lambda basket, _form: (recall_basket(current_user(), wanted, basket, services()), 0))


@blueprint.post("/cancel")
@require(Role.CASHIER)
def cancel() -> Response:
    """Drop the ticket before it is recorded."""
    return _changed(lambda basket, _form: (cancel_basket(current_user(), basket, services()), 0))


@blueprint.post("/record")
@require(Role.CASHIER)
def record() -> Response:
    """Record the ticket; what stands in its fields counts, even where the field was not left."""
    form, user = Form.sent(), current_user()
    with _writing:
        basket = _basket()
        try:
            basket = typed_basket(basket, form)
            recorded = record_basket(user, basket, services())
        except InvalidInputError as error:
            form.refuse_error(error)
            return _refused_ticket(basket, form)
    return go_to(url_for("till_recorded.show", number=recorded.ticket.key))


def _changed(
    change_it: Change,
    *,
    blocks: tuple[str, ...] = _WHOLE_TICKET,
    ask: str = "",
    line: int = 0,
    focus: str = "",
) -> Response:
    """Change the basket and answer with the ticket; a refusal answers 422 with what was typed."""
    form = Form.sent()
    with _writing:
        basket = _basket()
        try:
            basket = typed_basket(basket, form)
            basket, chosen = change_it(basket, form)
        except InvalidInputError as error:
            form.refuse_error(error)
            if ask:
                return _refused_dialog(ask, form, line)
            return _refused_ticket(basket, form)
        basket = keep_basket(current_user(), basket, services())
    return make_response(_ticket(basket, Form({"focus": focus}), chosen, blocks))


def _ticket(basket: Basket, form: Form, line: int, blocks: tuple[str, ...] = _WHOLE_TICKET) -> str:
    """Return blocks of the page: the first goes where the request aims at, the others say where they go."""
    context = till_context(basket, form, line=line)
    if "search" in blocks:
        context |= {"products": products_shown(""), "text": ""}
    return "".join(render_block(_PAGE, block, **context | {"oob": block != "ticket"}) for block in blocks)


def _refused_ticket(basket: Basket, form: Form) -> Response:
    """Return the ticket with what was typed, and a note at what has to be mended."""
    response = make_response(_ticket(basket, form, _line(form)), 422)
    response.headers.update({"HX-Retarget": "#till-ticket", "HX-Reswap": "innerHTML"})
    return response


def _refused_dialog(ask: str, form: Form, line: int) -> Response:
    basket = _basket()
    context = till_context(basket, Form(), line=line) | dialog_context(ask, basket, line, form)
    return show_dialog(render_block(_PAGE, "dialogs", **context), 422)


def _nothing_scanned(text: str) -> Response:
    """Say that nothing, or nothing certain, has this code; the tiles show what comes near."""
    problem = _("No article has the code “%(text)s”.", text=text) if text.isdigit() else ""
    context = till_context(_basket(), Form()) | {"oob": True}
    blocks = "".join(render_block(_PAGE, block, **context) for block in ("search", "tiles"))
    response = make_response(blocks + render_template("till/_not_found.html", problem=problem))
    response.headers["HX-Reswap"] = "none"
    return response


def _basket() -> Basket:
    basket = basket_of(current_user(), services())
    if basket is None:
        raise NotFoundError("till", "")
    return basket


def _line(form: Form) -> int:
    return int(form["line"]) if form["line"].isdecimal() and len(form["line"]) < 6 else 0
