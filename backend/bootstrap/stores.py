"""The stores of one data folder, each made when first asked for."""

from __future__ import annotations

import getpass
import logging
import os
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backend.adapters.clock import SystemClock
from backend.adapters.logs import start_logging
from backend.adapters.stores.logos import FolderLogoStore
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.adapters.stores.settings.users import FolderUserStore
from backend.domain.errors import StorageError

if TYPE_CHECKING:
    import sqlite3

    from backend.adapters.stores.records.database import RecordsDatabase
    from backend.ports import (
        Backups,
        Clock,
        ClosingStore,
        CustomerStore,
        LogoStore,
        OutboxStore,
        RecordStore,
        Restoring,
        SecretStore,
        SendingJournal,
        SettingsStore,
        ShopStore,
        TicketStore,
        UserStore,
    )


class StoreServices:
    """What is kept in a data folder; a store's library is imported when it is first asked for."""

    def __init__(self, data_dir: Path, *, training: bool) -> None:
        self._data_dir = data_dir
        self._training = training
        self._ending = ExitStack()
        self._is_opened = False  # by a passphrase

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
    def logos(self) -> LogoStore:
        """Return the logos that the shop has had."""
        return FolderLogoStore(self._data_dir / "logos")

    @cached_property
    def tickets(self) -> TicketStore:
        """Return the recorded tickets."""
        from backend.adapters.stores.records.tickets import SqlTicketStore

        return SqlTicketStore(self._records)

    @cached_property
    def closings(self) -> ClosingStore:
        """Return the closings of the tills."""
        from backend.adapters.stores.records.closings import SqlClosingStore

        return SqlClosingStore(self._records)

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
    def records(self) -> RecordStore:
        """Return every kind of record beside tickets."""
        from backend.adapters.stores.records.records import SqlRecordStore

        return SqlRecordStore(self._records)

    @cached_property
    def outbox(self) -> OutboxStore:
        """Return the outbox; what names people there is sealed with a key from the secret store."""
        from backend.adapters.secrets.sealing import Sealing
        from backend.adapters.stores.records.outbox import SqlOutboxStore

        locks, files = self._data_dir / "locks", self._data_dir / "waiting-files"
        return SqlOutboxStore(self._records, Sealing(SecretsWhenAsked(self), "outbox-key", locks), locks, files)

    @cached_property
    def journal(self) -> SendingJournal:
        """Return the sending journal."""
        from backend.adapters.stores.records.sending_journal import SqlSendingJournal

        return SqlSendingJournal(self._records, self._data_dir / "locks")

    @cached_property
    def backups(self) -> Backups:
        """Return what copies the whole shop."""
        from backend.adapters.stores.backup.archive import ZipBackups

        return ZipBackups(self._data_dir, lambda: self._records)

    @cached_property
    def restoring(self) -> Restoring:
        """Return what brings a backup back."""
        from backend.adapters.stores.backup.restoring import FolderRestoring

        return FolderRestoring(self._data_dir, lambda: self._records)

    @cached_property
    def secrets(self) -> SecretStore:
        """Return where this data folder keeps secrets; in training, where nothing is secret, a file of its own."""
        from backend.adapters.secrets.choose import keep_unprotected, open_secret_store

        return keep_unprotected(self._data_dir) if self._training else open_secret_store(self._data_dir)

    def accept_unprotected_secrets(self) -> None:
        """Keep secrets in a file that only this account's rights protect, where no store was chosen yet."""
        from backend.adapters.secrets.choose import keep_unprotected

        self.__dict__["secrets"] = keep_unprotected(self._data_dir)

    @property
    def needs_passphrase(self) -> bool:
        """Tell whether the secrets stay closed until somebody enters their passphrase."""
        from backend.adapters.secrets.choose import wants_passphrase

        return not self._training and not self._is_opened and wants_passphrase(self._data_dir)

    def enter_passphrase(self, passphrase: str) -> None:
        """Open the secrets with their passphrase; where no store was chosen yet, it becomes what opens them."""
        from backend.adapters.secrets.choose import keep_with_passphrase

        opened = keep_with_passphrase(self._data_dir, passphrase)
        opened.get("probe")  # a wrong one is refused now, not when the next mail is to leave
        self.__dict__["secrets"] = opened
        self._is_opened = True

    def keep_log(self) -> None:
        """Write the program's log into this folder until the end."""
        handler = start_logging(self._data_dir / "logs")
        self._ending.callback(logging.getLogger().removeHandler, handler)

    def close(self) -> None:
        """End what was started for this shop: PDF worker, training server, database."""
        self._ending.close()

    @cached_property
    def _records(self) -> RecordsDatabase:
        from backend.adapters.stores.records.database import RecordsDatabase

        records = RecordsDatabase(self._data_dir / "records.sqlite3", before_upgrade=self._keep_before_upgrade)
        self._ending.callback(records.close)
        return records

    def _keep_before_upgrade(self, old: sqlite3.Connection) -> None:
        from backend.adapters.stores.backup.archive import ZipBackups

        ZipBackups(self._data_dir, lambda: self._records).keep_before_upgrade(old, self.clock.now())


class SecretsWhenAsked:
    """ports.SecretStore that looks for a keyring only when a secret is wanted: an empty outbox opens without one."""

    def __init__(self, services: StoreServices) -> None:
        self._services = services

    def get(self, name: str) -> str | None:
        """Return a secret."""
        return self._services.secrets.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a secret."""
        self._services.secrets.set(name, value)

    def delete(self, name: str) -> None:
        """Forget a secret."""
        self._services.secrets.delete(name)

    def describe(self) -> str:
        """Say where secrets are kept."""
        return self._services.secrets.describe()


def private_folder(folder: Path) -> Path:
    """Make a folder that only this account can enter; one that is there stays as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(str(folder), "read_only" if isinstance(error, PermissionError) else "io") from error
    return folder


def own_folder(folder: Path) -> Path:
    """Return a folder, or one of this account's own beside it where that is closed to it: accounts may share a shop."""
    if not folder.exists() or os.access(folder, os.W_OK | os.X_OK):
        return folder
    account = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    return folder.with_name(f"{folder.name}-{account}")
