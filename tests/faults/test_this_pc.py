"""Faults of the PC: disk, folder, settings file, database, clock, keyring, PDF engine, mail program."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from backend.adapters.mail.handed_over_files import HandedOverFiles
from backend.adapters.mail.mail_client import MailClientTransport, ThisPc
from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.bootstrap import FolderServices
from backend.domain.errors import FacteurError, SecretsUnavailableError
from backend.domain.mail_client import MailClientOffer
from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.pdf_settings import PdfFailure
from backend.domain.sender_profile import ConnectionSecurity
from backend.domain.ticket import TicketQuery
from backend.usecases.make_ticket_pdf import make_ticket_pdf
from backend.usecases.open_in_mail_client import open_in_mail_client
from backend.usecases.work_outbox import OutboxWork
from tests.builders import a_company, a_ticket, a_till
from tests.fake_settings import MemorySecretStore
from tests.fault_shop import Campaign, FaultShop
from tests.servers.certificates import HOST, Certificates
from tests.servers.children import server_folder
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script, Security
from tests.store_workers import become_nobody, promises, worker

Smtp = Callable[[Script], ScriptedSmtp]
NO_FAULTS = (0, 0, 0)
_A_PAGE = 4096


def on_a_full_disk(folder: Path, room: int, told: Connection) -> None:
    """Record, save settings and send where no file may grow beyond `room`; tell what was promised."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    _promise_all(folder, told)


def in_a_read_only_folder(folder: Path, told: Connection) -> None:
    """Do the same as somebody who may not write there."""
    become_nobody()
    _promise_all(folder, told)


def _promise_all(folder: Path, told: Connection) -> None:
    services = FolderServices(folder, training=False)

    def save_next_number() -> int:
        number = int(services.settings.preference("number") or 0) + 1
        services.settings.save_preference("number", str(number))
        return number

    for _ in range(20):
        acts: dict[str, Callable[[], int]] = {
            "ticket": lambda: services.tickets.record(a_ticket("C1")).ticket.number,
            "setting": save_next_number,
            "turn": lambda: OutboxWork(services).turn(),
        }
        for what, act in acts.items():
            try:
                told.send((what, act()))
            except FacteurError as error:
                told.send(("refused", error.cause_code))


