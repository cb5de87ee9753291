"""The records' file under load and failure, and what can be read in it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from backend.adapters.secrets.sealing import Sealing
from backend.adapters.stores.records.customers import SqlCustomerStore
from backend.adapters.stores.records.database import RecordsDatabase
from backend.adapters.stores.records.outbox import SqlOutboxStore
from backend.adapters.stores.records.sending_journal import SqlSendingJournal
from backend.adapters.stores.records.shop import SqlShopStore
from backend.adapters.stores.records.tickets import SqlTicketStore
from backend.domain.errors import SecretsUnavailableError, StorageError
from backend.domain.outgoing_mail import MailState
from backend.domain.ticket import TicketNumber, TicketQuery
from tests.builders import a_contact, a_customer, a_journal_entry, a_mail, a_product, a_ticket, a_till, accepted
from tests.fake_settings import MemorySecretStore
from tests.store_workers import become_nobody, promises, worker

ADDRESS = "tres.rare.personne@exemple.example"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[RecordsDatabase]:
    database = RecordsDatabase(tmp_path / "records.db")
    SqlShopStore(database).save([a_till()])
    yield database
    database.close()


def test_a_full_database_is_said_and_the_chain_stays_sound(database: RecordsDatabase) -> None:
    tickets = SqlTicketStore(database)
    tickets.record(a_ticket())
    with database.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    with database.write() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages + 4}"))

    def fill() -> None:
        for _ in range(100):
            tickets.record(a_ticket(customer_name="x" * 2_000))

    with pytest.raises(StorageError) as caught:
        fill()
    assert caught.value.reason == "disk_full"
    report = tickets.check_chain()
    assert report.faults == ()
    assert report.tickets["C1"] >= 1


def test_records_that_another_program_holds_are_said_to_be_locked(database: RecordsDatabase, tmp_path: Path) -> None:
    impatient = RecordsDatabase(tmp_path / "records.db", busy_timeout_s=0.1)
    with closing(sqlite3.connect(tmp_path / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught:
            SqlTicketStore(impatient).record(a_ticket())
        assert caught.value.reason == "locked"
        assert SqlTicketStore(impatient).search(TicketQuery()) == []  # reading goes on
        other.execute("ROLLBACK")
    assert SqlTicketStore(impatient).record(a_ticket()).ticket.number == 1
    impatient.close()


def test_writing_in_a_read_only_folder_says_why_it_fails() -> None:
    folder = Path(tempfile.mkdtemp(prefix="facteur-test-"))
    database = RecordsDatabase(folder / "records.db")
    SqlShopStore(database).save([a_till()])
    database.close()
    (folder / "records.db").chmod(0o444)
    folder.chmod(0o555)
    with worker(_record_in_a_read_only_folder, folder / "records.db") as (_, told):
        assert promises(told) == ["read_only"]
    folder.chmod(0o700)
    shutil.rmtree(folder)


def test_a_damaged_page_is_said_to_be_damage(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    database = RecordsDatabase(path)
    SqlShopStore(database).save([a_till()])
    for _ in range(50):
        SqlTicketStore(database).record(a_ticket())
    database.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * len(content[4096:])
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        SqlTicketStore(RecordsDatabase(path)).find(TicketNumber("C1", 1))
    assert caught.value.reason == "damaged"


def test_threads_record_on_one_till_without_a_gap(database: RecordsDatabase) -> None:
    tickets = SqlTicketStore(database)
    numbers: list[int] = []

    def record() -> None:
        numbers.extend(tickets.record(a_ticket()).ticket.number for _ in range(25))

    threads = [threading.Thread(target=record) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 101))


def test_an_error_of_the_database_shows_no_value(database: RecordsDatabase) -> None:
    with pytest.raises(Exception, match="customers") as caught, database.write() as connection:
        connection.execute(text("INSERT INTO customers (code, name) VALUES ('X', :name)"), {"name": ADDRESS})
    assert ADDRESS not in str(caught.value)


def test_an_address_stands_nowhere_in_the_folder_while_its_mail_waits_and_after(
    database: RecordsDatabase, tmp_path: Path
) -> None:
    outbox = _outbox(database, Sealing(MemorySecretStore(), "outbox-key", tmp_path), tmp_path)
    mail = a_mail(recipients=(ADDRESS,), subject="Objet rare", body="Texte rare")
    outbox.save(mail)
    sending = mail.sending()
    outbox.save(sending)
    with outbox.claim(mail.id):
        assert _files_with(tmp_path, ADDRESS, "Objet rare", "Texte rare") == []
    assert _sealed(tmp_path)
    outbox.save(sending.with_results({ADDRESS: accepted(f"250 <{ADDRESS}> ok")}))
    SqlSendingJournal(database, tmp_path).append(a_journal_entry(reply=f"250 <{ADDRESS}> ok"))
    database.close()
    assert _files_with(tmp_path, ADDRESS, "Objet rare", "Texte rare") == []
    assert not _sealed(tmp_path)
    assert list((tmp_path / "locks").glob("mail-*")) == []


def test_what_was_sealed_is_overwritten_when_it_is_erased(database: RecordsDatabase, tmp_path: Path) -> None:
    outbox = _outbox(database, Sealing(MemorySecretStore(), "outbox-key", tmp_path), tmp_path)
    outbox.save(a_mail(body="x" * 20_000))
    sealed = _sealed(tmp_path)[0]
    outbox.save(a_mail().moved(MailState.CANCELLED))
    database.close()  # writes the journal back into the file
    content = (tmp_path / "records.db").read_bytes()
    pieces = [sealed[start : start + 16] for start in range(0, len(sealed) - 16, 16)]
    assert [piece for piece in pieces if piece in content] == []


def test_a_mail_of_another_user_is_listed_without_its_content(database: RecordsDatabase, tmp_path: Path) -> None:
    hers = _outbox(database, Sealing(MemorySecretStore(), "outbox-key", tmp_path / "hers"), tmp_path)
    his_secrets = MemorySecretStore()
    his = _outbox(database, Sealing(his_secrets, "outbox-key", tmp_path / "his"), tmp_path)
    hers.save(a_mail())
    his.save(replace(a_mail("b" * 32), recipients=("b@example.org",)))
    assert [mail.recipients for mail in his.waiting([MailState.DRAFT])] == [(), ("b@example.org",)]
    with pytest.raises(SecretsUnavailableError) as caught:
        his.find("a" * 32)
    assert caught.value.reason == "other_key"
    assert hers.find("a" * 32) == a_mail()


def test_a_sealed_mail_can_not_be_passed_off_as_another(database: RecordsDatabase, tmp_path: Path) -> None:
    outbox = _outbox(database, Sealing(MemorySecretStore(), "outbox-key", tmp_path), tmp_path)
    outbox.save(a_mail())
    outbox.save(a_mail("b" * 32))
    with database.write() as connection:
        connection.execute(
            text("UPDATE outbox SET sealed = (SELECT sealed FROM outbox WHERE id = :a) WHERE id = :b"),
            {"a": "a" * 32, "b": "b" * 32},
        )
    with pytest.raises(SecretsUnavailableError):
        outbox.find("b" * 32)


def test_a_mail_is_not_saved_where_its_key_can_not_be_had(database: RecordsDatabase, tmp_path: Path) -> None:
    secrets = MemorySecretStore()
    secrets.unavailable = "locked"
    outbox = _outbox(database, Sealing(secrets, "outbox-key", tmp_path), tmp_path)
    with pytest.raises(SecretsUnavailableError):
        outbox.save(a_mail())
    assert outbox.waiting(list(MailState)) == []


@pytest.mark.parametrize("search", ["martin", "mar dur", "777", "148,40", "C1-4", "martin 777"])
def test_a_rare_word_is_looked_up_and_no_table_is_read_through(database: RecordsDatabase, search: str) -> None:
    plans = _plans_of(database, lambda: SqlTicketStore(database).search(TicketQuery(search)))
    assert set(_scans_in(plans)) <= {"SCAN tills USING COVERING INDEX sqlite_autoindex_tills_1"}


def test_the_list_is_walked_in_its_own_order(database: RecordsDatabase) -> None:
    plans = _plans_of(database, lambda: SqlTicketStore(database).search(TicketQuery()))
    assert plans == ["SCAN tickets USING INDEX tickets_newest"]


def test_customers_contacts_and_products_are_looked_up_too(database: RecordsDatabase) -> None:
    customers, shop = SqlCustomerStore(database), SqlShopStore(database)
    customers.save([a_customer()], [a_contact()])
    shop.save(products=[a_product()])
    for look_up in (
        lambda: customers.search("hel mar"),
        lambda: customers.search_contacts("paul"),
        lambda: shop.products("vis"),
    ):
        assert _scans_in(_plans_of(database, look_up)) == []
    assert _scans_in(_plans_of(database, lambda: customers.save([a_customer()]))) == []


def _scans_in(plans: list[str]) -> list[str]:
    """Return what reads a whole table or index; a scan of what a subquery found is none of these."""
    return [plan for plan in plans if plan.startswith("SCAN ") and not plan.startswith("SCAN anon_")]


def _plans_of(database: RecordsDatabase, work: Callable[[], object]) -> list[str]:
    """Return SQLite's plans of the statements that some work executes."""
    statements: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        statements.append((statement, parameters))

    with database.read() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", note)
    work()
    event.remove(engine, "before_cursor_execute", note)
    plans: list[str] = []
    with database.read() as connection:
        for statement, parameters in statements:
            if statement.startswith(("SELECT", "DELETE")):
                one = parameters[0] if isinstance(parameters, list) else parameters
                rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", one)
                plans += [row.detail for row in rows]
    return plans


def _files_with(folder: Path, *texts: str) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if any(text.encode() in path.read_bytes() for text in texts)]


def _sealed(folder: Path) -> list[bytes]:
    with closing(sqlite3.connect(folder / "records.db")) as plain:
        return [row[0] for row in plain.execute("SELECT sealed FROM outbox WHERE sealed IS NOT NULL")]


def _record_in_a_read_only_folder(path: Path, told: Connection) -> None:
    become_nobody()
    try:
        SqlTicketStore(RecordsDatabase(path)).record(a_ticket())
    except StorageError as error:
        told.send(error.reason)


def test_only_what_may_go_with_the_power_is_written_without_waiting_for_the_disk(database: RecordsDatabase) -> None:
    def waits() -> list[object]:
        found = []
        for durable in (True, False, True):
            with database.write(durable=durable) as connection:
                found.append(connection.execute(text("PRAGMA synchronous")).scalar())
        return found

    assert waits() == [2, 1, 2]


def _outbox(database: RecordsDatabase, sealing: Sealing, folder: Path) -> SqlOutboxStore:
    return SqlOutboxStore(database, sealing, folder / "locks", folder / "files")
