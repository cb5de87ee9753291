"""Take in tickets of other till software (PRODUCT A5): whole or not at all, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from backend.domain.customer import WALK_IN, Contact, Customer, PostalAddress
from backend.domain.document_type import DocumentType
from backend.domain.email_address import parse_address
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.money import parse_amount, parse_decimal
from backend.domain.shop import Company, Till, TillKind
from backend.domain.ticket import (
    NOT_NUMBERED,
    ImportedTicket,
    Payment,
    Ticket,
    TicketConflictError,
    TicketLine,
    VatTotal,
)
from backend.domain.ticket_rules import first_fault
from backend.ports import Services
from backend.usecases.located_json import LocatedJson, check_schema, plain_text, read_json

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What one file brought: numbers recorded, numbers that were there already."""

    file: str
    recorded: tuple[str, ...]
    known: tuple[str, ...]
    mail_to: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # number to addresses, where a ticket asks

    @property
    def mail_to_ignored(self) -> bool:
        """Tell whether a ticket asks for mailing, which only a watched folder does."""
        return bool(self.mail_to)


def import_ticket_file(path: Path, services: Services) -> ImportReport:
    """Import one JSON file of one or many tickets; the file isn't touched.

    Raises ImportFileError with line and reason when anything in it is wrong: then nothing of it is recorded.
    """
    document = read_json(path)
    check_schema(document, "ticket")
    company = services.settings.company()
    if company is None:
        raise NotFoundError("company", "")
    one = isinstance(document.value, dict)
    values: Sequence[dict[str, Any]] = [document.value] if one else document.value
    places: list[Place] = [()] if one else [(index,) for index in range(len(values))]
    reader = _TicketReader(document, company, services)
    read = [reader.ticket(value, place) for value, place in zip(values, places, strict=True)]
    people = [reader.customer(value, place) for value, place in zip(values, places, strict=True)]
    wanted = [reader.mail_to(value, place) for value, place in zip(values, places, strict=True)]
    results = _record(read, places, document, services)
    _save_new_customers(people, services)
    numbers = [str(result.recorded.ticket.key) for result in results]
    return ImportReport(
        path.name,
        tuple(number for number, result in zip(numbers, results, strict=True) if result.is_new),
        tuple(number for number, result in zip(numbers, results, strict=True) if not result.is_new),
        {number: addresses for number, addresses in zip(numbers, wanted, strict=True) if addresses},
    )


def _record(
    tickets: Sequence[Ticket], places: Sequence[Place], document: LocatedJson, services: Services
) -> list[ImportedTicket]:
    try:
        return services.tickets.add_imported(tickets)
    except TicketConflictError as error:
        place, field = next(
            (place, "number" if ticket.number else "reference")
            for place, ticket in zip(reversed(places), reversed(tickets), strict=True)
            if error.number in {str(ticket.key), ticket.reference}
        )
        raise document.error((*place, field), "other_content", error.number) from None


def _save_new_customers(people: Sequence[tuple[Customer, Contact | None] | None], services: Services) -> None:
    """Save who isn't known yet, all at once; of one who stands in several tickets, the first counts."""
    given: dict[str, tuple[Customer, Contact | None]] = {}
    for person in people:
        if person is not None:
            given.setdefault(person[0].code, person)
    new = [person for code, person in given.items() if not _is_known(code, services)]
    if new:
        services.customers.save([customer for customer, _ in new], [contact for _, contact in new if contact])


def _is_known(code: str, services: Services) -> bool:
    try:
        services.customers.find(code)
    except NotFoundError:
        return False
    return True


