"""What the use cases ask of the world; adapters and the fakes of the tests answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from collections.abc import Callable, Collection, Iterable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from backend.domain.customer import Contact, Customer
    from backend.domain.document_type import DocumentType
    from backend.domain.found_server import FoundServer, ServerSearch
    from backend.domain.mail_client import MailClientOffer
    from backend.domain.mail_provider import MailProvider, ProviderFileFault
    from backend.domain.mail_template import MailTemplate
    from backend.domain.oauth import AnswerTexts, OAuthAvailability, OAuthTokens, SignInState, SignInWay
    from backend.domain.outgoing_mail import Delivery, JournalEntry, MailState, OutgoingMail, SendingPhase
    from backend.domain.pdf_settings import EngineDescription, PageFormat, PdfSettings
    from backend.domain.relay import Relay
    from backend.domain.sender_profile import SenderProfile
    from backend.domain.shop import Cashier, Company, Product, Till
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
    from backend.domain.ticket_layout import TicketLayout, TicketMarks
    from backend.domain.user import User


class Clock(Protocol):
    """The time of the till PC, aware, in the PC's time zone."""

    def now(self) -> datetime: ...


class SendingWatch(Protocol):
    """Who is told how a sending goes on; a transport calls `phase` before the phase begins."""

    def phase(self, phase: SendingPhase) -> None: ...

    def step(self, name: str, detail: str = "") -> None:
        """Tell a finished step.

        Steps: name_found, connected, encrypted, signed_in, sender_accepted, recipient_accepted, message_accepted;
        of a mail program: client_found, handed_over.
        """


class MailTransport(Protocol):
    """A way in which mail leaves."""

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        """Send to `mail.remaining_recipients`; return a result for each of them.

        Raises MailFailure when nothing was accepted for a reason of the whole mail, with a cause of PERHAPS_SENT when
        the answer to the final dot never came. Nothing is raised after the server has accepted.
        """


class PdfEngine(Protocol):
    """Makes a PDF from a page that needs no file and no network."""

    def describe(self) -> EngineDescription:
        """Return program and version; raises PdfEngineMissingError."""

    def make_pdf(self, html: str, page: PageFormat, target: Path) -> int:
        """Write a complete, checked PDF to `target` (atomically) and return its number of pages.

        Raises PdfFailure, PdfEngineMissingError. A fitted page is as high as its content plus the bottom margin.
        """

    def close(self) -> None: ...


class TicketPage(Protocol):
    """Sets a ticket as HTML for an engine; every field is text there, never markup."""

    def __call__(self, recorded: RecordedTicket, layout: TicketLayout, marks: TicketMarks) -> str: ...


class TicketStore(Protocol):
    """Recorded tickets, each till a chain; nothing here changes or deletes one."""

    def record(self, ticket: Ticket) -> RecordedTicket:
        """Give the next number of an own till and append, durably, in one transaction."""

    def add_imported(self, tickets: Sequence[Ticket]) -> list[ImportedTicket]:
        """Append tickets of other software, all or none, durably, each once (compare with Ticket.says_the_same).

        Those of foreign tills come with their number; those of own tills with a reference, and get the next number.
        Raises TicketConflictError(number or reference) for one that is there with other content.
        """

    def find(self, key: TicketNumber) -> RecordedTicket:
        """Return one ticket; raises NotFoundError("ticket", ...)."""

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


class CustomerStore(Protocol):
    """Customers and contacts; DIVERS is always found."""

    def find(self, code: str) -> Customer:
        """Return a customer; raises NotFoundError("customer", code)."""

    def contact(self, code: str) -> Contact:
        """Return a contact; raises NotFoundError("contact", code)."""

    def search(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Customer]:
        """Return customers whose name, code, town or address has words that begin so."""

    def search_contacts(self, text: str, *, limit: int = 50, offset: int = 0) -> list[Contact]: ...

    def save(self, customers: Iterable[Customer], contacts: Iterable[Contact] = ()) -> None:
        """Insert or replace, all or none."""


