"""Everything behind a page or a command, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # every page and command imports this module: it stays light
    from collections.abc import Sequence
    from pathlib import Path

    from backend.domain.diagnosis import Diagnosis, Library
    from backend.domain.logo import Logo
    from backend.domain.mail_client import MailClientOffer
    from backend.domain.pdf_test import FolderReport, PdfInspection
    from backend.domain.relay import Relay
    from backend.domain.sender_profile import SenderProfile
    from backend.ports.backup import Backups, Restoring
    from backend.ports.mail import Mailbox, MailTransport, OAuthSignIn, ProviderDirectory
    from backend.ports.pdf import PdfEngine, PdfEngines, TicketPage
    from backend.ports.records import (
        ClosingStore,
        CustomerStore,
        OutboxStore,
        RecordStore,
        SendingJournal,
        ShopStore,
        TicketStore,
    )
    from backend.ports.settings import Clock, LogoStore, SecretStore, SettingsStore, UserStore


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
    def closings(self) -> ClosingStore: ...
    @property
    def customers(self) -> CustomerStore: ...
    @property
    def shop(self) -> ShopStore: ...
    @property
    def records(self) -> RecordStore: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def journal(self) -> SendingJournal: ...
    @property
    def settings(self) -> SettingsStore: ...
    @property
    def users(self) -> UserStore: ...
    @property
    def logos(self) -> LogoStore: ...
    @property
    def backups(self) -> Backups: ...
    @property
    def restoring(self) -> Restoring: ...
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
        """Return the engine in force, kept warm; it follows the settings from one PDF to the next."""

    @property
    def pdf_engines(self) -> PdfEngines: ...

    @property
    def pdf_folder(self) -> Path:
        """Return the folder in force, made if it was missing; raises StorageError."""

    def missing_glyphs(self, html: str) -> str:
        """Return the characters of a ticket's page that no shipped font has: they are printed as boxes."""

    def page_picture(self, pdf: Path, width_px: int) -> bytes:
        """Return a PNG of the first page of a PDF."""

    def check_pdf_folder(self, folder: str) -> FolderReport:
        """Make a folder ("" is the default one) if it is missing, and try it; raises PdfFolderError."""

    def notice_page(self, title: str, paragraphs: Sequence[str]) -> str:
        """Return the page of the till notice with these words."""

    def test_page(self, title: str, company: str, ruler: str, whole: str, logo: Logo | None) -> str:
        """Return the page of the test PDF (domain.pdf_test) with these words."""

    def inspect_test_pdf(self, pdf: Path) -> PdfInspection:
        """Read a test PDF as it lies on the disk; raises StorageError."""

    def pdf_text(self, pdf: bytes) -> str:
        """Return the text of a PDF from anywhere, "" of what can't be read; a hostile one harms nothing."""

    def read_logo(self, content: bytes) -> Logo:
        """Return the logo in a PNG, JPEG or SVG from anywhere, cleaned; raises InvalidInputError("logo", ...)."""

    def fitted_logo(self, logo: Logo, width_px: int, height_px: int, *, black: bool = False) -> Logo:
        """Return a logo as large as fits into a box; in black as a printer of one colour shows it best, on white."""

    def accept_unprotected_secrets(self) -> None:
        """Keep secrets in a file that only this account's rights protect, where no store was chosen yet."""

    @property
    def needs_passphrase(self) -> bool:
        """Tell whether the secrets stay closed until somebody enters their passphrase; raises StorageError."""

    def enter_passphrase(self, passphrase: str) -> None:
        """Open the secrets with their passphrase; where no store was chosen yet, it becomes what opens them.

        Raises SecretsUnavailableError("passphrase_wrong"), StorageError.
        """

    def transport_for(self, sender: SenderProfile) -> MailTransport:
        """Return the way this user's mail leaves; in training always the embedded server. Raises MailFailure."""

    def mail_client(self) -> MailTransport:
        """Return the way by the mail program of this PC, whatever a sender's own way is."""

    def mail_client_offer(self) -> MailClientOffer:
        """Return the mail program of this PC, or why none can be offered; asks the system, in up to some seconds."""

    def forget_handed_over_files(self) -> int:
        """Delete what was copied for mail programs by programs that are gone; return how many of these."""

    def relay(self) -> Relay | None:
        """Return the managed relay of this installation, None where there is none; raises MailFailure."""

    @property
    def folder_place(self) -> tuple[str, ...]:
        """Return `synced` and `network` where the data folder lies so: SQLite's files belong on a disk of this PC."""

    def diagnose(self) -> Diagnosis:
        """Return what support needs to know of this installation: no secret, no address."""

    def licences(self) -> tuple[str, list[Library]]:
        """Return the list of licences beside a built program, "" elsewhere, and the libraries of Python."""
