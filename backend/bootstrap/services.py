"""Everything behind a page or a command, over one data folder (ports.Services)."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.file_lock import hold
from backend.bootstrap.opening import shop_in_use
from backend.bootstrap.pdf import PdfServices
from backend.bootstrap.program import program_folder
from backend.bootstrap.stores import SecretsWhenAsked, own_folder, private_folder
from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.sender_profile import SenderProfile, SendingMode

if TYPE_CHECKING:
    from backend.adapters.mail.handed_over_files import HandedOverFiles
    from backend.adapters.mail.training_server import TrainingServer
    from backend.bootstrap.outbox_worker import OutboxWorker
    from backend.domain.diagnosis import Diagnosis, Library
    from backend.domain.mail_client import MailClientOffer
    from backend.domain.relay import Relay
    from backend.ports import (
        Mailbox,
        MailTransport,
        OAuthSignIn,
        ProviderDirectory,
    )

TRAINING_FOLDER = "training"
_OPENING_PATIENCE_S = 120
_WORK_AFTER_S = 4.0  # the first page comes first


class FolderServices(PdfServices):
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
