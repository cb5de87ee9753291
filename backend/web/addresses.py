"""The pickers of the assistant: addresses of customers with their main contact, and of contacts (PRODUCT E3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from backend.domain.customer import AddressKind, Contact, Customer, emails_of
from backend.domain.outgoing_mail import OutgoingMail
from backend.domain.user import Role
from backend.ports import CustomerStore
from backend.usecases.edit_draft import edit_draft
from backend.web.auth import require
from backend.web.dialogs import show_dialog
from backend.web.forms import Form
from backend.web.htmx import is_htmx, refuse_form, render_block, render_page
from backend.web.sending_answers import picked_answer
from backend.web.sending_draft import edit_url, own_mail, typed_texts
from backend.web.sending_tasks import sending_tasks
from backend.web.services import services

blueprint = Blueprint("addresses", __name__, url_prefix="/addresses")

ROWS_MAX = 30
_PICKER = "addresses/_picker.html"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with his three addresses, "" for those that are missing."""

    customer: Customer
    contact: Contact | None

    @property
    def town(self) -> str:
        """Return where he is, by his billing address first."""
        return self.customer.billing_address.city or self.customer.delivery_address.city


@blueprint.get("/<mail_id>/customers")
@require(Role.CASHIER)
def customers(mail_id: str) -> str | Response:
    """Show customers with their addresses for billing and delivery and that of their main contact."""
    return _shown(_customers_context(own_mail(mail_id)))


@blueprint.get("/<mail_id>/contacts")
@require(Role.CASHIER)
def contacts(mail_id: str) -> str | Response:
    """Show contacts with their address."""
    return _shown(_contacts_context(own_mail(mail_id)))


@blueprint.post("/<mail_id>/customers")
@require(Role.CASHIER)
def pick_customer(mail_id: str) -> Response:
    """Add a customer's addresses to the recipients, or put them in their place; or take all recipients out."""
    form, store = Form.sent(), services().customers
    picked: tuple[str, ...] = ()
    if form["action"] != "clear":
        customer = store.find(form["customer"]) if form["customer"] else None
        if customer is not None:
            contact = store.contacts([customer.main_contact]).get(customer.main_contact)
            picked = emails_of(customer, contact, _kind())
        if not picked:
            return _refused(_customers_context(own_mail(mail_id)), customer)
    return _with_picked(mail_id, picked, form["action"])


@blueprint.post("/<mail_id>/contacts")
@require(Role.CASHIER)
def pick_contact(mail_id: str) -> Response:
    """Add a contact's address to the recipients, or put it in their place; or take all recipients out."""
    form = Form.sent()
    picked: tuple[str, ...] = ()
    if form["action"] != "clear":
        contact = services().customers.contact(form["contact"]) if form["contact"] else None
        if contact is None or not contact.email:
            return _refused(_contacts_context(own_mail(mail_id)), contact)
        picked = (contact.email,)
    return _with_picked(mail_id, picked, form["action"])


def _shown(context: dict[str, object]) -> str | Response:
    if is_htmx() and request.headers.get("HX-Target") == "dialogs":
        return show_dialog(render_block(_PICKER, "dialogs", **context))
    return render_page(_PICKER, **context)


def _refused(context: dict[str, object], chosen: Customer | Contact | None) -> Response:
    note = _("%(name)s has no such address.", name=chosen.name) if chosen else _("Choose somebody in the list.")
    return refuse_form(_PICKER, "note", **context | {"note": note})


def _with_picked(mail_id: str, picked: tuple[str, ...], action: str) -> Response:
    """Change the recipients of the draft, which takes up what was typed into the assistant beside."""
    own_mail(mail_id)
    texts = typed_texts()
    recipients = [texts.recipients, *picked] if action == "add" else picked
    with sending_tasks().writing:
        mail = edit_draft(mail_id, replace(texts, recipients=";".join(recipients)), services())
    return picked_answer(mail)


def _customers_context(mail: OutgoingMail) -> dict[str, object]:
    store: CustomerStore = services().customers
    text = request.values.get("text", "")
    found = [each for each in store.search(text, limit=ROWS_MAX + 2) if not each.is_walk_in]
    main_contacts = store.contacts([each.main_contact for each in found[:ROWS_MAX]])
    rows = [CustomerRow(each, main_contacts.get(each.main_contact)) for each in found[:ROWS_MAX]]
    kind = _kind()
    columns = [
        (AddressKind.BILLING, _("Billing")),
        (AddressKind.DELIVERY, _("Delivery")),
        (AddressKind.CONTACT, _("Main contact")),
    ]
    kinds = [*columns[:2], (AddressKind.CONTACT, _("Contact")), (AddressKind.ALL, _("All three"))]
    return _context(mail, text) | {
        "title": _("Addresses of customers"),
        "url": url_for("addresses.customers", mail_id=mail.id),
        "search": _("Search a customer"),
        "search_hint": _("Name, code, town or address"),
        "table": "addresses/_customers.html",
        "rows": rows,
        "has_more": len(found) > ROWS_MAX,
        "chosen": _chosen("customer", [row.customer.code for row in rows]),
        "form": Form({"kind": kind.value}),
        "kinds": [(each.value, word) for each, word in kinds],
        "columns": [(word, kind in {each, AddressKind.ALL}) for each, word in columns],
    }


def _contacts_context(mail: OutgoingMail) -> dict[str, object]:
    text = request.values.get("text", "")
    found = services().customers.search_contacts(text, limit=ROWS_MAX + 1)
    return _context(mail, text) | {
        "title": _("Addresses of contacts"),
        "url": url_for("addresses.contacts", mail_id=mail.id),
        "search": _("Search a contact"),
        "search_hint": _("Name, code or customer"),
        "table": "addresses/_contacts.html",
        "kinds": [],
        "rows": found[:ROWS_MAX],
        "has_more": len(found) > ROWS_MAX,
        "chosen": _chosen("contact", [contact.code for contact in found[:ROWS_MAX]]),
    }


def _context(mail: OutgoingMail, text: str) -> dict[str, object]:
    return {
        "mail": mail,
        "text": text,
        "note": "",
        "edit_url": edit_url(mail.id),
        "recipient_count": len(mail.recipients),
    }


def _kind() -> AddressKind:
    asked = request.values.get("kind", "")
    return AddressKind(asked) if asked in set(AddressKind) else AddressKind.BILLING


def _chosen(name: str, codes: list[str]) -> str:
    """Return the row that stays chosen while one searches, else the first one."""
    asked = request.values.get(name, "")
    return asked if asked in codes else next(iter(codes), "")
