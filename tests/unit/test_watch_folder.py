from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backend.domain.errors import InvalidInputError
from backend.domain.mail_failure import SenderNotTestedError
from backend.domain.outgoing_mail import MailState
from backend.domain.watched_folder import WatchedFolder
from backend.usecases.watch_folder import (
    FolderWatch,
    reports,
    retry_refused,
    save_watched_folder,
    watched_folder,
)
from tests.builders import a_company, a_foreign_till, a_sender, a_tested_sender, a_user
from tests.fakes import FakeServices

SAMPLE = Path(__file__).parents[2] / "backend" / "usecases" / "formats" / "examples" / "ticket-walk-in.json"
ADDRESS = "passant@example.org"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "incoming"
    found.mkdir()
    return found


@pytest.fixture
def services(tmp_path: Path, folder: Path) -> FakeServices:
    services = FakeServices(tmp_path / "shop")
    services.settings.save_company(a_company())
    services.shop.save([a_foreign_till()])
    services.users.save(a_user())
    services.settings.save_sender_profile(a_tested_sender())
    save_watched_folder(WatchedFolder(str(folder), "Zoé"), services)
    return services


def ticket(number: int = 1, **changes: object) -> dict[str, object]:
    value: dict[str, object] = json.loads(SAMPLE.read_text("utf-8"))
    value.pop("mail_to", None)
    value.pop("reference", None)
    return {**value, "till": "F1", "number": number, **changes}


def put(folder: Path, name: str, value: object, services: FakeServices) -> Path:
    """Write a file that was changed just now, by the fixed clock."""
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), "utf-8")
    now = services.clock.now().timestamp()
    os.utime(path, (now, now))
    return path


def turns(watch: FolderWatch, count: int = 2) -> int:
    return sum(watch.turn() for _ in range(count))


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_file_is_recorded_and_filed_once_two_looks_found_it_alike(services: FakeServices, folder: Path) -> None:
    put(folder, "a.json", ticket(), services)
    watch = FolderWatch(services)
    assert watch.turn() == 0
    assert watch.turn() == 1
    assert names(folder) == {"done/a.json", "done/a.json.report.json"}
    assert len(services.shop.chains["F1"]) == 1
    (report,) = reports(services)
    assert (report.file, report.recorded, report.reason) == ("a.json", 1, "")


def test_a_file_that_is_still_being_written_waits(services: FakeServices, folder: Path) -> None:
    text = json.dumps(ticket())
    put(folder, "a.json", text[:100], services)
    watch = FolderWatch(services)
    assert turns(watch, 5) == 0  # it does not grow, and its end is missing
    put(folder, "a.json", text, services)
    assert watch.turn() == 0
    assert watch.turn() == 1
    assert len(services.shop.chains["F1"]) == 1


@pytest.mark.parametrize("name", ["a.json.tmp", ".a.json", "~a.json", "a.json.part", "a.txt"])
def test_names_of_files_in_the_making_are_left_alone(services: FakeServices, folder: Path, name: str) -> None:
    put(folder, name, ticket(), services)
    assert turns(FolderWatch(services), 3) == 0
    assert names(folder) == {name}


def test_a_file_without_an_end_is_refused_after_a_minute(services: FakeServices, folder: Path) -> None:
    put(folder, "a.json", '{"till": "F1", "mail_to": ["passant@example.org"', services)
    watch = FolderWatch(services)
    assert turns(watch) == 0
    services.clock.advance(seconds=61)
    assert turns(watch) == 1
    (report,) = reports(services)
    assert (report.reason, report.line) == ("json", 1)
    assert ADDRESS not in (folder / "refused" / "a.json").read_text("utf-8")


