"""Everything behind a page or a command, over one data folder (ports.Services)."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.file_lock import hold
from backend.bootstrap.opening import shop_in_use
from backend.bootstrap.stores import SecretsWhenAsked, StoreServices, own_folder, private_folder
from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.sender_profile import SenderProfile, SendingMode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backend.adapters.mail.handed_over_files import HandedOverFiles
    from backend.adapters.mail.training_server import TrainingServer
    from backend.bootstrap.outbox_worker import OutboxWorker
    from backend.domain.diagnosis import Diagnosis, Library
    from backend.domain.logo import Logo
    from backend.domain.mail_client import MailClientOffer
    from backend.domain.pdf_test import FolderReport, PdfInspection
    from backend.domain.relay import Relay
    from backend.ports import (
        Mailbox,
        MailTransport,
        OAuthSignIn,
        PdfEngine,
        PdfEngines,
        ProviderDirectory,
        TicketPage,
    )

TRAINING_FOLDER = "training"
_OPENING_PATIENCE_S = 120
_WORK_AFTER_S = 4.0  # the first page comes first


class FolderServices(StoreServices):
    """An adapter is made, and its library imported, when it is first asked for."""

    def __init__(self, data_dir: Path, *, training: bool) -> None:
        super().__init__(data_dir, training=training)
        self._workers: list[OutboxWorker] = []

    @cached_property
    def providers(self) -> ProviderDirectory:
        """Return the mail providers; in training nothing is looked up outside of this PC."""
        from backend.adapters.mail.discovery import ServerDiscovery
        from backend.adapters.mail.providers import FolderProviderDirectory

        search = None if self._training else ServerDiscovery()
        return FolderProviderDirectory(self._data_dir / "providers", search)

    @cached_property
    def oauth(self) -> OAuthSignIn:
        """Return the sign-in at mail providers; clients registered in the data folder go before those of the build."""
        from backend.adapters.mail.oauth import ProviderSignIn
        from backend.adapters.mail.oauth_clients import OAuthClients

        clients = OAuthClients((self._data_dir, program_folder()))
        lock = self._data_dir / "locks" / "oauth.lock"
        oauth = ProviderSignIn(clients, SecretsWhenAsked(self), self.clock, lock, training=self._training)
        self._ending.callback(oauth.close)
        return oauth

    @cached_property
    def ticket_page(self) -> TicketPage:
        """Return what sets tickets as HTML."""
        from backend.adapters.pdf.ticket_page import JinjaTicketPage
        from backend.usecases.find_logo import find_logo

        return JinjaTicketPage(lambda company: find_logo(company, self.logos))

    @cached_property
    def pdf_engine(self) -> PdfEngine:
        """Return the engine in force, kept warm until the end."""
        from backend.adapters.pdf.engines import EngineInForce

        engine = EngineInForce(self.pdf_engines, self.settings.pdf_settings)
        self._ending.callback(engine.close)
        return engine

    @cached_property
    def pdf_engines(self) -> PdfEngines:
        """Return what finds engines on this PC and makes them."""
        from backend.adapters.pdf.engines import PcPdfEngines

        return PcPdfEngines(own_folder(self._data_dir / "cache"), program_folder())

    @property
    def pdf_folder(self) -> Path:
        """Return the folder in force, made if it was missing; raises StorageError."""
        chosen = self.settings.pdf_settings().folder
        return private_folder(Path(chosen) if chosen else own_folder(self._data_dir / "pdf"))

    def missing_glyphs(self, html: str) -> str:
        """Return the characters of a ticket's page that no shipped font has."""
        from backend.adapters.pdf.font_glyphs import missing_glyphs

        return missing_glyphs(html)

    def page_picture(self, pdf: Path, width_px: int) -> bytes:
        """Return a PNG of the first page of a PDF."""
        from backend.adapters.pdf.page_picture import page_png

        return page_png(pdf, width_px=width_px)

    def check_pdf_folder(self, folder: str) -> FolderReport:
        """Make a folder ("" is the default one) if it is missing, and try it; raises PdfFolderError."""
        from backend.adapters.pdf.pdf_folder import check_folder

        return check_folder(folder or str(own_folder(self._data_dir / "pdf")))

    def notice_page(self, title: str, paragraphs: Sequence[str]) -> str:
        """Return the page of the till notice with these words."""
        from backend.adapters.pdf.notice_page import notice_page

        return notice_page(title, paragraphs)

    def test_page(self, title: str, company: str, ruler: str, whole: str, logo: Logo | None) -> str:
        """Return the page of the test PDF with these words."""
        from backend.adapters.pdf.test_page import test_page

        return test_page(title, company, ruler, whole, logo)

    def inspect_test_pdf(self, pdf: Path) -> PdfInspection:
        """Read a test PDF as it lies on the disk; raises StorageError."""
        from backend.adapters.pdf.test_page import inspect_test_pdf

        return inspect_test_pdf(pdf)

    def pdf_text(self, pdf: bytes) -> str:
        """Return the text of a PDF from anywhere, read in a process of its own."""
        from backend.adapters.pdf.pdf_reading import pdf_text

        return pdf_text(pdf, own_command())

    def read_logo(self, content: bytes) -> Logo:
        """Return the logo in a file from anywhere, decoded in a process of its own."""
        from backend.adapters.pdf.logo_reading import read_logo

        return read_logo(content, own_command())

    def fitted_logo(self, logo: Logo, width_px: int, height_px: int, *, black: bool = False) -> Logo:
        """Return a logo as large as fits into a box, in colour or in black."""
        from backend.adapters.pdf.logo_fitting import fitted_logo

        return fitted_logo(logo, width_px, height_px, black=black)

    @property
    def mailbox(self) -> Mailbox:
        """Return the captured mails of the training mode; raises NotFoundError outside of it."""
        if not self._training:
            raise NotFoundError("mailbox", "")
        from backend.adapters.mail.training_mailbox import FolderMailbox

        return FolderMailbox(self._data_dir / "mailbox")

    def transport_for(self, sender: SenderProfile) -> MailTransport:
        """Return the way this user's mail leaves; in training always the embedded server."""
        if self._training:
            from backend.adapters.mail.training_server import TrainingTransport

            return TrainingTransport(self._training_server)
        if sender.mode is SendingMode.MAIL_CLIENT:
            return self.mail_client()
        if sender.mode is SendingMode.RELAY:
            from backend.adapters.mail.relay import RelayTransport

            company = self.settings.company()
            return RelayTransport(self.relay(), SecretsWhenAsked(self), company.name if company else "")
        from backend.adapters.mail.smtp import SmtpTransport
        from backend.usecases.save_sender_profile import password_name

        return SmtpTransport(
            lambda: self.secrets.get(password_name(sender.user)) or "",
            lambda renew: self.oauth.access_token(sender, renew=renew),
        )

    def mail_client(self) -> MailTransport:
        """Return the way by the mail program of this PC, whatever the sender's own way is."""
        from backend.adapters.mail.mail_client import MailClientTransport

        return MailClientTransport(self._handed_over_files)

    def mail_client_offer(self) -> MailClientOffer:
        """Return the mail program of this PC, or why none can be offered; asks the system each time."""
        from backend.adapters.mail.installed_client import find_mail_client

        return find_mail_client()

    def forget_handed_over_files(self) -> int:
        """Delete the copies that programs which are gone gave to mail programs."""
        return self._handed_over_files.forget()

    def relay(self) -> Relay | None:
        """Return the managed relay of this installation; a password in its file moves to the secret store."""
        if self._training:
            return None
        from backend.adapters.mail.relay import RelayFile

        files = RelayFile((self._data_dir, program_folder()), self._data_dir / "locks", self.clock)
        return files.current(SecretsWhenAsked(self))

    def open_training(self) -> FolderServices:
        """Open the sample shop beside this one, at work too; it ends with it."""
        folder = private_folder(self._data_dir / TRAINING_FOLDER)
        self._ending.enter_context(shop_in_use(folder))
        beside = FolderServices(folder, training=True)
        self._ending.callback(beside.close)
        fill_training(beside)
        if self._workers:
            beside.work_beside()
        return beside

    @cached_property
    def folder_place(self) -> tuple[str, ...]:
        """Return what is wrong with where the data folder lies."""
        from backend.adapters.folder_place import place_warnings

        return tuple(place_warnings(self._data_dir))

    def diagnose(self) -> Diagnosis:
        """Return what support needs to know of this installation."""
        from backend.bootstrap.diagnosing import diagnose

        return diagnose(self)

    def licences(self) -> tuple[str, list[Library]]:
        """Return the list of licences beside a built program, "" elsewhere, and the libraries of Python."""
        from backend.bootstrap.diagnosing import libraries, licence_texts

        return licence_texts(program_folder()), libraries()

    def work_beside(self) -> None:
        """Put right what a crash left, then send what waits in the outbox, once the first page is out."""
        from backend.bootstrap.outbox_worker import OutboxWorker

        worker = OutboxWorker(self, lambda: _tidy(self))
        self._workers.append(worker)
        worker.start(after_s=_WORK_AFTER_S)

    def close(self) -> None:
        """End the work beside, then everything that it used."""
        for worker in self._workers:
            worker.stop()
        super().close()

    @cached_property
    def _handed_over_files(self) -> HandedOverFiles:
        from backend.adapters.mail.handed_over_files import HandedOverFiles

        files = HandedOverFiles(own_folder(self._data_dir / "handed-over"))
        self._ending.callback(files.close)
        return files

    @cached_property
    def _training_server(self) -> TrainingServer:
        from backend.adapters.mail.training_mailbox import FolderMailbox
        from backend.adapters.mail.training_server import TrainingServer

        server = TrainingServer(FolderMailbox(self._data_dir / "mailbox"))
        self._ending.callback(server.stop)
        return server


def program_folder() -> Path:
    """Return where the program lies: the folder of app.py, or that of the built program."""
    return Path(sys.executable).parent if getattr(sys, "frozen", False) else Path(__file__).resolve().parents[2]


def own_command() -> list[str]:
    """Return what starts this program's command line again."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(program_folder() / "app.py")]


def fill_training(services: FolderServices) -> None:
    """Make the sample shop where it is missing; the first program does it, others wait."""
    if services.settings.sender_profile("DUPOND") is not None:
        return
    from backend.usecases.open_training import open_training

    with hold(services.data_dir / "opening.lock", timeout_s=_OPENING_PATIENCE_S):
        open_training(services)


def _tidy(services: FolderServices) -> None:
    # What can't be done now is done at the next start.
    from backend.usecases.make_backup import make_daily_backup
    from backend.usecases.tidy_outbox import clear_pdf_folder, expire_old_mails, recover_after_restart

    with suppress(FacteurError):
        services.forget_handed_over_files()
        services.relay()
    for part in (recover_after_restart, expire_old_mails, clear_pdf_folder, make_daily_backup):
        with suppress(FacteurError):
            part(services)
