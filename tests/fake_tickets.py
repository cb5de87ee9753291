"""Tickets in memory, each till a chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date

from backend.adapters.stores.records.words import Term, ticket_terms, words_of
from backend.domain.closing import DayClosedError
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import (
    TillKind,
    TillKindError,
)
from backend.domain.ticket import (
    NOT_NUMBERED,
    ChainFault,
    ChainReport,
    ImportedTicket,
    RecordedTicket,
    Ticket,
    TicketConflictError,
    TicketNumber,
    TicketQuery,
    TicketSummary,
    TicketTotals,
)
from backend.domain.ticket_chain import FIRST_LINK, first_fault, link
from tests.fake_shop import MemoryShopStore, has_words


class MemoryTicketStore:
    """Chains of tickets in lists."""

    def __init__(self, shop: MemoryShopStore) -> None:
        self._shop = shop

    def record(self, ticket: Ticket) -> RecordedTicket:
        if self._shop.till(ticket.till_code).kind is not TillKind.OWN:
            raise TillKindError(ticket.till_code)
        if known := self.find_reference(ticket.till_code, ticket.reference):
            if not known.ticket.says_the_same(replace(ticket, issued_at=known.ticket.issued_at)):
                raise TicketConflictError(ticket.reference)
            return known
        return self._append(ticket.numbered(len(self._shop.chains[ticket.till_code]) + 1))

    def add_imported(self, tickets: Sequence[Ticket]) -> list[ImportedTicket]:
        before = {code: list(chain) for code, chain in self._shop.chains.items()}
        try:
            return [self._import(ticket) for ticket in tickets]
        except Exception:
            self._shop.chains.clear()
            self._shop.chains.update(before)
            raise

    def find(self, key: TicketNumber) -> RecordedTicket:
        for recorded in self._shop.chains.get(key.till_code, []):
            if recorded.ticket.number == key.number:
                return recorded
        raise NotFoundError("ticket", str(key))

    def between(self, first_day: date, last_day: date) -> Iterator[RecordedTicket]:
        for _code, chain in sorted(self._shop.chains.items()):
            yield from (each for each in chain if first_day <= each.ticket.issued_at.date() <= last_day)

    def find_reference(self, till_code: str, reference: str) -> RecordedTicket | None:
        chain = self._shop.chains.get(till_code, [])
        return next((kept for kept in chain if reference and kept.ticket.reference == reference), None)

    def search(self, query: TicketQuery) -> list[TicketSummary]:
        return [_summary(ticket) for ticket in self._found(query)][query.offset : query.offset + query.limit]

    def count(self, query: TicketQuery) -> int:
        return len(self._found(query))

    def totals(self, query: TicketQuery) -> TicketTotals:
        found = self._found(query)
        return TicketTotals(len(found), sum(ticket.gross_total for ticket in found))

    def gaps(self) -> dict[str, tuple[int, ...]]:
        found = {}
        for till in self._shop.tills():
            numbers = {recorded.ticket.number for recorded in self._shop.chains[till.code]}
            if missing := sorted(set(range(min(numbers, default=0), max(numbers, default=0))) - numbers):
                found[till.code] = tuple(missing)
        return found

    def check_chain(self) -> ChainReport:
        counts, faults = {}, []
        for till in self._shop.tills():
            chain = self._shop.chains[till.code]
            own = till.kind is TillKind.OWN
            counts[till.code], _, fault = first_fault(till.code, chain, own=own)
            faults += [fault] if fault else []
        return ChainReport(counts, tuple(faults), self.gaps())

    def break_chain(self, fault: ChainFault) -> None:
        """Alter the content of a ticket, so that `check_chain` finds a fault in it."""
        chain = self._shop.chains[fault.till_code]
        recorded = chain[fault.position - 1]
        chain[fault.position - 1] = replace(recorded, ticket=replace(recorded.ticket, cashier_name="?"))

    def _import(self, ticket: Ticket) -> ImportedTicket:
        own = self._shop.till(ticket.till_code).kind is TillKind.OWN
        _check_numbering(ticket, own=own)
        for recorded in self._shop.chains[ticket.till_code]:
            there = recorded.ticket
            same = there.reference == ticket.reference if own else there.number == ticket.number
            if same and not there.says_the_same(ticket):
                raise TicketConflictError(ticket.reference if own else str(ticket.key))
            if same:
                return ImportedTicket(recorded, is_new=False)
        return ImportedTicket(self.record(ticket) if own else self._append(ticket), is_new=True)

    def _append(self, ticket: Ticket) -> RecordedTicket:
        chain = self._shop.chains[ticket.till_code]
        ticket = replace(ticket, issued_at=ticket.issued_at.replace(microsecond=0))
        day, closed = ticket.issued_at.date(), self._shop.closed_through(ticket.till_code)
        if closed and day <= closed:
            raise DayClosedError(ticket.till_code, day.isoformat())
        previous = chain[-1].chain_sha256 if chain else FIRST_LINK
        chain.append(link(ticket, position=len(chain) + 1, previous_sha256=previous))
        return chain[-1]

    def _found(self, query: TicketQuery) -> list[Ticket]:
        terms = ticket_terms(query.text)
        tickets = [recorded.ticket for chain in self._shop.chains.values() for recorded in chain]
        found = [ticket for ticket in tickets if _fits(ticket, query, terms)]
        order = lambda ticket: (ticket.issued_at.astimezone(UTC), ticket.till_code, ticket.number)  # noqa: E731 - a key
        return sorted(found, key=order, reverse=True)


def _check_numbering(ticket: Ticket, *, own: bool) -> None:
    if own and not ticket.reference:
        raise InvalidInputError("reference", "reference_missing", ticket.till_code)
    if not own and ticket.number == NOT_NUMBERED:
        raise InvalidInputError("number", "number_missing", ticket.till_code)


def _fits(ticket: Ticket, query: TicketQuery, terms: tuple[Term, ...]) -> bool:
    day = ticket.issued_at.date().isoformat()
    in_days = (query.from_day or day) <= day <= (query.to_day or day)
    return in_days and all(_fits_term(ticket, term) for term in terms)


def _fits_term(ticket: Ticket, term: Term) -> bool:
    by_word = bool(term.prefix) and has_words(words_of(ticket.customer_name), [term])
    by_till = bool(term.prefix) and ticket.till_code == term.prefix.upper()
    return (
        by_word
        or by_till
        or ticket.key == term.key
        or ticket.number == term.number
        or ticket.gross_total in term.amounts
    )


def _summary(ticket: Ticket) -> TicketSummary:
    return TicketSummary(
        ticket.key, ticket.kind, ticket.issued_at, ticket.customer_name, ticket.cashier_name, ticket.gross_total
    )
