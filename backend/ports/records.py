"""The records of a shop: tickets, customers, tills, mails on their way, the sending journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from backend.domain.closing import ClosingPeriod, ClosingTotals, OpenTickets, RecordedClosing
    from backend.domain.customer import Contact, Customer
    from backend.domain.outgoing_mail import Attachment, JournalEntry, MailState, OutgoingMail, SendingPhase
    from backend.domain.record_kind import Record
    from backend.domain.shop import Cashier, Product, Till
    from backend.domain.ticket import (
        ChainReport,
        ImportedTicket,
        RecordedTicket,
        Ticket,
        TicketNumber,
        TicketQuery,
        TicketSummary,
        TicketTotals,
    )


class TicketStore(Protocol):
    """Recorded tickets, each till a chain; nothing here changes or deletes one."""

    def record(self, ticket: Ticket) -> RecordedTicket:
        """Give the next number of an own till and append, durably, in one transaction.

        Under a reference that is there already, that ticket is returned; raises TicketConflictError where it differs
        in more than its moment, DayClosedError.
        """

    def add_imported(self, tickets: Sequence[Ticket]) -> list[ImportedTicket]:
        """Append tickets of other software, all or none, durably, each once (compare with Ticket.says_the_same).

        Those of foreign tills come with their number; those of own tills with a reference, and get the next number.
        Raises TicketConflictError(number or reference) for one that is there with other content.
        """

    def find(self, key: TicketNumber) -> RecordedTicket:
        """Return one ticket; raises NotFoundError("ticket", ...)."""

    def between(self, first_day: date, last_day: date) -> Iterator[RecordedTicket]:
        """Yield the tickets issued between two days, both included, by till and order of arrival."""

    def find_reference(self, till_code: str, reference: str) -> RecordedTicket | None:
        """Return the ticket that an own till recorded under a reference."""

    def search(self, query: TicketQuery) -> list[TicketSummary]:
        """Return summaries, newest first."""

    def count(self, query: TicketQuery) -> int:
        """Return how many tickets the query finds, without its page."""

    def totals(self, query: TicketQuery) -> TicketTotals:
        """Return count and sum of what the query finds, without its page; meant for a day, not for a whole shop."""

    def gaps(self) -> dict[str, tuple[int, ...]]:
        """Return the numbers that foreign tills never sent, by till, where there are any."""

    def check_chain(self) -> ChainReport:
        """Read every chain and prove it, including that no ticket is missing at its end."""


class ClosingStore(Protocol):
    """Closings of days, months and years, each till a chain; nothing here changes or deletes one."""

    def open_tickets(self, till_code: str, today: date) -> OpenTickets:
        """Return what a till recorded since its last closing of a day; raises NotFoundError("till", ...)."""

    def first_open_at(self, till_code: str) -> datetime | None:
        """Return the issue of the oldest ticket that no closing holds, quickly; raises NotFoundError("till", ...)."""

    def reading(self, till_code: str) -> ClosingTotals:
        """Return the X: totals since the last closing of a day; raises NotFoundError("till", ...)."""

    def close(
        self, till_code: str, period: ClosingPeriod, span: str, *, at: datetime, by: str, training: bool = False
    ) -> RecordedClosing:
        """Close what is due, durably, in one transaction; raises NotFoundError("till", ...), ClosingNotDueError."""

    def find(self, till_code: str, position: int) -> RecordedClosing:
        """Return one closing; raises NotFoundError("closing", ...)."""

    def latest(self, *, limit: int = 50, offset: int = 0) -> list[RecordedClosing]:
        """Return closings of all tills, newest first."""

    def between(self, first_day: date, last_day: date) -> list[RecordedClosing]:
        """Return the closings whose last day lies between two days, by till and order."""


class CustomerStore(Protocol):
    """Customers and contacts; DIVERS is always found."""

    def find(self, code: str) -> Customer:
        """Return a customer; raises NotFoundError("customer", code)."""

    def contact(self, code: str) -> Contact:
        """Return a contact; raises NotFoundError("contact", code)."""

    def contacts(self, codes: Collection[str]) -> dict[str, Contact]:
        """Return the contacts of these codes that exist, by code."""

    def search(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Customer]:
        """Return customers whose name, code, town or address has words that begin so."""

    def search_contacts(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Contact]: ...

    def save(self, customers: Iterable[Customer], contacts: Iterable[Contact] = ()) -> None:
        """Insert or replace, all or none."""


class ShopStore(Protocol):
    """Tills, cashiers and products."""

    def tills(self, *, archived: bool = False) -> list[Till]:
        """Return the tills in use, with `archived` all of them."""

    def till(self, code: str) -> Till:
        """Return a till; raises NotFoundError("till", code)."""

    def cashiers(self) -> list[Cashier]: ...

    def products(self, text: str = "", *, family: str = "", limit: int = 200) -> list[Product]:
        """Return the products in use, those of one family where it is named."""

    def save(
        self, tills: Iterable[Till] = (), cashiers: Iterable[Cashier] = (), products: Iterable[Product] = ()
    ) -> None:
        """Insert or replace, all or none; raises TillKindError when a till with tickets would change its kind."""


class RecordStore(Protocol):
    """Every kind of record beside tickets (domain.record_kind), by its name and the code of a record.

    Archived records are found by their code only, and listed apart; saving one brings it back.
    """

    def find(self, kind: str, code: str) -> Record:
        """Return a record, archived or not; raises NotFoundError(kind, code)."""

    def find_many(self, kind: str, codes: Collection[str]) -> dict[str, Record]:
        """Return those of the records that are there, by code."""

    def is_archived(self, kind: str, code: str) -> bool:
        """Tell whether a record is archived; raises NotFoundError."""

    def search(
        self, kind: str, text: str = "", *, archived: bool = False, limit: int = 50, offset: int = 0
    ) -> list[Record]:
        """Return records in the order of their list, of which a word begins with each word of the text."""

    def save(self, kind: str, records: Sequence[Record]) -> None:
        """Insert or replace, all or none; raises TillKindError."""

    def remove(self, kind: str, code: str) -> bool:
        """Delete a record that no ticket uses, else archive it; tell whether it was deleted. Raises NotFoundError."""

    def erase(self, kind: str, codes: Collection[str]) -> None:
        """Delete records whatever uses them: their traces in the file are overwritten."""

    def with_email(self, email: str) -> tuple[list[Customer], list[Contact]]:
        """Return the customers and contacts, archived or not, that hold an e-mail address."""


class OutboxStore(Protocol):
    """Mails on their way; what could name a customer is encrypted there and erased at the end."""

    def save(self, mail: OutgoingMail, entry: JournalEntry | None = None) -> None:
        """Insert or replace, and append to the journal, both or neither; in SENT and CANCELLED names are erased.

        Durable on return, but for the state SENDING: with the power gone, that mail is as it was before.
        """

    def save_phase(self, mail_id: str, phase: SendingPhase) -> None:
        """Commit the phase of a mail in SENDING, durably that of the final dot."""

    def find(self, mail_id: str) -> OutgoingMail:
        """Return a mail with its clear content; raises NotFoundError("mail", id), SecretsUnavailableError."""

    def waiting(self, states: Iterable[MailState], *, user: str = "", with_content: bool = True) -> list[OutgoingMail]:
        """Return mails in these states, oldest first, without content that this user's key can't open."""

    def count(self, states: Iterable[MailState], user: str) -> int:
        """Return how many mails of a user are in these states."""

    def expired(self, user: str, since: datetime) -> list[OutgoingMail]:
        """Return the mails of a user, made after `since`, that had waited too long."""

    def keep_file(self, mail_id: str, name: str, media_type: str, content: bytes) -> Attachment:
        """Keep a file for a mail, encrypted, durably; raises SecretsUnavailableError, StorageError."""

    def file_content(self, mail_id: str, attachment: Attachment) -> bytes:
        """Return a kept file in clear; raises NotFoundError("attachment", name), SecretsUnavailableError."""

    def forget_file(self, attachment: Attachment) -> None:
        """Erase a kept file; at the end of a mail its files are erased anyway."""

    def forget_lost_files(self, alive: Collection[str]) -> int:
        """Erase the files of every mail but these; return of how many."""

    def claim(self, mail_id: str) -> AbstractContextManager[None]:
        """Hold a mail for this process; raises StorageError(reason="locked") when another process sends it."""


class SendingJournal(Protocol):
    """Append-only record of what was issued (PRODUCT F3)."""

    def issuing(self, ticket_key: str) -> AbstractContextManager[None]:
        """Hold a ticket while it gets its number, is issued and noted; raises StorageError(reason="locked")."""

    def append(self, entry: JournalEntry) -> None: ...

    def entries(self, ticket_key: str) -> list[JournalEntry]:
        """Return the entries of a ticket, oldest first."""

    def entries_of(self, ticket_keys: Collection[str]) -> list[JournalEntry]:
        """Return the entries of these tickets (a page of the list), oldest first."""

    def latest(self, limit: int = 50) -> list[JournalEntry]: ...

    def since(self, moment: datetime) -> list[JournalEntry]:
        """Return what was appended after the last entry from before `moment`, oldest first."""

    def with_pdf(self, sha256: str) -> list[JournalEntry]:
        """Return all entries on this PDF, oldest first; empty for one that was not made here."""
