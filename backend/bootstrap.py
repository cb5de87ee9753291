"""The only place that names concrete adapters: it opens a shop's data folder and hands out what stands behind it."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.clock import SystemClock
from backend.adapters.file_lock import hold
from backend.adapters.logs import start_logging
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.adapters.stores.settings.users import FolderUserStore
from backend.domain.errors import FacteurError, NotFoundError, StorageError
from backend.domain.sender_profile import SenderProfile, SendingMode

if TYPE_CHECKING:
    from backend.adapters.mail.handed_over_files import HandedOverFiles
    from backend.adapters.mail.training_server import TrainingServer
    from backend.adapters.stores.records.database import RecordsDatabase
    from backend.domain.mail_client import MailClientOffer
    from backend.domain.relay import Relay
    from backend.ports import (
        Clock,
        CustomerStore,
        Mailbox,
        MailTransport,
        OAuthSignIn,
        OutboxStore,
        PdfEngine,
        ProviderDirectory,
        SecretStore,
        SendingJournal,
        SettingsStore,
        ShopStore,
        TicketPage,
        TicketStore,
        UserStore,
    )

TRAINING_FOLDER = "training"
_OPENING_PATIENCE_S = 120
_TIDY_AFTER_S = 4.0  # the first page comes first


@contextmanager
def open_services(data_dir: Path | None, *, training: bool, lasting: bool = False) -> Iterator[FolderServices]:
    """Open the data folder (`data_dir`, else the platform's own), and close what was started at the end.

    In training it is a folder of its own below, filled with the sample shop. A `lasting` program also puts right what
    a crash left, beside its start. Raises StorageError.
    """
    folder = _private((data_dir or default_data_dir()).absolute())
    services = FolderServices(_private(folder / TRAINING_FOLDER) if training else folder, training=training)
    services.keep_log()
    try:
        if training:
            _fill_training(services)
        if lasting:
            services.tidy_later()
        yield services
    finally:
        services.close()


def default_data_dir() -> Path:
    """Return the local (never roaming) data folder of this user on this system."""
    from platformdirs import user_data_path

    return user_data_path("Facteur", appauthor=False, roaming=False)


def program_folder() -> Path:
    """Return where the program lies: the folder of app.py, or that of the built program."""
    return Path(sys.executable).parent if getattr(sys, "frozen", False) else Path(__file__).resolve().parents[1]


class FolderServices:
    """ports.Services over one data folder; an adapter is made, and its library imported, when first asked for."""

    def __init__(self, data_dir: Path, *, training: bool) -> None:
        self._data_dir = data_dir
        self._training = training
        self._ending = ExitStack()

    @property
    def data_dir(self) -> Path:
        """Return the folder that is this shop."""
        return self._data_dir

    @property
    def training(self) -> bool:
        """Tell whether this is the training mode."""
        return self._training

    @cached_property
    def clock(self) -> Clock:
        """Return this PC's clock."""
        return SystemClock()

    @cached_property
    def settings(self) -> SettingsStore:
        """Return the settings in TinyDB files."""
        return FolderSettingsStore(self._data_dir / "settings")

    @cached_property
    def users(self) -> UserStore:
        """Return the users in their TinyDB file."""
        return FolderUserStore(self._data_dir / "settings")

    @cached_property
    def tickets(self) -> TicketStore:
        """Return the recorded tickets."""
        from backend.adapters.stores.records.tickets import SqlTicketStore

        return SqlTicketStore(self._records)

    @cached_property
    def customers(self) -> CustomerStore:
        """Return customers and contacts."""
        from backend.adapters.stores.records.customers import SqlCustomerStore

        return SqlCustomerStore(self._records)

    @cached_property
    def shop(self) -> ShopStore:
        """Return tills, cashiers and products."""
        from backend.adapters.stores.records.shop import SqlShopStore

        return SqlShopStore(self._records)

    @cached_property
    def outbox(self) -> OutboxStore:
        """Return the outbox; what names people there is sealed with a key from the secret store."""
        from backend.adapters.secrets.sealing import Sealing
        from backend.adapters.stores.records.outbox import SqlOutboxStore

        locks = self._data_dir / "locks"
        return SqlOutboxStore(self._records, Sealing(_SecretsWhenAsked(self), "outbox-key", locks), locks)

    @cached_property
    def journal(self) -> SendingJournal:
        """Return the sending journal."""
        from backend.adapters.stores.records.sending_journal import SqlSendingJournal

        return SqlSendingJournal(self._records)

    @cached_property
    def secrets(self) -> SecretStore:
        """Return where this data folder keeps secrets; in training, where nothing is secret, a file of its own."""
        from backend.adapters.secrets.choose import keep_unprotected, open_secret_store

        return keep_unprotected(self._data_dir) if self._training else open_secret_store(self._data_dir)

    def accept_unprotected_secrets(self) -> None:
        """Keep secrets in a file that only this account's rights protect, where no store was chosen yet."""
        from backend.adapters.secrets.choose import keep_unprotected

        self.__dict__["secrets"] = keep_unprotected(self._data_dir)

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
        oauth = ProviderSignIn(clients, _SecretsWhenAsked(self), self.clock, lock, training=self._training)
        self._ending.callback(oauth.close)
        return oauth

    @cached_property
    def ticket_page(self) -> TicketPage:
        """Return what sets tickets as HTML."""
        from backend.adapters.pdf.ticket_page import JinjaTicketPage

        return JinjaTicketPage()

    @cached_property
    def pdf_engine(self) -> PdfEngine:
        """Return the engine in force, kept warm until the end."""
        from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine

        engine = WkhtmltopdfEngine(self._data_dir / "cache")
        self._ending.callback(engine.close)
        return engine

    @property
    def pdf_folder(self) -> Path:
        """Return the folder in force, made if it was missing; raises StorageError."""
        chosen = self.settings.pdf_settings().folder
        return _private(Path(chosen) if chosen else self._data_dir / "pdf")

    def page_picture(self, pdf: Path, width_px: int) -> bytes:
        """Return a PNG of the first page of a PDF."""
        from backend.adapters.pdf.page_picture import page_png

        return page_png(pdf, width_px=width_px)

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
            from backend.adapters.mail.mail_client import MailClientTransport

            return MailClientTransport(self._handed_over_files)
        if sender.mode is SendingMode.RELAY:
            from backend.adapters.mail.relay import RelayTransport

            company = self.settings.company()
            return RelayTransport(self.relay(), _SecretsWhenAsked(self), company.name if company else "")
        from backend.adapters.mail.smtp import SmtpTransport
        from backend.usecases.save_sender_profile import password_name

        return SmtpTransport(
            lambda: self.secrets.get(password_name(sender.user)) or "",
            lambda renew: self.oauth.access_token(sender, renew=renew),
        )

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
        return files.current(_SecretsWhenAsked(self))

    def open_training(self) -> FolderServices:
        """Open the sample shop beside this one; it ends with it."""
        beside = FolderServices(_private(self._data_dir / TRAINING_FOLDER), training=True)
        self._ending.callback(beside.close)
        _fill_training(beside)
        return beside

    def keep_log(self) -> None:
        """Write the program's log into this folder until the end."""
        handler = start_logging(self._data_dir / "logs")
        self._ending.callback(logging.getLogger().removeHandler, handler)

    def tidy_later(self) -> None:
        """Put right what a crash left and clear away finished PDFs, once the first page is out."""
        timer = threading.Timer(_TIDY_AFTER_S, _tidy, [self])
        timer.daemon = True
        timer.start()
        self._ending.callback(timer.cancel)

    def close(self) -> None:
        """End what was started for this shop: PDF worker, training server, database."""
        self._ending.close()

    @cached_property
    def _records(self) -> RecordsDatabase:
        from backend.adapters.stores.records.database import RecordsDatabase

        records = RecordsDatabase(self._data_dir / "records.sqlite3")
        self._ending.callback(records.close)
        return records

    @cached_property
    def _handed_over_files(self) -> HandedOverFiles:
        from backend.adapters.mail.handed_over_files import HandedOverFiles

        files = HandedOverFiles(self._data_dir / "handed-over")
        self._ending.callback(files.close)
        return files

    @cached_property
    def _training_server(self) -> TrainingServer:
        from backend.adapters.mail.training_mailbox import FolderMailbox
        from backend.adapters.mail.training_server import TrainingServer

        server = TrainingServer(FolderMailbox(self._data_dir / "mailbox"))
        self._ending.callback(server.stop)
        return server


class _SecretsWhenAsked:
    """ports.SecretStore that looks for a keyring only when a secret is wanted: an empty outbox opens without one."""

    def __init__(self, services: FolderServices) -> None:
        self._services = services

    def get(self, name: str) -> str | None:
        return self._services.secrets.get(name)

    def set(self, name: str, value: str) -> None:
        self._services.secrets.set(name, value)

    def delete(self, name: str) -> None:
        self._services.secrets.delete(name)

    def describe(self) -> str:
        return self._services.secrets.describe()


def _private(folder: Path) -> Path:
    """Make a folder that only this account can enter; one that is there stays as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(str(folder), "read_only" if isinstance(error, PermissionError) else "io") from error
    return folder


def _fill_training(services: FolderServices) -> None:
    if services.settings.sender_profile("DUPOND") is not None:
        return
    from backend.usecases.open_training import open_training

    with hold(services.data_dir / "opening.lock", timeout_s=_OPENING_PATIENCE_S):
        open_training(services)


def _tidy(services: FolderServices) -> None:
    # What can't be done now is done at the next start.
    from backend.usecases.work_outbox import clear_pdf_folder, expire_old_mails, recover_after_restart

    with suppress(FacteurError):
        services.forget_handed_over_files()
        services.relay()
    with suppress(FacteurError):
        recover_after_restart(services)
        expire_old_mails(services)
        clear_pdf_folder(services)