class _TicketReader:
    """Turns the values of a file into tickets, with the place of what is wrong."""

    def __init__(self, document: LocatedJson, company: Company, services: Services) -> None:
        self._document = document
        self._company = company
        self._services = services
        self._now = services.clock.now()
        self._tills = {till.code: till for till in services.shop.tills()}

    def ticket(self, value: Mapping[str, Any], place: Place) -> Ticket:
        """Return the ticket at `place`; raises ImportFileError."""
        self._check_numbering(value, place)
        ticket = self._read(value, place)
        if fault := first_fault(ticket, self._now):
            below, reason, found = fault
            raise self._document.error((*place, *below), reason, found)
        return ticket

    def customer(self, value: Mapping[str, Any], place: Place) -> tuple[Customer, Contact | None] | None:
        """Return the customer that the ticket brings, or None for a walk-in."""
        given = value.get("customer")
        if given is None or given["code"] == WALK_IN:
            if given and len(given) > 2:
                raise self._document.error((*place, "customer"), "walk_in_address")
            return None
        billing, delivery = (
            self._address(given.get(name, {}), (*place, "customer", name))
            for name in ("billing_address", "delivery_address")
        )
        contact = None
        if main := given.get("main_contact"):
            email = self._email(main.get("email", ""), (*place, "customer", "main_contact", "email"))
            contact = Contact(given["code"], main["name"], email, main.get("phone", ""), given["code"])
        return Customer(given["code"], given["name"], billing, delivery, contact.code if contact else ""), contact

    def mail_to(self, value: Mapping[str, Any], place: Place) -> tuple[str, ...]:
        """Return the addresses that a ticket asks to be mailed to."""
        given = value.get("mail_to", ())
        return tuple(self._email(text, (*place, "mail_to", index)) for index, text in enumerate(given))

    def _check_numbering(self, value: Mapping[str, Any], place: Place) -> None:
        till: Till | None = self._tills.get(value["till"])
        if till is None:
            raise self._document.error((*place, "till"), "till_unknown", value["till"])
        if till.kind is TillKind.FOREIGN and "number" not in value:
            raise self._document.error((*place, "number"), "number_missing", value["till"])
        if till.kind is TillKind.OWN and "number" in value:
            raise self._document.error((*place, "number"), "own_till_numbers", value["till"])
        if till.kind is TillKind.OWN and "reference" not in value:
            raise self._document.error((*place, "reference"), "reference_missing", value["till"])

    def _read(self, value: Mapping[str, Any], place: Place) -> Ticket:
        cashier, customer = value.get("cashier", {}), value.get("customer", {})
        return Ticket(
            value["till"],
            value.get("number", NOT_NUMBERED),
            self._issued_at(value["issued_at"], (*place, "issued_at")),
            tuple(self._line(line, (*place, "lines", index)) for index, line in enumerate(value["lines"])),
            tuple(self._vat(total, (*place, "vat", index)) for index, total in enumerate(value["vat"])),
            tuple(
                Payment(payment["method"], self._cents(payment["amount"], (*place, "payments", index, "amount")))
                for index, payment in enumerate(value["payments"])
            ),
            self._cents(value["total"], (*place, "total")),
            self._company,
            change_due=self._cents(value.get("change_due", 0), (*place, "change_due")),
            kind=DocumentType(value.get("kind", "ticket")),
            cashier_code=cashier.get("code", ""),
            cashier_name=cashier.get("name", ""),
            customer_code=customer.get("code", WALK_IN),
            customer_name=customer.get("name", WALK_IN),
            credit_of=value.get("credit_of", ""),
            reference=value.get("reference", ""),
            training=self._services.training,
        )

    def _line(self, value: Mapping[str, Any], place: Place) -> TicketLine:
        if not value["label"].strip():
            raise self._document.error((*place, "label"), "missing")
        return TicketLine(
            value["label"].strip(),
            self._number(value.get("quantity", 1), (*place, "quantity")),
            self._cents(value["unit_price"], (*place, "unit_price")),
            self._number(value["vat_rate"], (*place, "vat_rate")),
            self._cents(value["total"], (*place, "total")),
            self._cents(value.get("discount", 0), (*place, "discount")),
            value.get("product", ""),
        )

    def _vat(self, value: Mapping[str, Any], place: Place) -> VatTotal:
        net, vat, gross = (self._cents(value[name], (*place, name)) for name in ("net", "vat", "gross"))
        return VatTotal(self._number(value["rate"], (*place, "rate")), net, vat, gross)

    def _issued_at(self, text: str, place: Place) -> datetime:
        try:
            moment = datetime.fromisoformat(text).replace(microsecond=0)
            moment.astimezone(UTC)  # no such moment before the year 1
        except (ValueError, OverflowError):
            raise self._document.error(place, "wrong_value", text) from None
        return moment

    def _cents(self, value: Decimal | int | str, place: Place) -> int:
        try:
            return parse_amount(plain_text(value))
        except InvalidInputError:
            raise self._document.error(place, "wrong_value", value) from None

    def _number(self, value: Decimal | int | str, place: Place) -> Decimal:
        try:
            return parse_decimal(plain_text(value), "number")
        except InvalidInputError:
            raise self._document.error(place, "wrong_value", value) from None

    def _address(self, given: Mapping[str, Any], place: Place) -> PostalAddress:
        return PostalAddress(
            tuple(given.get("lines", ())),
            given.get("postal_code", ""),
            given.get("city", ""),
            self._email(given.get("email", ""), (*place, "email")),
        )

    def _email(self, text: str, place: Place) -> str:
        try:
            return parse_address(text) if text else ""
        except InvalidInputError:
            raise self._document.error(place, "email", text) from None
