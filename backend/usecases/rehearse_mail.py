"""Show a mail as it would leave, on tickets of each kind, before its texts are saved (PRODUCT D6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from backend.domain.customer import WALK_IN, Customer
from backend.domain.document_type import DocumentType
from backend.domain.field_catalogue import FIELDS
from backend.domain.mail_template import FilledText, MailTemplate, fill_text
from backend.domain.ticket import Ticket, TicketQuery, TicketSummary
from backend.ports import Services
from backend.usecases.fill_mail_text import ticket_sources
from backend.usecases.prepare_sending import default_recipients, template_of
from backend.usecases.preview_layout import made_up_ticket

_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class RehearsedMail:
    """A mail that is not sent: `kind` is known, walk_in, no_cashier or other_type.

    `ticket_key` is "" where the shop has no such ticket and one is made up; `template` is the setting that it used.
    """

    kind: str
    ticket_key: str
    template: MailTemplate
    recipients: tuple[str, ...]
    subject: FilledText
    body: FilledText


def rehearse_mail(typed: MailTemplate, services: Services) -> list[RehearsedMail]:
    """Fill the typed texts for a known customer, a walk-in and a ticket without a cashier.

    The fourth mail, of a credit beside tickets and of a ticket beside credits, takes the texts of its own type.
    """
    rows = services.tickets.search(TicketQuery(limit=_LOOKED_AT))
    own = [row for row in rows if row.kind is typed.document_type] + [
        row for row in rows if row.kind is not typed.document_type
    ]
    known = _find(own, lambda row: row.customer_name not in ("", WALK_IN), services) or _of_known_customer(
        own, services
    )
    walk_in = _find(own, lambda row: row.customer_name == WALK_IN, services) or _plain(own, services)
    no_cashier = _find(own, lambda row: not row.cashier_name, services) or known
    other_type = DocumentType.TICKET if typed.document_type is DocumentType.CREDIT else DocumentType.CREDIT
    other = _find(rows, lambda row: row.kind is other_type, services) or known
    walk_in = replace(walk_in, customer_code=WALK_IN, customer_name=WALK_IN)
    no_cashier = replace(no_cashier, cashier_code="", cashier_name="")
    return [
        _rehearsed("known", known, typed, own, services),
        _rehearsed("walk_in", walk_in, typed, own, services),
        _rehearsed("no_cashier", no_cashier, typed, own, services),
        _rehearsed("other_type", other, template_of(other_type, services), own, services),
    ]


def _rehearsed(
    kind: str, ticket: Ticket, template: MailTemplate, rows: Sequence[TicketSummary], services: Services
) -> RehearsedMail:
    is_real = any(
        (row.key, row.kind, row.customer_name, row.cashier_name)
        == (ticket.key, template.document_type, ticket.customer_name, ticket.cashier_name)
        for row in rows
    )
    sources = ticket_sources(ticket, services)
    return RehearsedMail(
        kind,
        str(ticket.key) if is_real else "",
        template,
        default_recipients(ticket, template, services),
        fill_text(template.subject, template.placeholders, sources),
        fill_text(template.body, template.placeholders, sources),
    )


def _find(
    rows: Sequence[TicketSummary], is_wanted: Callable[[TicketSummary], bool], services: Services
) -> Ticket | None:
    row = next((row for row in rows if is_wanted(row)), None)
    return services.tickets.find(row.key).ticket if row else None


def _plain(rows: Sequence[TicketSummary], services: Services) -> Ticket:
    return services.tickets.find(rows[0].key).ticket if rows else made_up_ticket(services)


def _of_known_customer(rows: Sequence[TicketSummary], services: Services) -> Ticket:
    """Return a ticket as if a customer of the shop had bought, or a made-up one where it knows none."""
    found = [one for one in services.customers.search("", limit=2) if not one.is_walk_in]
    customer = found[0] if found else Customer(FIELDS["CLIENT.CODE"].sample, FIELDS["CLIENT.NOM"].sample)
    return replace(_plain(rows, services), customer_code=customer.code, customer_name=customer.name)
