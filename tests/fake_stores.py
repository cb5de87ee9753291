"""Tickets, customers, shop, outbox and journal in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from backend.adapters.stores.records.words import Term, fold, search_text, ticket_terms, word_terms, words_of
from backend.domain.closing import DayClosedError, RecordedClosing
from backend.domain.customer import WALK_IN_CUSTOMER, Contact, Customer
from backend.domain.errors import InvalidInputError, NotFoundError, StorageError
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import Attachment, JournalEntry, MailState, OutgoingMail, SendingPhase
from backend.domain.shop import (
    FIRST_PAYMENT_METHODS,
    FIRST_VAT_RATES,
    Cashier,
    Family,
    Product,
    Till,
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
from tests.fake_journal import MemorySendingJournal


def _has_words(words: tuple[str, ...], terms: Iterable[Term]) -> bool:
    return all(f" {term.prefix}" in search_text(words) for term in terms)


class MemoryShopStore:
    """Tills, cashiers and products in dictionaries, and each till's chain."""

    def __init__(self, *tills: Till) -> None:
        self.chains: dict[str, list[RecordedTicket]] = {}
        self.closings: dict[str, list[RecordedClosing]] = {}
        self._tills: dict[str, Till] = {}
        self._cashiers: dict[str, Cashier] = {}
        self._products: dict[str, Product] = {}
        self.lists: dict[str, dict[str, Any]] = {
            "families": {},
            "vat-rates": {each.code: each for each in FIRST_VAT_RATES},
            "payment-methods": {each.code: each for each in FIRST_PAYMENT_METHODS},
            "tills": self._tills,
            "cashiers": self._cashiers,
            "products": self._products,
        }
        self.archived: set[tuple[str, str]] = set()
        self.save(tills=tills)

    def tills(self, *, archived: bool = False) -> list[Till]:
        return [self._tills[code] for code in sorted(self._tills) if archived or ("tills", code) not in self.archived]

    def till(self, code: str) -> Till:
        try:
            return self._tills[code]
        except KeyError:
            raise NotFoundError("till", code) from None

    def closed_through(self, code: str) -> date | None:
        return max((each.closing.last_day for each in self.closings.get(code, [])), default=None)

    def cashiers(self) -> list[Cashier]:
        return [self._cashiers[code] for code in sorted(self._cashiers) if ("cashiers", code) not in self.archived]

    def products(self, text: str = "", *, family: str = "", limit: int = 200) -> list[Product]:
        terms = word_terms(text)
        found = [
            product
            for product in self._products.values()
            if _has_words(words_of(product.label, product.code, product.barcode, product.family), terms)
            and ("products", product.code) not in self.archived
            and (not family or product.family == family)
        ]
        return sorted(found, key=lambda product: (fold(product.label), product.code))[:limit]

    def save(
        self, tills: Iterable[Till] = (), cashiers: Iterable[Cashier] = (), products: Iterable[Product] = ()
    ) -> None:
        new_tills = list(tills)
        for till in new_tills:
            known = self._tills.get(till.code, till)
            if known.kind is not till.kind and self.chains.get(till.code):
                raise TillKindError(till.code)
        for till in new_tills:
            self._tills[till.code] = till
            self.chains.setdefault(till.code, [])
        self._cashiers.update({cashier.code: cashier for cashier in cashiers})
        for product in products:
            self._products[product.code] = product
            if product.family:
                self.lists["families"].setdefault(product.family, Family(product.family))


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
    by_word = bool(term.prefix) and _has_words(words_of(ticket.customer_name), [term])
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


