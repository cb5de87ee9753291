"""What the records and their fields are called on pages and at the head of their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString, force_locale
from flask_babel import lazy_gettext as _l

from backend.domain.record_kind import RecordKind


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind's names, what it is for, and its icon."""

    title: LazyString
    new: LazyString
    text: LazyString
    icon: str


WORDS: Mapping[str, KindWords] = {
    "customers": KindWords(
        _l("Customers"), _l("New customer"), _l("Names and addresses of the customers who are known."), "users"
    ),
    "contacts": KindWords(_l("Contacts"), _l("New contact"), _l("Persons with an address of their own."), "book-user"),
    "products": KindWords(
        _l("Articles"),
        _l("New article"),
        _l("What the till sells, with price and bar code."),
        "shopping-basket",
    ),
    "families": KindWords(
        _l("Families"), _l("New family"), _l("The groups of articles at the till, and their order."), "folder-open"
    ),
    "vat-rates": KindWords(_l("VAT rates"), _l("New rate"), _l("The rates offered for articles."), "receipt-text"),
    "payment-methods": KindWords(
        _l("Means of payment"), _l("New means of payment"), _l("The payment buttons of the till."), "credit-card"
    ),
    "tills": KindWords(
        _l("Tills"), _l("New till"), _l("Tills of Facteur, and those of other software."), "scan-barcode"
    ),
    "cashiers": KindWords(_l("Cashiers"), _l("New cashier"), _l("The names that stand on tickets."), "user-round"),
}

_FIELDS: Mapping[str, LazyString] = {
    "code": _l("Code"),
    "name": _l("Name"),
    "label": _l("Label"),
    "billing_lines": _l("Billing address"),
    "billing_postal_code": _l("Billing postal code"),
    "billing_city": _l("Billing city"),
    "billing_email": _l("Billing e-mail"),
    "delivery_lines": _l("Delivery address"),
    "delivery_postal_code": _l("Delivery postal code"),
    "delivery_city": _l("Delivery city"),
    "delivery_email": _l("Delivery e-mail"),
    "main_contact": _l("Main contact"),
    "exempt": _l("Exempt from VAT"),
    "handover": _l("Wants his tickets"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "customer_code": _l("Customer"),
    "gross_price": _l("Price incl. VAT"),
    "vat_rate": _l("VAT rate"),
    "family": _l("Family"),
    "barcode": _l("Bar code"),
    "position": _l("Order"),
    "rate": _l("Rate per cent"),
    "kind": _l("Kind"),
    "printer": _l("Printer"),
    "first_name": _l("First name"),
}
_OF_KIND: Mapping[tuple[str, str], LazyString] = {
    ("products", "label"): _l("Name of the article"),
    ("families", "code"): _l("Family"),
    ("payment-methods", "code"): _l("Name on tickets"),
    ("vat-rates", "label"): _l("Remark"),
}
# In a form the heading of the address stands above them.
_IN_FORMS: Mapping[str, LazyString] = {
    f"{kind}_{part}": word
    for kind in ("billing", "delivery")
    for part, word in (("postal_code", _l("Postal code")), ("city", _l("City")), ("email", _l("E-mail")))
}
_CHOICES: Mapping[str, LazyString] = {
    "ask": _l("Ask each time"),
    "none": _l("No ticket"),
    "print": _l("Printed"),
    "mail": _l("By e-mail"),
    "other": _l("Other"),
    "card": _l("Card"),
    "cash": _l("Cash"),
    "cheque": _l("Cheque"),
    "own": _l("Till of Facteur"),
    "foreign": _l("Till of other software"),
    "page": _l("Pages (A4)"),
    "serial": _l("Ticket printer"),
}


def field_word(kind: str, name: str) -> str:
    """Return what a field is called."""
    return str(_OF_KIND.get((kind, name)) or _FIELDS[name])


def label_word(kind: str, name: str) -> str:
    """Return what a field is called in the form of its record."""
    return str(_IN_FORMS.get(name) or field_word(kind, name))


def choice_word(value: str) -> str:
    """Return what a choice is called."""
    return str(_CHOICES[value])


def headings(kind: RecordKind) -> dict[str, str]:
    """Return the head of a kind's file, in the language of the page."""
    return {field.name: field_word(kind.name, field.name) for field in kind.fields}


def heading_names(kind: RecordKind) -> dict[str, str]:
    """Return the headings that stand for a field, in lower case: its name, and what it is called in either language."""
    names = {field.name: field.name for field in kind.fields}
    for language in ("fr", "en"):
        with force_locale(language):
            names |= {word.casefold().replace("’", "'"): name for name, word in headings(kind).items()}
    return names