class ShopStore(Protocol):
    """Tills, cashiers and products."""

    def tills(self) -> list[Till]: ...

    def till(self, code: str) -> Till:
        """Return a till; raises NotFoundError("till", code)."""

    def cashiers(self) -> list[Cashier]: ...

    def products(self, text: str = "", *, limit: int = 200) -> list[Product]: ...

    def save(
        self, tills: Iterable[Till] = (), cashiers: Iterable[Cashier] = (), products: Iterable[Product] = ()
    ) -> None:
        """Insert or replace, all or none; raises TillKindError when a till with tickets would change its kind."""


class OutboxStore(Protocol):
    """Mails on their way; what could name a customer is encrypted there and erased at the end."""

    def save(self, mail: OutgoingMail) -> None:
        """Insert or replace durably; in the states SENT and CANCELLED what names people is erased."""

    def save_phase(self, mail_id: str, phase: SendingPhase) -> None:
        """Commit the phase of a mail in SENDING."""

    def find(self, mail_id: str) -> OutgoingMail:
        """Return a mail with its clear content; raises NotFoundError("mail", id), SecretsUnavailableError."""

    def waiting(self, states: Iterable[MailState], *, user: str = "") -> list[OutgoingMail]:
        """Return mails in these states, oldest first, without content that this user's key can't open."""

    def claim(self, mail_id: str) -> AbstractContextManager[None]:
        """Hold a mail for this process; raises StorageError(reason="locked") when another process sends it."""


class SendingJournal(Protocol):
    """Append-only record of what was issued (PRODUCT F3)."""

    def append(self, entry: JournalEntry) -> None: ...

    def entries(self, ticket_key: str) -> list[JournalEntry]:
        """Return the entries of a ticket, oldest first."""

    def entries_of(self, ticket_keys: Collection[str]) -> list[JournalEntry]:
        """Return the entries of these tickets (a page of the list), oldest first."""

    def latest(self, limit: int = 50) -> list[JournalEntry]: ...

    def with_pdf(self, sha256: str) -> JournalEntry | None:
        """Return the first entry that issued this PDF."""


class SettingsStore(Protocol):
    """Company, sender profiles, PDF settings, mail templates, layouts; small files shared by processes."""

    def company(self) -> Company | None: ...

    def save_company(self, company: Company) -> None: ...

    def sender_profile(self, user: str) -> SenderProfile | None: ...

    def sender_profiles(self) -> list[SenderProfile]: ...

    def save_sender_profile(self, profile: SenderProfile) -> None: ...

    def pdf_settings(self) -> PdfSettings: ...

    def save_pdf_settings(self, settings: PdfSettings) -> None: ...

    def mail_template(self, document_type: DocumentType) -> MailTemplate | None: ...

    def save_mail_template(self, template: MailTemplate) -> None: ...

    def layouts(self) -> tuple[TicketLayout, ...]: ...

    def preference(self, name: str) -> str:
        """Return a small remembered choice (`layout:C1`), "" where there is none."""

    def save_preference(self, name: str, value: str) -> None: ...


class UserStore(Protocol):
    """Facteur's users."""

    def users(self) -> list[User]: ...

    def find(self, name: str) -> User:
        """Return a user by name, upper and lower case alike; raises NotFoundError("user", name)."""

    def save(self, user: User) -> None: ...

    def delete(self, name: str) -> None: ...


class SecretStore(Protocol):
    """Passwords, tokens and keys; `describe` says where they are kept."""

    def get(self, name: str) -> str | None:
        """Return a secret; raises SecretsUnavailableError."""

    def set(self, name: str, value: str) -> None: ...

    def delete(self, name: str) -> None: ...

    def describe(self) -> str:
        """Return keyring, passphrase or unprotected."""


class ProviderDirectory(Protocol):
    """Mail providers: those that Facteur's file and an administrator's files list, and the search for others."""

    def providers(self) -> Sequence[MailProvider]:
        """Return every listed provider, the administrator's first."""

    def faults(self) -> Sequence[ProviderFileFault]:
        """Return the administrator's files that were left out, and why."""

    def find(self, address: str) -> FoundServer | None:
        """Return the server for an address, at once and from the files alone; None for an own domain."""

    def discover(self, address: str) -> ServerSearch:
        """Return the server for an address: from the files, else from outside, which may take 8 seconds."""


