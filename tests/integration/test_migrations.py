"""The migrations end in the schema that the program uses; files of later versions are refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.migrate import MIGRATIONS
from backend.adapters.stores.records.schema import APPEND_ONLY, VERSIONS, metadata
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.domain.errors import StorageError
from backend.domain.ticket import TicketNumber
from tests.builders import a_ticket, a_till


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    database = RecordsDatabase(tmp_path / "records.db")
    with database.read() as connection:
        yield connection
    database.close()


def test_the_migrations_end_in_the_schema_that_the_program_uses(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []


def test_every_index_has_the_columns_that_the_program_counts_on(connection: Connection) -> None:
    for table in metadata.tables.values():
        for index in table.indexes:
            found = connection.execute(text(f"PRAGMA index_info({index.name})")).all()
            assert [row.name for row in found] == [column.name for column in index.columns]


def test_the_program_knows_every_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(script.revision for script in reversed(scripts)) == VERSIONS


def test_tickets_and_journal_refuse_to_be_changed(connection: Connection) -> None:
    names = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars())
    assert names == {f"{table.name}_no_{change}" for table in APPEND_ONLY for change in ("update", "delete")}


@pytest.mark.parametrize("change", ["UPDATE tickets SET gross_total = 1", "DELETE FROM tickets"])
def test_a_recorded_ticket_can_not_be_changed_by_plain_sql(tmp_path: Path, change: str) -> None:
    database = RecordsDatabase(tmp_path / "records.db")
    SqlShopStore(database).save([a_till()])
    recorded = SqlTicketStore(database).record(a_ticket())
    with sqlite3.connect(tmp_path / "records.db") as plain, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(change)
    plain.close()
    assert SqlTicketStore(database).find(TicketNumber("C1", 1)) == recorded
    database.close()


def test_the_file_is_durable_keeps_readers_and_writers_apart_and_overwrites_what_is_erased(
    connection: Connection,
) -> None:
    settings = {
        name: connection.execute(text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
    }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_records_of_a_later_version_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    _open(path)
    with sqlite3.connect(path) as plain:
        plain.execute("UPDATE alembic_version SET version_num = '9999'")
    plain.close()
    with pytest.raises(StorageError) as caught:
        _open(path)
    assert caught.value.reason == "too_new"


def test_a_file_that_no_longer_is_a_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"not a database, certainly not" * 100)
    with pytest.raises(StorageError) as caught:
        _open(path)
    assert caught.value.reason == "damaged"


def test_a_backup_that_lost_its_journal_mode_gets_it_back(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    _open(path)
    with sqlite3.connect(path) as plain:
        plain.execute("PRAGMA journal_mode=DELETE")
    plain.close()
    database = RecordsDatabase(path)
    with database.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.close()


def test_alembic_is_not_loaded_where_the_schema_is_new(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    _open(path)
    program = (
        "import sys, pathlib; from backend.adapters.stores.records.database import RecordsDatabase\n"
        f"with RecordsDatabase(pathlib.Path({str(path)!r})).read(): print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_records_lie_in_a_folder_with_an_odd_name(tmp_path: Path) -> None:
    folder = tmp_path / "100 % d'été ?mode=ro#x"
    folder.mkdir()
    _open(folder / "records.db")
    assert (folder / "records.db").exists()


def _open(path: Path) -> None:
    database = RecordsDatabase(path)
    with database.read():
        pass
    database.close()
