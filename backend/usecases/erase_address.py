"""Erase an e-mail address wherever records hold it (GDPR, article 17), and prove it; the tickets' chain stays.

A ticket holds no address, and must be kept with its customer's name (article 17.3 b: French law asks for six years).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from backend.domain.customer import Contact, Customer, PostalAddress
from backend.domain.email_address import mask_addresses, parse_address
from backend.domain.errors import StorageError
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.ports import Services
from backend.usecases.send_mail import cancel_mail

_WAITING = (
    MailState.DRAFT,
    MailState.QUEUED,
    MailState.DEFERRED,
    MailState.REJECTED,
    MailState.FAILED,
    MailState.UNKNOWN,
)
_PIECE = 1_000_000
_NOT_SEARCHED = {".lock"}


@dataclass(frozen=True, slots=True)
class AddressTraces:
    """Where an address stands: records, and mails that have not left."""

    email: str
    customers: tuple[Customer, ...] = ()
    contacts: tuple[Contact, ...] = ()
    mails: tuple[OutgoingMail, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether it stands nowhere."""
        return not (self.customers or self.contacts or self.mails)


@dataclass(frozen=True, slots=True)
class ErasureProof:
    """What was erased, and that it is gone; the address itself is masked. Holds codes, never a name."""

    at: datetime
    by: str
    masked: str
    customers_changed: tuple[str, ...]
    customers_erased: tuple[str, ...]
    contacts_erased: tuple[str, ...]
    mails_cancelled: int
    is_left_in_records: bool
    files_searched: int
    files_with_it: tuple[str, ...]
    tickets_before: int
    tickets_after: int
    chain_is_sound: bool


def find_address(text: str, services: Services) -> AddressTraces:
    """Return where an address stands; raises InvalidInputError("email", ...)."""
    email = parse_address(text)
    customers, contacts = services.records.with_email(email)
    mails = services.outbox.waiting(_WAITING)
    meant = tuple(mail for mail in mails if _goes_to(mail, email))
    return AddressTraces(email, tuple(customers), tuple(contacts), meant)


def erase_address(text: str, by: str, services: Services, *, whole_customers: bool) -> ErasureProof:
    """Erase an address: out of customers (with `whole_customers` these go whole), contacts that hold it, waiting mails.

    Raises InvalidInputError, StorageError; ForbiddenMoveError for a mail that is being sent at this moment.
    """
    traces = find_address(text, services)
    before = services.tickets.check_chain()
    for mail in traces.mails:
        cancel_mail(mail.id, services, keep_pdf=False)
    kept = () if whole_customers else traces.customers
    gone = traces.customers if whole_customers else ()
    lost = {contact.code for contact in traces.contacts}
    services.records.save("customers", [_without(customer, traces.email, lost) for customer in kept])
    services.records.erase("customers", [customer.code for customer in gone])
    services.records.erase("contacts", sorted(lost))
    after = services.tickets.check_chain()
    left = services.records.with_email(traces.email)
    searched, found = _search_files(services.data_dir, traces.email)
    return ErasureProof(
        services.clock.now(),
        by,
        mask_addresses(traces.email, [traces.email]),
        tuple(customer.code for customer in kept),
        tuple(customer.code for customer in gone),
        tuple(sorted(lost)),
        len(traces.mails),
        bool(left[0] or left[1]),
        searched,
        found,
        sum(before.tickets.values()),
        sum(after.tickets.values()),
        after == before and not after.faults,
    )


def _goes_to(mail: OutgoingMail, email: str) -> bool:
    everybody = (*mail.recipients, *mail.cc, *mail.bcc)
    return email.casefold() in {address.casefold() for address in everybody}


def _without(customer: Customer, email: str, lost: set[str]) -> Customer:
    def emptied(address: PostalAddress) -> PostalAddress:
        return replace(address, email="") if address.email.casefold() == email.casefold() else address

    return replace(
        customer,
        billing_address=emptied(customer.billing_address),
        delivery_address=emptied(customer.delivery_address),
        main_contact="" if customer.main_contact in lost else customer.main_contact,
    )


def _search_files(folder: Path, email: str) -> tuple[int, tuple[str, ...]]:
    """Read every file of the shop byte by byte; return how many, and the names of those that hold the address."""
    wanted = email.casefold().encode()
    count, found = 0, []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix in _NOT_SEARCHED:
            continue
        try:
            holds = _holds(path, wanted)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                continue  # another part of the program has just deleted it
            raise StorageError(str(path), "io") from error
        count += 1
        if holds:
            found.append(path.relative_to(folder).as_posix())
    return count, tuple(found)


def _holds(path: Path, wanted: bytes) -> bool:
    overlap = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            text = (overlap + piece).lower()
            if wanted in text:
                return True
            overlap = text[-len(wanted) :]
    return False