class OAuthSignIn(Protocol):
    """Signing in at mail providers with OAuth2, one sign-in per user at a time, and the tokens that come of it."""

    def availabilities(self) -> Sequence[OAuthAvailability]:
        """Return every known provider, with the ways to sign in there or the reason why there is none."""

    def availability(self, provider_id: str) -> OAuthAvailability:
        """Return the same of one provider; one that nobody has heard of has no client."""

    def begin(
        self,
        sender: SenderProfile,
        provider_id: str,
        way: SignInWay,
        texts: AnswerTexts,
        signed_in: Callable[[OAuthTokens], None],
    ) -> SignInState:
        """Begin a sign-in beside; `signed_in` gets the tokens, and what it raises becomes the failure of the state.

        One that the user has begun before is cancelled. Raises OAuthSignInError where this way is not available.
        """

    def state(self, user: str) -> SignInState:
        """Return how far a user's latest sign-in is."""

    def cancel(self, user: str) -> None:
        """Give up a user's sign-in, if one is under way."""

    def keep(self, user: str, provider_id: str, tokens: OAuthTokens) -> None:
        """Keep a user's refresh token in the secret store, in place of any other; raises SecretsUnavailableError."""

    def forget(self, user: str) -> None:
        """Forget a user's permission here and, where that can be, at the provider; raises SecretsUnavailableError."""

    def access_token(self, sender: SenderProfile, *, renew: bool = False) -> str:
        """Return an access token that lasts; `renew` where the server refuses the last one.

        Raises MailFailure (AUTHORIZATION_EXPIRED where the user must sign in again), SecretsUnavailableError.
        """


class Mailbox(Protocol):
    """The captured mails of the training mode, as `.eml` files; number 1 is the oldest."""

    def numbers(self) -> list[int]: ...

    def raw(self, number: int) -> bytes:
        """Return a mail as it was received; raises NotFoundError("mail", number)."""

    def clear(self) -> None: ...


class Services(Protocol):
    """Everything that stands behind a page or a command; adapters are made when first asked for."""

    @property
    def data_dir(self) -> Path: ...
    @property
    def training(self) -> bool: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def tickets(self) -> TicketStore: ...
    @property
    def customers(self) -> CustomerStore: ...
    @property
    def shop(self) -> ShopStore: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def journal(self) -> SendingJournal: ...
    @property
    def settings(self) -> SettingsStore: ...
    @property
    def users(self) -> UserStore: ...
    @property
    def secrets(self) -> SecretStore: ...
    @property
    def providers(self) -> ProviderDirectory: ...
    @property
    def oauth(self) -> OAuthSignIn: ...
    @property
    def ticket_page(self) -> TicketPage: ...
    @property
    def mailbox(self) -> Mailbox:
        """Return the training mailbox; raises NotFoundError outside the training mode."""

    @property
    def pdf_engine(self) -> PdfEngine:
        """Return the engine in force, kept warm."""

    @property
    def pdf_folder(self) -> Path:
        """Return the folder in force, made if it was missing; raises StorageError."""

    def page_picture(self, pdf: Path, width_px: int) -> bytes:
        """Return a PNG of the first page of a PDF."""

    def accept_unprotected_secrets(self) -> None:
        """Keep secrets in a file that only this account's rights protect, where no store was chosen yet."""

    def transport_for(self, sender: SenderProfile) -> MailTransport:
        """Return the way this user's mail leaves; in training always the embedded server. Raises MailFailure."""

    def mail_client_offer(self) -> MailClientOffer:
        """Return the mail program of this PC, or why none can be offered; asks the system, in up to some seconds."""

    def forget_handed_over_files(self) -> int:
        """Delete what was copied for mail programs by programs that are gone; return how many of these."""

    def relay(self) -> Relay | None:
        """Return the managed relay of this installation, None where there is none; raises MailFailure."""
