"""Customers and contacts; the walk-in customer DIVERS always exists and has no address."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

WALK_IN = "DIVERS"


class AddressKind(StrEnum):
    """Which of a customer's three e-mail addresses is taken."""

    BILLING = "billing"
    DELIVERY = "delivery"
    CONTACT = "contact"
    ALL = "all"


class Handover(StrEnum):
    """How a known customer wants his tickets: asked for each time, or as he once said."""

    ASK = ""
    NONE = "none"
    PRINT = "print"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A billing or delivery address with the e-mail that belongs to it."""

    lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person; `customer_code` is empty for a contact of no customer."""

    code: str
    name: str
    email: str = ""
    phone: str = ""
    customer_code: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """A known customer with its two addresses and, at most, one main contact (by code)."""

    code: str
    name: str
    billing_address: PostalAddress = field(default_factory=PostalAddress)
    delivery_address: PostalAddress = field(default_factory=PostalAddress)
    main_contact: str = ""
    is_exempt: bool = False  # pays no VAT: articles are sold to him at their net price
    handover: Handover = Handover.ASK

    @property
    def is_walk_in(self) -> bool:
        """Tell whether this is DIVERS, whose address is asked for and kept nowhere."""
        return self.code == WALK_IN


WALK_IN_CUSTOMER = Customer(WALK_IN, WALK_IN)


def emails_of(customer: Customer, contact: Contact | None, kind: AddressKind) -> tuple[str, ...]:
    """Return a customer's e-mail addresses of a kind, with his main contact's; those that are missing are left out."""
    by_kind = {
        AddressKind.BILLING: customer.billing_address.email,
        AddressKind.DELIVERY: customer.delivery_address.email,
        AddressKind.CONTACT: contact.email if contact else "",
    }
    wanted = by_kind.values() if kind is AddressKind.ALL else (by_kind[kind],)
    return tuple(dict.fromkeys(email for email in wanted if email))