class MemoryCustomerStore:
    """Customers and contacts in dictionaries."""

    def __init__(self, *customers: Customer) -> None:
        self._customers = {customer.code: customer for customer in (WALK_IN_CUSTOMER, *customers)}
        self._contacts: dict[str, Contact] = {}
        self.lists: dict[str, dict[str, Any]] = {"customers": self._customers, "contacts": self._contacts}
        self.archived: set[tuple[str, str]] = set()

    def find(self, code: str) -> Customer:
        try:
            return self._customers[code]
        except KeyError:
            raise NotFoundError("customer", code) from None

    def contact(self, code: str) -> Contact:
        try:
            return self._contacts[code]
        except KeyError:
            raise NotFoundError("contact", code) from None

    def contacts(self, codes: Collection[str]) -> dict[str, Contact]:
        return {code: contact for code, contact in self._contacts.items() if code in codes}

    def search(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Customer]:
        terms = word_terms(text)
        found = [
            customer
            for customer in self._customers.values()
            if _has_words(_customer_words(customer), terms) and ("customers", customer.code) not in self.archived
        ]
        return sorted(found, key=lambda customer: (fold(customer.name), customer.code))[offset : offset + limit]

    def search_contacts(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Contact]:
        terms = word_terms(text)
        found = [
            contact
            for contact in self._contacts.values()
            if _has_words(words_of(contact.name, contact.code, contact.customer_code), terms)
            and ("contacts", contact.code) not in self.archived
        ]
        return sorted(found, key=lambda contact: (fold(contact.name), contact.code))[offset : offset + limit]

    def save(self, customers: Iterable[Customer], contacts: Iterable[Contact] = ()) -> None:
        self._customers.update({customer.code: customer for customer in customers})
        self._contacts.update({contact.code: contact for contact in contacts})


def _customer_words(customer: Customer) -> tuple[str, ...]:
    addresses = (customer.billing_address, customer.delivery_address)
    texts = [text for place in addresses for text in (*place.lines, place.postal_code, place.city)]
    return words_of(customer.name, customer.code, *texts)


class MemoryOutboxStore:
    """Mails in a dictionary, erased at their end as in the real one."""

    def __init__(self, journal: MemorySendingJournal) -> None:
        self._journal = journal
        self._mails: dict[str, OutgoingMail] = {}
        self._claimed: set[str] = set()
        self.phases: list[tuple[str, SendingPhase]] = []
        self.files: dict[Path, bytes] = {}

    def keep_file(self, mail_id: str, name: str, media_type: str, content: bytes) -> Attachment:
        path = Path("waiting-files") / mail_id / str(len(self.files))
        self.files[path] = content
        return Attachment(name, path, media_type, len(content), is_sealed=True)

    def file_content(self, mail_id: str, attachment: Attachment) -> bytes:
        try:
            return self.files[attachment.path]
        except KeyError:
            raise NotFoundError("attachment", attachment.name) from None

    def forget_file(self, attachment: Attachment) -> None:
        self.files.pop(attachment.path, None)

    def forget_lost_files(self, alive: Collection[str]) -> int:
        lost = {path for path in self.files if path.parent.name not in alive}
        for path in lost:
            del self.files[path]
        return len({path.parent for path in lost})

    def save(self, mail: OutgoingMail, entry: JournalEntry | None = None) -> None:
        if mail.state in {MailState.SENT, MailState.CANCELLED}:
            mail = _erased(mail)
            self.files = {path: file for path, file in self.files.items() if path.parent.name != mail.id}
        self._mails[mail.id] = mail
        if entry:
            self._journal.append(entry)

    def save_phase(self, mail_id: str, phase: SendingPhase) -> None:
        self._mails[mail_id] = self.find(mail_id).in_phase(phase)
        self.phases.append((mail_id, phase))

    def find(self, mail_id: str) -> OutgoingMail:
        try:
            return self._mails[mail_id]
        except KeyError:
            raise NotFoundError("mail", mail_id) from None

    def waiting(self, states: Iterable[MailState], *, user: str = "", with_content: bool = True) -> list[OutgoingMail]:
        wanted = set(states)
        found = [mail for mail in self._mails.values() if mail.state in wanted and user in {"", mail.user}]
        found.sort(key=lambda mail: (mail.created_at, mail.id))
        return found if with_content else [_erased(mail) for mail in found]

    def count(self, states: Iterable[MailState], user: str) -> int:
        return len(self.waiting(states, user=user)) if user else 0

    def expired(self, user: str, since: datetime) -> list[OutgoingMail]:
        ended = self.waiting([MailState.CANCELLED], user=user)
        return [mail for mail in ended if mail.mail_cause is MailCause.EXPIRED and mail.created_at > since]

    @contextmanager
    def claim(self, mail_id: str) -> Iterator[None]:
        if mail_id in self._claimed:
            raise StorageError(mail_id, "locked")
        self._claimed.add(mail_id)
        try:
            yield
        finally:
            self._claimed.discard(mail_id)


def _erased(mail: OutgoingMail) -> OutgoingMail:
    texts = replace(mail, subject="", body="", has_html=True, logo=None)
    return replace(texts, recipients=(), cc=(), bcc=(), attachments=(), results={})
