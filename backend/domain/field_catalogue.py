"""The tables and fields that mail texts may use; adding a field is one entry of TABLES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backend.domain.customer import Contact, Customer, PostalAddress
from backend.domain.shop import Cashier, Till
from backend.domain.ticket import Ticket
from backend.domain.value_format import Value, amount_text

ROOT = "TICKET"


class FieldType(StrEnum):
    """What a field holds, and so which formats it offers."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Labels:
    """A name in both languages of the pages."""

    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class TicketSources:
    """A ticket with the records that its links lead to; None where there is none."""

    ticket: Ticket
    cashier: Cashier | None = None
    till: Till | None = None
    customer: Customer | None = None
    main_contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table: its code, label, type, a sample, and how to read it ("" or None where it is empty)."""

    name: str
    label: Labels
    type: FieldType
    sample: str
    read: Callable[[TicketSources], Value | None]


@dataclass(frozen=True, slots=True)
class Link:
    """A field that leads to another table."""

    table: str
    label: Labels


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its fields and links in the order shown; `of` follows the label of a field, as in `Nom du caissier`."""

    code: str
    label: Labels
    of: Labels
    entries: tuple[Field | Link, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the fields, without the links."""
        return tuple(entry for entry in self.entries if isinstance(entry, Field))


def _text(name: str, fr: str, en: str, sample: str, read: Callable[[TicketSources], str | None]) -> Field:
    return Field(name, Labels(fr, en), FieldType.TEXT, sample, read)


def _amount(name: str, fr: str, en: str, sample: str, cents: Callable[[Ticket], int]) -> Field:
    def read(sources: TicketSources) -> Decimal:
        return Decimal(cents(sources.ticket)).scaleb(-2)

    return Field(name, Labels(fr, en), FieldType.AMOUNT, sample, read)


def _link(table: str, fr: str, en: str) -> Link:
    return Link(table, Labels(fr, en))


def _issued_at(sources: TicketSources) -> datetime:
    return sources.ticket.issued_at


def _known_customer(sources: TicketSources) -> Customer | None:
    return sources.customer if sources.customer and not sources.customer.is_walk_in else None


def _customer_name(sources: TicketSources) -> str:
    """Return the name on the ticket; that of the walk-in customer, DIVERS, is no name."""
    known = _known_customer(sources)
    name = sources.ticket.customer_name
    return (known.name if known else "") if name == sources.ticket.customer_code else name


def _billing(read: Callable[[PostalAddress], str]) -> Callable[[TicketSources], str]:
    def read_billing(sources: TicketSources) -> str:
        known = _known_customer(sources)
        return read(known.billing_address) if known else ""

    return read_billing


def _payments(sources: TicketSources) -> str:
    return ", ".join(f"{payment.method} {amount_text(payment.amount)}" for payment in sources.ticket.payments)


def _methods(sources: TicketSources) -> str:
    return ", ".join(dict.fromkeys(payment.method for payment in sources.ticket.payments))


TABLES: dict[str, Table] = {
    table.code: table
    for table in (
        Table(
            ROOT,
            Labels("Ticket de caisse", "Till ticket"),
            Labels("du ticket", "of the ticket"),
            (
                Field("NUMERO", Labels("Numéro", "Number"), FieldType.NUMBER, "4", lambda s: Decimal(s.ticket.number)),
                Field("DATE", Labels("Date", "Date"), FieldType.DATE, "24/11/2026", _issued_at),
                _text("HEURE", "Heure", "Time", "10:42", lambda s: f"{s.ticket.issued_at:%H:%M}"),
                _amount("TTC", "Montant TTC", "Total with VAT", "148,40", lambda ticket: ticket.gross_total),
                _amount("HT", "Montant HT", "Total without VAT", "123,67", lambda ticket: ticket.net_total),
                _amount("TVA", "Montant TVA", "VAT", "24,73", lambda ticket: ticket.vat_amount),
                Field(
                    "LIGNES",
                    Labels("Nombre de lignes", "Number of lines"),
                    FieldType.NUMBER,
                    "4",
                    lambda s: Decimal(len(s.ticket.lines)),
                ),
                _text("AVOIR_DE", "Avoir du ticket", "Credit for ticket", "C1-3", lambda s: s.ticket.credit_of),
                _text("REFERENCE", "Référence", "Reference", "A-1042", lambda s: s.ticket.reference),
                _link("CAISSIER", "Caissier", "Cashier"),
                _link("CLIENT", "Client", "Customer"),
                _link("CAISSE", "Caisse", "Till"),
                _link("PAIEMENT", "Paiements", "Payments"),
                _link("SOCIETE", "Société", "Company"),
            ),
        ),
        Table(
            "CAISSIER",
            Labels("Caissier", "Cashier"),
            Labels("du caissier", "of the cashier"),
            (
                _text("CODE", "Code", "Code", "DUP", lambda s: s.ticket.cashier_code),
                _text("NOM", "Nom", "Name", "DUPOND", lambda s: s.ticket.cashier_name),
                _text("PRENOM", "Prénom", "First name", "Marcel", lambda s: s.cashier.first_name if s.cashier else ""),
            ),
        ),
        Table(
            "CLIENT",
            Labels("Client", "Customer"),
            Labels("du client", "of the customer"),
            (
                _text("CODE", "Code", "Code", "CLI001", lambda s: s.ticket.customer_code),
                _text("NOM", "Nom", "Name", "ATELIER DUVAL", _customer_name),
                _text(
                    "ADRESSE",
                    "Adresse",
                    "Address",
                    "4 rue de l’Industrie",
                    _billing(lambda address: ", ".join(address.lines)),
                ),
                _text(
                    "CODE_POSTAL",
                    "Code postal",
                    "Postal code",
                    "21600",
                    _billing(lambda address: address.postal_code),
                ),
                _text(
                    "VILLE",
                    "Ville",
                    "Town",
                    "Longvic",
                    _billing(lambda address: address.city),
                ),
                _text(
                    "EMAIL",
                    "Mail de facturation",
                    "Billing e-mail",
                    "compta@atelier-duval.example",
                    _billing(lambda address: address.email),
                ),
                _link("CONTACT", "Contact principal", "Main contact"),
            ),
        ),
        Table(
            "CONTACT",
            Labels("Contact principal", "Main contact"),
            Labels("du contact principal", "of the main contact"),
            (
                _text("NOM", "Nom", "Name", "DUVAL Claire", lambda s: s.main_contact.name if s.main_contact else ""),
                _text(
                    "EMAIL",
                    "Mail",
                    "E-mail",
                    "claire@atelier-duval.example",
                    lambda s: s.main_contact.email if s.main_contact else "",
                ),
                _text(
                    "TELEPHONE",
                    "Téléphone",
                    "Telephone",
                    "03 80 00 00 01",
                    lambda s: s.main_contact.phone if s.main_contact else "",
                ),
            ),
        ),
        Table(
            "CAISSE",
            Labels("Caisse", "Till"),
            Labels("de la caisse", "of the till"),
            (
                _text("CODE", "Code", "Code", "C1", lambda s: s.ticket.till_code),
                _text("LIBELLE", "Libellé", "Label", "Caisse 1", lambda s: s.till.label if s.till else ""),
            ),
        ),
        Table(
            "PAIEMENT",
            Labels("Paiements", "Payments"),
            Labels("des paiements", "of the payments"),
            (
                _text("MOYENS", "Moyens de paiement", "Means of payment", "Carte bancaire, Espèces", _methods),
                _text("DETAIL", "Détail", "Detail", "Carte bancaire 100,00, Espèces 50,00", _payments),
                _amount(
                    "TOTAL", "Total payé", "Total paid", "150,00", lambda ticket: sum(p.amount for p in ticket.payments)
                ),
                _amount("RENDU", "Rendu", "Change", "1,60", lambda ticket: ticket.change_due),
            ),
        ),
        Table(
            "SOCIETE",
            Labels("Société", "Company"),
            Labels("de la société", "of the company"),
            (
                _text("NOM", "Nom", "Name", "BRICO", lambda s: s.ticket.company.name),
                _text(
                    "ADRESSE", "Adresse", "Address", "12 rue des Forges", lambda s: ", ".join(s.ticket.company.address)
                ),
                _text("CODE_POSTAL", "Code postal", "Postal code", "21000", lambda s: s.ticket.company.postal_code),
                _text("VILLE", "Ville", "Town", "Dijon", lambda s: s.ticket.company.city),
                _text("TELEPHONE", "Téléphone", "Telephone", "03 80 00 00 00", lambda s: s.ticket.company.phone),
                _text("SIRET", "SIRET", "SIRET", "123 456 789 00012", lambda s: s.ticket.company.siret),
                _text("TVA", "N° de TVA", "VAT number", "FR12 123456789", lambda s: s.ticket.company.vat_number),
            ),
        ),
    )
}
FIELDS: dict[str, Field] = {f"{table.code}.{field.name}": field for table in TABLES.values() for field in table.fields}


def read_value(code: str, sources: TicketSources) -> Value:
    """Return the value of a field `TABLE.FIELD`, "" where it is empty; raises KeyError for a code not listed here."""
    value = FIELDS[code].read(sources)
    return "" if value is None else value


def path_to(table: str, start: str = ROOT) -> tuple[str, ...]:
    """Return the tables to go through from the ticket, by links, to a table and with it; () where none leads there."""
    if table == start:
        return (start,)
    links = (entry.table for entry in TABLES[start].entries if isinstance(entry, Link))
    return next(((start, *way) for link in links if (way := path_to(table, link))), ())
