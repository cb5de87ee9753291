"""Work a formula out for the latest ticket, as it is typed and before it is kept (PRODUCT D4)."""

from __future__ import annotations

from dataclasses import dataclass

from backend.domain.mail_template import work_out
from backend.domain.value_format import Value
from backend.ports import Services
from backend.usecases.fill_mail_text import ticket_sources
from backend.usecases.preview_layout import latest_ticket


@dataclass(frozen=True, slots=True)
class TriedFormula:
    """What a formula gives for a ticket; `ticket_key` is "" where the shop has none yet and one was made up."""

    value: Value
    ticket_key: str
    language: str


def try_formula(formula: str, services: Services) -> TriedFormula:
    """Return what a formula gives for the latest ticket; raises FormulaError."""
    ticket, ticket_key = latest_ticket(services)
    value = work_out(formula, ticket_sources(ticket, services))
    return TriedFormula(value, ticket_key, ticket.company.language)
