"""A ticket with its records, and what a formula gives for it."""

from __future__ import annotations

from backend.domain.field_catalogue import FIELDS, TicketSources, read_value
from backend.domain.formula.errors import FormulaError
from backend.domain.formula.evaluation import evaluate_text
from backend.domain.value_format import Value
from tests.builders import a_cashier, a_contact, a_customer, a_ticket, a_till

SOURCES = TicketSources(
    a_ticket(number=4, customer_code="MARTIN", customer_name="Hélène Martin"),
    a_cashier(),
    a_till(),
    a_customer(),
    a_contact(),
)


def read(code: str) -> Value:
    return read_value(code, SOURCES)


def outcome(formula: str, language: str = "fr") -> str:
    """Return what a formula gives, or its fault in the words of the golden file."""
    try:
        return evaluate_text(formula, FIELDS, read, language)
    except FormulaError as error:
        return f"! {error.reason} {error.line}:{error.column} {error.value} {error.suggestion}"