def test_a_bad_ticket_is_refused_whole_with_line_and_reason_and_can_be_tried_again(
    services: FakeServices, folder: Path
) -> None:
    bad = json.dumps([ticket(1), ticket(2, total="999.00")], indent=1)
    put(folder, "a.json", bad, services)
    watch = FolderWatch(services)
    assert turns(watch) == 1
    assert names(folder) == {"refused/a.json", "refused/a.json.report.json"}
    assert services.shop.chains["F1"] == []
    (report,) = reports(services)
    assert (report.reason, report.where) == ("total_differs", "[2].total")
    assert '"999.00"' in bad.splitlines()[report.line - 1]
    retry_refused("a.json", services)
    assert names(folder) == {"a.json"}
    assert turns(watch) == 1
    assert names(folder) == {"refused/a.json", "refused/a.json.report.json"}


def test_the_same_file_twice_adds_nothing_and_another_content_is_refused(services: FakeServices, folder: Path) -> None:
    watch = FolderWatch(services)
    for name in ("a.json", "b.json"):
        put(folder, name, ticket(), services)
        turns(watch)
    put(folder, "a.json", ticket(customer={"code": "X", "name": "Other"}), services)
    turns(watch)
    assert len(services.shop.chains["F1"]) == 1
    assert {(report.recorded, report.known, report.reason) for report in reports(services)} == {
        (1, 0, ""),
        (0, 1, ""),
        (0, 0, "other_content"),
    }


def test_what_asks_for_mailing_goes_through_the_outbox_once_and_the_address_is_not_filed(
    services: FakeServices, folder: Path
) -> None:
    watch = FolderWatch(services)
    for name in ("a.json", "b.json"):
        put(folder, name, ticket(mail_to=[ADDRESS]), services)
        turns(watch)
    (mail,) = services.outbox.waiting([MailState.QUEUED])
    assert (mail.recipients, mail.user, mail.ticket_key) == ((ADDRESS,), "Zoé", "F1-1")
    assert [report.mailed for report in reports(services)].count(1) == 1
    filed = [path for path in folder.rglob("*") if path.is_file()]
    assert filed
    assert [path for path in filed if ADDRESS in path.read_text("utf-8")] == []


def test_without_anybody_who_mails_that_is_said_and_the_ticket_is_recorded_all_the_same(
    services: FakeServices, folder: Path
) -> None:
    save_watched_folder(WatchedFolder(str(folder), ""), services)
    put(folder, "a.json", ticket(mail_to=[ADDRESS]), services)
    turns(FolderWatch(services))
    (report,) = reports(services)
    assert (report.recorded, report.mailed, report.mail_problem) == (1, 0, "no_user")


def test_with_a_closed_gate_nothing_is_mailed_and_the_report_says_so(services: FakeServices, folder: Path) -> None:
    services.settings.save_sender_profile(a_sender())
    put(folder, "a.json", ticket(mail_to=[ADDRESS]), services)
    turns(FolderWatch(services))
    (report,) = reports(services)
    assert (report.recorded, report.mailed, report.mail_problem) == (1, 0, SenderNotTestedError.cause)
    assert services.outbox.waiting(list(MailState)) == []


def test_a_crash_after_the_pick_up_is_made_good_at_the_next_turn(services: FakeServices, folder: Path) -> None:
    put(folder / "taken", "a.json", ticket(mail_to=[ADDRESS]), services)
    FolderWatch(services).turn()
    assert names(folder) == {"done/a.json", "done/a.json.report.json"}
    assert len(services.shop.chains["F1"]) == 1
    assert len(services.outbox.waiting([MailState.QUEUED])) == 1


def test_a_folder_that_is_not_there_or_inside_the_shop_is_refused(services: FakeServices, tmp_path: Path) -> None:
    inside = services.data_dir / "x"
    inside.mkdir(parents=True)
    for folder in (str(tmp_path / "nowhere"), "relative", str(inside)):
        with pytest.raises(InvalidInputError):
            save_watched_folder(WatchedFolder(folder), services)
    save_watched_folder(WatchedFolder(), services)
    assert watched_folder(services) == WatchedFolder()
    assert FolderWatch(services).turn() == 0
