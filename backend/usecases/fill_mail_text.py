"""Fill the `[CODE]` placeholders of a text for a ticket, with the records that its links lead to (PRODUCT D2, D3)."""

from __future__ import annotations

from contextlib import suppress

from backend.domain.customer import Contact, Customer
from backend.domain.errors import NotFoundError
from backend.domain.field_catalogue import TicketSources
from backend.domain.mail_template import MailTemplate, fill_text
from backend.domain.shop import Cashier, Till
from backend.domain.ticket import Ticket
from backend.ports import Services


def ticket_sources(ticket: Ticket, services: Services) -> TicketSources:
    """Return a ticket with its cashier, till, customer and main contact; None for what isn't kept here."""
    customer = _customer(ticket, services)
    return TicketSources(
        ticket, _cashier(ticket, services), _till(ticket, services), customer, _contact(customer, services)
    )


def empty_labels(template: MailTemplate, ticket: Ticket, services: Services) -> tuple[str, ...]:
    """Return the labels of the variables that the mail of a ticket uses and that are empty there."""
    sources = ticket_sources(ticket, services)
    texts = (fill_text(text, template.placeholders, sources) for text in (template.subject, template.body))
    return tuple(dict.fromkeys(one.label for text in texts for one in text.empty))


def _cashier(ticket: Ticket, services: Services) -> Cashier | None:
    return next((one for one in services.shop.cashiers() if one.code == ticket.cashier_code), None)


def _till(ticket: Ticket, services: Services) -> Till | None:
    with suppress(NotFoundError):  # the ticket of another till may name records that aren't kept here
        return services.shop.till(ticket.till_code)
    return None


def _customer(ticket: Ticket, services: Services) -> Customer | None:
    with suppress(NotFoundError):
        return services.customers.find(ticket.customer_code)
    return None


def _contact(customer: Customer | None, services: Services) -> Contact | None:
    if customer is None or not customer.main_contact:
        return None
    with suppress(NotFoundError):
        return services.customers.contact(customer.main_contact)
    return None
