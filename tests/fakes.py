"""Hand-written stand-ins for every port; what they promise is held by tests/contract on them and on the real ones."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from backend.domain.diagnosis import Diagnosis, Library
from backend.domain.errors import InvalidInputError, NotFoundError, SecretsUnavailableError
from backend.domain.logo import Logo
from backend.domain.mail_client import MailClientOffer
from backend.domain.mail_failure import MailCause
from backend.domain.pdf_test import FolderReport, PdfFolderError, PdfInspection
from backend.domain.relay import Relay
from backend.domain.sender_profile import SenderProfile
from backend.ports import Mailbox, Services
from tests.builders import NOON, a_logo
from tests.fake_backups import MemoryBackups, MemoryRestoring
from tests.fake_closings import MemoryClosingStore
from tests.fake_customers import MemoryCustomerStore
from tests.fake_journal import MemorySendingJournal
from tests.fake_mail import FakeMailTransport, MemoryMailbox
from tests.fake_oauth import FakeOAuthSignIn
from tests.fake_outbox import MemoryOutboxStore
from tests.fake_pdf import A_GOOD_TEST_PDF, FakePdfEngine, FakePdfEngines, fake_ticket_page
from tests.fake_providers import MemoryProviderDirectory
from tests.fake_records import MemoryRecordStore
from tests.fake_settings import MemoryLogoStore, MemorySecretStore, MemorySettingsStore, MemoryUserStore
from tests.fake_shop import MemoryShopStore
from tests.fake_tickets import MemoryTicketStore

A_PNG = b"\x89PNG\r\n\x1a\n"


class FixedClock:
    """Stands still until it is told otherwise."""

    def __init__(self, at: datetime = NOON) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, **step: float) -> None:
        """Move on, as in `advance(minutes=5)`; negative steps go back."""
        self._at += timedelta(**step)


@dataclass
class FakeServices:
    """Everything behind a page or a command, in memory; only PDFs are files, below `data_dir`."""

    data_dir: Path
    training: bool = False
    clock: FixedClock = field(default_factory=FixedClock)
    shop: MemoryShopStore = field(default_factory=MemoryShopStore)
    customers: MemoryCustomerStore = field(default_factory=MemoryCustomerStore)
    journal: MemorySendingJournal = field(default_factory=MemorySendingJournal)
    settings: MemorySettingsStore = field(default_factory=MemorySettingsStore)
    users: MemoryUserStore = field(default_factory=MemoryUserStore)
    logos: MemoryLogoStore = field(default_factory=MemoryLogoStore)
    secrets: MemorySecretStore = field(default_factory=MemorySecretStore)
    providers: MemoryProviderDirectory = field(default_factory=MemoryProviderDirectory)
    transport: FakeMailTransport = field(default_factory=FakeMailTransport)
    client: FakeMailTransport = field(default_factory=FakeMailTransport)
    backups: MemoryBackups = field(default_factory=MemoryBackups)
    restoring: MemoryRestoring = field(default_factory=MemoryRestoring)
    pdf_engine: FakePdfEngine = field(default_factory=FakePdfEngine)
    pdf_engines: FakePdfEngines = field(default_factory=FakePdfEngines)
    captured: MemoryMailbox = field(default_factory=MemoryMailbox)
    client_offer: MailClientOffer = field(default_factory=lambda: MailClientOffer(None, MailCause.CLIENT_MISSING))
    relay_in_force: Relay | None = None
    without_glyph: str = ""
    folder_refusal: str = ""
    folder_warnings: tuple[str, ...] = ()
    folder_place: tuple[str, ...] = ()
    inspection: PdfInspection = A_GOOD_TEST_PDF

    def __post_init__(self) -> None:
        self.tickets = MemoryTicketStore(self.shop)
        self.outbox = MemoryOutboxStore(self.journal)
        self.closings = MemoryClosingStore(self.shop)
        self.records = MemoryRecordStore(self.shop, self.customers)
        self.ticket_page = fake_ticket_page
        self.oauth = FakeOAuthSignIn(self.secrets)

    def missing_glyphs(self, html: str) -> str:
        return "".join(letter for letter in dict.fromkeys(html) if letter in self.without_glyph)

    def diagnose(self) -> Diagnosis:
        return Diagnosis(
            {"program": (("Facteur", "0.1.0"),), "PDF": (("engine", "wkhtmltopdf"),)}, ("a line of the log",)
        )

    def licences(self) -> tuple[str, list[Library]]:
        return "", [Library("flask", "3.1.0", "BSD-3-Clause")]

    @property
    def mailbox(self) -> Mailbox:
        if not self.training:
            raise NotFoundError("mailbox", "")
        return self.captured

    @property
    def pdf_folder(self) -> Path:
        folder = self.data_dir / "pdf"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def check_pdf_folder(self, folder: str) -> FolderReport:
        if self.folder_refusal:
            raise PdfFolderError(folder or str(self.pdf_folder), self.folder_refusal)
        path = Path(folder) if folder else self.pdf_folder
        path.mkdir(parents=True, exist_ok=True)
        return FolderReport(str(path), 212_000_000_000, self.folder_warnings)

    def notice_page(self, title: str, paragraphs: Sequence[str]) -> str:
        return f"<h1>{title}</h1>{' '.join(paragraphs)}"

    def test_page(self, title: str, company: str, ruler: str, whole: str, logo: Logo | None) -> str:
        return f"<p>{title} {company} {ruler} {whole} {logo.sha256 if logo else ''}</p>"

    def inspect_test_pdf(self, pdf: Path) -> PdfInspection:
        assert pdf.is_file()
        return self.inspection

    def pdf_text(self, pdf: bytes) -> str:
        return pdf.decode("utf-8", "replace")

    def read_logo(self, content: bytes) -> Logo:
        if not content.startswith(b"\x89PNG"):
            raise InvalidInputError("logo", "logo_type")
        return a_logo(300, 100)

    def fitted_logo(self, logo: Logo, width_px: int, height_px: int, *, black: bool = False) -> Logo:
        scale = min(width_px / logo.width_px, height_px / logo.height_px)
        size = round(logo.width_px * scale), round(logo.height_px * scale)
        return a_logo(*size, b"\0\0\0\xff") if black else a_logo(*size)

    def accept_unprotected_secrets(self) -> None:
        self.secrets.unavailable = ""

    @property
    def needs_passphrase(self) -> bool:
        return self.secrets.unavailable == "passphrase_needed"

    def enter_passphrase(self, passphrase: str) -> None:
        self.secrets.passphrase = self.secrets.passphrase or passphrase
        if passphrase != self.secrets.passphrase:
            raise SecretsUnavailableError("passphrase_wrong")
        self.secrets.unavailable = ""

    def page_picture(self, pdf: Path, width_px: int) -> bytes:
        header = struct.pack(">IIBBBBB", width_px, 2 * width_px, 8, 0, 0, 0, 0)
        return A_PNG + struct.pack(">I", len(header)) + b"IHDR" + header + pdf.name.encode()

    def transport_for(self, sender: SenderProfile) -> FakeMailTransport:
        return self.transport

    def mail_client(self) -> FakeMailTransport:
        return self.client

    def mail_client_offer(self) -> MailClientOffer:
        return self.client_offer

    def forget_handed_over_files(self) -> int:
        return 0

    def relay(self) -> Relay | None:
        return self.relay_in_force


def fake_services(data_dir: Path) -> Services:
    """Return fakes under the type that use cases ask for: mypy holds that they answer the whole port."""
    return FakeServices(data_dir)
