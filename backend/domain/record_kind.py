"""What records there are beside tickets, field by field: forms, lists, CSV files and checks all follow from this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.domain.customer import Contact, Customer, Handover, PostalAddress
from backend.domain.errors import FacteurError, InvalidInputError
from backend.domain.record_field import InputType, RecordField, Value
from backend.domain.shop import (
    Cashier,
    Family,
    PaymentKind,
    PaymentMethod,
    PrinterKind,
    Product,
    Till,
    TillKind,
    VatRate,
)

Record = Customer | Contact | Product | Cashier | Till | Family | VatRate | PaymentMethod


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record: its fields, of which the first is the code; how it becomes values and is made of them."""

    name: str
    fields: tuple[RecordField, ...]
    values: Callable[[Any], Mapping[str, Any]]
    make: Callable[[Mapping[str, Any]], Record]
    columns: tuple[str, ...]  # what its list shows
    is_for_cashiers: bool = False

    @property
    def key(self) -> RecordField:
        """Return the field that names a record."""
        return self.fields[0]

    def field(self, name: str) -> RecordField:
        """Return a field by its name; raises KeyError."""
        return next(field for field in self.fields if field.name == name)

    def texts(self, record: Record) -> dict[str, str]:
        """Return every field of a record as it is typed."""
        values = self.values(record)
        return {field.name: field.text(values[field.name]) for field in self.fields}

    def read(self, texts: Mapping[str, str]) -> tuple[Record | None, list[InvalidInputError]]:
        """Return the record that these texts make, or everything that is wrong with them."""
        values: dict[str, Value] = {}
        faults = []
        for field in self.fields:
            try:
                values[field.name] = field.parse(texts.get(field.name, ""))
            except InvalidInputError as error:
                faults.append(error)
        if faults:
            return None, faults
        try:
            return self.make(values), []
        except InvalidInputError as error:
            return None, [InvalidInputError(self.key.name, error.reason, error.value)]


@dataclass(eq=False)
class RecordKeptError(FacteurError):
    """A record that can't be deleted or archived: DIVERS, the last till; `reason` says which."""

    cause = "record_kept"
    reason: str
    code: str


def _address_fields(kind: str) -> tuple[RecordField, ...]:
    return (
        RecordField(f"{kind}_lines", InputType.LINES),
        RecordField(f"{kind}_postal_code"),
        RecordField(f"{kind}_city"),
        RecordField(f"{kind}_email", InputType.EMAIL),
    )


def _address_values(kind: str, address: PostalAddress) -> dict[str, Value]:
    return {
        f"{kind}_lines": address.lines,
        f"{kind}_postal_code": address.postal_code,
        f"{kind}_city": address.city,
        f"{kind}_email": address.email,
    }


def _address(kind: str, values: Mapping[str, Any]) -> PostalAddress:
    return PostalAddress(*(values[f"{kind}_{part}"] for part in ("lines", "postal_code", "city", "email")))


def _customer_values(customer: Customer) -> dict[str, Any]:
    return {
        "code": customer.code,
        "name": customer.name,
        **_address_values("billing", customer.billing_address),
        **_address_values("delivery", customer.delivery_address),
        "main_contact": customer.main_contact,
        "exempt": customer.is_exempt,
        "handover": customer.handover.value or "ask",
    }


def _customer(values: Mapping[str, Any]) -> Customer:
    handover = "" if values["handover"] == "ask" else values["handover"]
    return Customer(
        values["code"],
        values["name"],
        _address("billing", values),
        _address("delivery", values),
        values["main_contact"],
        is_exempt=values["exempt"],
        handover=Handover(handover),
    )


def _attributes(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda record: {name: getattr(record, name) for name in names}


_CODE = RecordField("code", InputType.CODE, is_required=True)
_NAME = RecordField("name", is_required=True)
_POSITION = RecordField("position", InputType.NUMBER)

KINDS: dict[str, RecordKind] = {
    kind.name: kind
    for kind in (
        RecordKind(
            "customers",
            (
                _CODE,
                _NAME,
                *_address_fields("billing"),
                *_address_fields("delivery"),
                RecordField("main_contact"),
                RecordField("exempt", InputType.FLAG),
                RecordField("handover", InputType.CHOICE, choices=("ask", "none", "print", "mail")),
            ),
            _customer_values,
            _customer,
            ("code", "billing_city", "billing_email"),
            is_for_cashiers=True,
        ),
        RecordKind(
            "contacts",
            (
                _CODE,
                _NAME,
                RecordField("email", InputType.EMAIL),
                RecordField("phone"),
                RecordField("customer_code"),
            ),
            _attributes("code", "name", "email", "phone", "customer_code"),
            lambda values: Contact(**values),
            ("code", "email", "phone", "customer_code"),
            is_for_cashiers=True,
        ),
        RecordKind(
            "products",
            (
                _CODE,
                RecordField("label", is_required=True),
                RecordField("gross_price", InputType.AMOUNT, is_required=True),
                RecordField("vat_rate", InputType.RATE, is_required=True),
                RecordField("family"),
                RecordField("barcode"),
            ),
            _attributes("code", "label", "gross_price", "vat_rate", "family", "barcode"),
            lambda values: Product(**values),
            ("code", "family", "barcode", "vat_rate", "gross_price"),
        ),
        RecordKind(
            "families",
            (_CODE, _POSITION),
            _attributes("code", "position"),
            lambda values: Family(**values),
            ("position",),
        ),
        RecordKind(
            "vat-rates",
            (RecordField("rate", InputType.RATE, is_required=True), RecordField("label")),
            _attributes("rate", "label"),
            lambda values: VatRate(**values),
            ("label",),
        ),
        RecordKind(
            "payment-methods",
            (
                _CODE,
                RecordField("kind", InputType.CHOICE, choices=("other", "card", "cash", "cheque")),
                _POSITION,
            ),
            lambda method: {"code": method.code, "kind": method.kind.value, "position": method.position},
            lambda values: PaymentMethod(values["code"], PaymentKind(values["kind"]), values["position"]),
            ("kind", "position"),
        ),
        RecordKind(
            "tills",
            (
                _CODE,
                RecordField("label"),
                RecordField("kind", InputType.CHOICE, choices=("own", "foreign")),
                RecordField("printer", InputType.CHOICE, choices=("page", "serial")),
            ),
            lambda till: {
                "code": till.code,
                "label": till.label,
                "kind": till.kind.value,
                "printer": till.printer.value,
            },
            lambda values: Till(
                values["code"], values["label"], TillKind(values["kind"]), PrinterKind(values["printer"])
            ),
            ("label", "kind", "printer"),
        ),
        RecordKind(
            "cashiers",
            (_CODE, _NAME, RecordField("first_name")),
            _attributes("code", "name", "first_name"),
            lambda values: Cashier(**values),
            ("code", "first_name"),
        ),
    )
}
# The record's own name in lists: its code where it has no other.
NAMING = {"customers": "name", "contacts": "name", "cashiers": "name", "products": "label", "vat-rates": "rate"}


def name_of(kind: RecordKind, record: Record) -> str:
    """Return what a record is called in lists and confirmations."""
    texts = kind.texts(record)
    return texts[NAMING.get(kind.name, kind.key.name)]