def test_a_full_disk(fault_shop: FaultShop, scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    counts, server, refused = campaign.of("full disk"), scripted_smtp(Script()), 0
    fault_shop.sends_to(server.port)
    fault_shop.services.shop.save([a_till("C1")])
    for _ in range(tries):
        mails = [fault_shop.queue() for _ in range(2)]
        largest = max(path.stat().st_size for path in fault_shop.folder.glob("records.sqlite3*"))
        with worker(on_a_full_disk, fault_shop.folder, largest + random.randint(-2, 8) * _A_PAGE) as (_process, told):
            promised = promises(told)
        refused += sum(what == "refused" for what, _ in promised)
        fault_shop.restart()
        _check_promises(fault_shop, promised, campaign, "full disk")
        fault_shop.work_until_empty()
        counts.add(fault_shop.now(mails), server.count_by_message_id(), may_be_unknown=True, is_over=True)
        counts.tries += 1
    assert refused, "the disk was never full"
    assert counts.faults == NO_FAULTS


@pytest.mark.needs_root
def test_a_read_only_folder(scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    counts, server = campaign.of("read-only folder"), scripted_smtp(Script())
    with server_folder() as above:  # which others can enter, unlike pytest's own
        shop = FaultShop(above / "shop")
        shop.sends_to(server.port)
        shop.services.shop.save([a_till("C1")])
        for _ in range(tries):
            mails = [shop.queue()]
            for path in (shop.folder, *shop.folder.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            with worker(in_a_read_only_folder, shop.folder) as (_process, told):
                answers = promises(told)
            assert any(what == "refused" for what, _ in answers)
            counts.wrong += any(what != "refused" and answer for what, answer in answers)
            shop.restart()
            shop.work_until_empty()
            counts.add(shop.now(mails), server.count_by_message_id(), may_be_unknown=False, is_over=True)
            counts.tries += 1
        shop.close()
    assert counts.faults == NO_FAULTS


def _check_promises(shop: FaultShop, promised: list[tuple[str, object]], campaign: Campaign, fault: str) -> None:
    report = shop.services.tickets.check_chain()
    numbers = [answer for what, answer in promised if what == "ticket"]
    campaign.of(fault).lost += bool(numbers) and report.tickets.get("C1", 0) < int(str(numbers[-1]))
    campaign.of(fault).wrong += bool(report.faults)
    settings = [answer for what, answer in promised if what == "setting"]
    campaign.of(fault).lost += bool(settings) and shop.services.settings.preference("number") != str(settings[-1])


def test_a_damaged_settings_file(tmp_path: Path, campaign: Campaign, tries: int) -> None:
    counts = campaign.of("settings file corrupt, truncated, empty")
    for turn in range(tries):
        folder = tmp_path / str(turn)
        store = FolderSettingsStore(folder)
        store.save_company(a_company(name="BEFORE"))
        store.save_company(a_company())
        for path in [path for path in folder.iterdir() if path.suffix == ".json"]:
            content = bytearray(path.read_bytes())
            place = random.randrange(len(content) + 1)
            damage = random.choice(("empty", "cut", "noise"))
            if damage == "noise":
                content[place : place + 20] = random.randbytes(20)
            path.write_bytes({"empty": b"", "cut": bytes(content[:place]), "noise": bytes(content)}[damage])
        try:
            company = FolderSettingsStore(folder).company()
            counts.lost += company is None
        except FacteurError:
            counts.wrong += 1  # the good copy beside it serves
        counts.tries += 1
    assert counts.faults == NO_FAULTS


def test_a_damaged_page_of_the_database(fault_shop: FaultShop, campaign: Campaign, tries: int, tmp_path: Path) -> None:
    counts = campaign.of("corrupt database page")
    fault_shop.services.shop.save([a_till("C1")])
    for _ in range(30):
        fault_shop.services.tickets.record(a_ticket("C1"))
        fault_shop.queue()
    fault_shop.close()
    good = (fault_shop.folder / "records.sqlite3").read_bytes()
    for turn in range(tries):
        folder = tmp_path / f"damaged{turn}"
        shutil.copytree(fault_shop.folder, folder)
        content, page = bytearray(good), random.randrange(len(good) // _A_PAGE)
        content[page * _A_PAGE : (page + 1) * _A_PAGE] = random.randbytes(_A_PAGE)
        (folder / "records.sqlite3").write_bytes(content)
        services = FolderServices(folder, training=False)
        counts.wrong += _unexplained(services)
        services.close()
        counts.tries += 1
    assert counts.faults == NO_FAULTS


def _unexplained(services: FolderServices) -> int:
    """Use everything in a damaged database; count the failures that nobody explains."""
    acts: tuple[Callable[[], object], ...] = (
        lambda: services.tickets.search(TicketQuery()),
        lambda: services.outbox.waiting(MailState),
        OutboxWork(services).turn,
        services.tickets.check_chain,
    )
    count = 0
    for act in acts:
        try:
            act()
        except FacteurError:
            continue
        except Exception:  # noqa: BLE001 - an explained failure is what is promised
            count += 1
    return count


def test_a_clock_set_back(fault_shop: FaultShop, scripted_smtp: Smtp, campaign: Campaign, tries: int) -> None:
    counts, server = campaign.of("clock set back, suspended ten minutes"), scripted_smtp(Script())
    for _ in range(tries):
        fault_shop.sends_to(1)
        mails = [fault_shop.queue() for _ in range(2)]
        fault_shop.turn()
        hours = random.uniform(0.1, 24 * 400)
        fault_shop.clock.advance(hours=-hours)
        mails.append(fault_shop.queue())
        fault_shop.clock.advance(minutes=10)
        fault_shop.sends_to(server.port)
        fault_shop.work_until_empty()
        counts.add(fault_shop.now(mails), server.count_by_message_id(), may_be_unknown=False, is_over=True)
        fault_shop.clock.advance(hours=hours)
        counts.tries += 1
    assert counts.faults == NO_FAULTS


class FlakyKeyring(MemorySecretStore):
    """Is locked at some moments."""

    def __init__(self) -> None:
        super().__init__()
        self.is_flaky = False

    def _check(self) -> None:
        if self.is_flaky and random.random() < 0.4:
            raise SecretsUnavailableError("locked")


@pytest.mark.usefixtures("trusted")
def test_a_keyring_locked_midway(
    fault_shop: FaultShop, scripted_smtp: Smtp, certificates: Certificates, campaign: Campaign, tries: int
) -> None:
    counts, keyring, password = campaign.of("keyring locked midway"), FlakyKeyring(), "kept in the keyring"
    script = Script(security=Security.TLS, certificate=certificates.good, secrets={"caisse": password})
    server = scripted_smtp(script)
    fault_shop.services.__dict__["secrets"] = keyring
    fault_shop.sends_to(server.port, host=HOST, security=ConnectionSecurity.TLS, username="caisse", password=password)
    for _ in range(tries):
        mails = [fault_shop.queue() for _ in range(2)]
        keyring.is_flaky = True
        fault_shop.services.__dict__.pop("outbox", None)  # its key is read anew
        fault_shop.turn()
        keyring.is_flaky = False
        fault_shop.work_until_empty()
        counts.add(fault_shop.now(mails), server.count_by_message_id(), may_be_unknown=False, is_over=True)
        counts.tries += 1
    assert counts.faults == NO_FAULTS


@pytest.mark.wkhtmltopdf
def test_a_pdf_engine_that_dies(fault_shop: FaultShop, campaign: Campaign, tries: int) -> None:
    counts, services = campaign.of("PDF engine dying at work"), fault_shop.services
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1")])
    recorded = services.tickets.record(a_ticket("C1"))
    layout = services.settings.layouts()[0]
    for turn in range(tries):
        name = f"{turn:032x}"
        for child in _children_named("wkhtmltopdf"):
            os.kill(child, random.choice((signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM)))
        try:
            pdf = make_ticket_pdf(recorded, layout, name, services, reprint=0)
            counts.wrong += not pdf.path.read_bytes().rstrip().endswith(b"%%EOF")
        except PdfFailure:
            counts.wrong += (services.pdf_folder / name).exists()
        counts.tries += 1
    for child in _children_named("wkhtmltopdf"):
        os.kill(child, signal.SIGCONT)
    assert counts.faults == NO_FAULTS


def _children_named(name: str) -> list[int]:
    """Return this process's own children of that program."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text("utf-8")
        except OSError:
            continue
        program, _, rest = text.partition(") ")
        if name[:15] in program and int(rest.split()[1]) == os.getpid():
            found.append(int(status.parent.name))
    return found


@pytest.mark.parametrize("cause", [MailCause.CLIENT_MISSING, MailCause.CLIENT_CANCELLED])
def test_a_mail_program_that_is_absent_or_cancelled(
    cause: MailCause, fault_shop: FaultShop, campaign: Campaign, tries: int, tmp_path: Path
) -> None:
    counts = campaign.of("mail client absent or cancelled")
    fault_shop.sends_to(1)
    transport = MailClientTransport(HandedOverFiles(tmp_path), ThisPc(find=lambda: MailClientOffer(None, cause)))
    fault_shop.services.__dict__["mail_client"] = lambda: transport
    for _ in range(tries):
        mail = fault_shop.queue()
        with pytest.raises(FacteurError):
            open_in_mail_client(mail.id, fault_shop.services)
        counts.wrong += fault_shop.now([mail]) != [mail]
        counts.tries += 1
    assert counts.faults == NO_FAULTS
