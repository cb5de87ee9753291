"""The chooser of a field: the ticket's fields, and beside them those of the table that a link leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from backend.domain.errors import NotFoundError
from backend.domain.field_catalogue import FIELDS, ROOT, TABLES, Labels, Link, TicketSources, path_to, read_value
from backend.domain.mail_variables import formats_of
from backend.domain.value_format import format_value
from backend.usecases.fill_mail_text import ticket_sources
from backend.usecases.preview_layout import latest_ticket
from backend.web.format import language
from backend.web.services import services

_LINK = "link:"


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of a list: a field (`CAISSIER.NOM`) with its value on a ticket, or a link (`link:CAISSIER`)."""

    value: str
    label: str
    sample: str
    is_link: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A table of the chooser."""

    table: str
    label: str
    choices: list[Choice]

    @property
    def chosen(self) -> Choice | None:
        """Return the chosen line."""
        return next((choice for choice in self.choices if choice.is_chosen), None)


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A chosen field in words: `Caissier › Nom`, and what it shows on the latest ticket ("" where it is empty)."""

    title: str
    value: str
    ticket_key: str


def chooser_columns(table: str = ROOT, chosen: str = "", values: Mapping[str, str] | None = None) -> list[Column]:
    """Return the list of a table and those beside it, up to the chosen field or behind the chosen link.

    `chosen` is a field, a link or "" for what `values` hold by table.
    """
    if table not in TABLES:
        raise NotFoundError("page", table)
    given = values or {}
    sources = _latest_sources()
    columns: list[Column] = []
    while table:
        line = _line_on_way(table, chosen) or given.get(table, "")
        columns.append(_column(table, line, sources))
        choice = columns[-1].chosen
        table = choice.value.removeprefix(_LINK) if choice and choice.is_link else ""
    return columns


def chosen_field(values: Mapping[str, str]) -> str:
    """Return the field that the lists of a form lead to, "" where a link has none beside it."""
    choice = chooser_columns(values=values)[-1].chosen
    return choice.value if choice else ""


def field_note(columns: list[Column]) -> FieldNote | None:
    """Return the chosen field in words, None before there is one."""
    choice = columns[-1].chosen
    if choice is None:
        return None
    _ticket, key = latest_ticket(services())
    table = TABLES[choice.value.partition(".")[0]]
    return FieldNote(f"{in_language(table.label)} › {choice.label}", choice.sample, key)


def proposed_label(field: str) -> str:
    """Return the label to propose: `Nom du caissier`."""
    table = TABLES[field.partition(".")[0]]
    return f"{in_language(FIELDS[field].label)} {in_language(table.of)}"


def format_options(field: str) -> list[tuple[str, str]]:
    """Return the formats of a field as values and what they make of the latest ticket's, none for a text."""
    sources = _latest_sources()
    value = read_value(field, sources)
    shop_language = sources.ticket.company.language
    return [
        (pattern, f"{format_value(value, pattern, shop_language)}  ({pattern})") if pattern else ("", "")
        for pattern in formats_of(field)
    ]


def in_language(labels: Labels) -> str:
    """Return a label in the language of the page."""
    return labels.fr if language() == "fr" else labels.en


def _latest_sources() -> TicketSources:
    """Return the latest ticket with its records, or a made-up one in a shop without tickets."""
    ticket, _key = latest_ticket(services())
    return ticket_sources(ticket, services())


def _line_on_way(table: str, chosen: str) -> str:
    """Return what is chosen in a table so that the lists lead to `chosen`."""
    target = chosen.removeprefix(_LINK).partition(".")[0]
    way = path_to(target) if target in TABLES else ()
    if table not in way:
        return chosen if chosen.startswith(_LINK) else ""
    behind = way[way.index(table) + 1 :]
    return f"{_LINK}{behind[0]}" if behind else chosen


def _column(table: str, line: str, sources: TicketSources) -> Column:
    choices = []
    for entry in TABLES[table].entries:
        is_link = isinstance(entry, Link)
        value = f"{_LINK}{entry.table}" if isinstance(entry, Link) else f"{table}.{entry.name}"
        sample = "" if is_link else format_value(read_value(value, sources))
        choices.append(
            Choice(value, in_language(entry.label), sample or ("" if is_link else _("empty")), is_link, value == line)
        )
    return Column(table, in_language(TABLES[table].label), choices)
