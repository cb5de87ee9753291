"""The stores under contract: the real ones in a folder of their own, and the fakes that stand in for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.adapters.secrets.sealing import Sealing
from backend.adapters.stores.records.closings import SqlClosingStore
from backend.adapters.stores.records.customers import SqlCustomerStore
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.outbox import SqlOutboxStore
from backend.adapters.stores.records.records import SqlRecordStore
from backend.adapters.stores.records.sending_journal import SqlSendingJournal
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.ports import ClosingStore, CustomerStore, OutboxStore, RecordStore, SendingJournal, ShopStore, TicketStore
from tests.fake_closings import MemoryClosingStore
from tests.fake_customers import MemoryCustomerStore
from tests.fake_journal import MemorySendingJournal
from tests.fake_outbox import MemoryOutboxStore
from tests.fake_records import MemoryRecordStore
from tests.fake_settings import MemorySecretStore
from tests.fake_shop import MemoryShopStore
from tests.fake_tickets import MemoryTicketStore


@dataclass
class Stores:
    """The stores of one shop."""

    shop: ShopStore
    tickets: TicketStore
    closings: ClosingStore
    customers: CustomerStore
    outbox: OutboxStore
    journal: SendingJournal
    records: RecordStore


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once; each test gets a copy."""
    path = tmp_path_factory.mktemp("migrated") / "records.db"
    database = RecordsDatabase(path)
    with database.read():
        pass
    database.close()
    return path


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Iterator[RecordsDatabase]:
    shutil.copy(migrated_file, tmp_path / "records.db")
    database = RecordsDatabase(tmp_path / "records.db")
    yield database
    database.close()


def real_stores(database: RecordsDatabase, folder: Path) -> Stores:
    sealing = Sealing(MemorySecretStore(), "outbox-key", folder)
    return Stores(
        SqlShopStore(database),
        SqlTicketStore(database),
        SqlClosingStore(database),
        SqlCustomerStore(database),
        SqlOutboxStore(database, sealing, folder, folder / "files"),
        SqlSendingJournal(database, folder),
        SqlRecordStore(database),
    )


def fake_stores() -> Stores:
    shop, journal, customers = MemoryShopStore(), MemorySendingJournal(), MemoryCustomerStore()
    return Stores(
        shop,
        MemoryTicketStore(shop),
        MemoryClosingStore(shop),
        customers,
        MemoryOutboxStore(journal),
        journal,
        MemoryRecordStore(shop, customers),
    )


@pytest.fixture(params=["sql", "memory"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    if request.param == "memory":
        return fake_stores()
    return real_stores(request.getfixturevalue("database"), tmp_path)
