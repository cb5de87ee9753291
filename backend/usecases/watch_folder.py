"""Take the files of a watched folder: each once it is whole, into done or refused, with a report beside it.

Another software writes there at any time. A file is taken once two looks found it alike and its JSON is whole; names
that begin with a dot or end otherwise than .json are still being written. It is moved first, in one step, so that a
crash leaves it either here or taken, where the next turn finds it; a ticket that comes twice adds nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from backend.domain.closing import DayClosedError
from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError, StorageError
from backend.domain.ticket import TicketNumber
from backend.domain.watched_folder import DONE, REFUSED, REPORT_SUFFIX, TAKEN, FileReport, WatchedFolder
from backend.ports import Services
from backend.usecases.import_ticket import ImportReport, import_ticket_file
from backend.usecases.located_json import ImportFileError
from backend.usecases.prepare_sending import prepare_sending, tested_sender_of
from backend.usecases.queue_mail import queue_mail
from backend.usecases.send_mail import cancel_mail

_PREFERENCE = "watched-folder"
_WAIT_FOR_END_S = 60  # a file that ends in the middle of its JSON may still be copied
_REPORTS_MAX = 100
_ANY_ADDRESS = re.compile(r"[^\s\"'<>,;:\[\]]+@[^\s\"'<>,;:\[\]]+")


def watched_folder(services: Services) -> WatchedFolder:
    """Return the folder that is watched."""
    kept = services.settings.preference(_PREFERENCE)
    return WatchedFolder(**json.loads(kept)) if kept else WatchedFolder()


def save_watched_folder(watched: WatchedFolder, services: Services) -> None:
    """Watch another folder, or none.

    Raises InvalidInputError("folder", ...) for one that can't be used, NotFoundError("user", ...).
    """
    if watched.user:
        services.users.find(watched.user)
    if watched.folder:
        folder = Path(watched.folder)
        if not folder.is_absolute() or not folder.is_dir():
            raise InvalidInputError("folder", "folder_missing", watched.folder)
        if services.data_dir.resolve() in (folder.resolve(), *folder.resolve().parents):
            raise InvalidInputError("folder", "folder_of_shop", watched.folder)
        try:
            _make_rooms(folder)
        except StorageError:
            raise InvalidInputError("folder", "folder_read_only", watched.folder) from None
    services.settings.save_preference(_PREFERENCE, json.dumps(asdict(watched), ensure_ascii=False))


class FolderWatch:
    """Looks into the folder at each turn; remembers between turns how each file looked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looks: dict[str, tuple[int, int]] = {}

    def turn(self) -> int:
        """Take what is ready; return how many files. Raises StorageError where the folder can't be used."""
        watched = watched_folder(self._services)
        if not watched.folder:
            return 0
        folder = Path(watched.folder)
        _make_rooms(folder)
        for path in sorted((folder / TAKEN).glob("*.json")):
            _file(path, folder, watched, self._services)  # a crash came between
        count = 0
        for path in self._ready(folder):
            taken = folder / TAKEN / path.name
            try:
                path.replace(taken)
            except OSError:
                continue  # the other software still holds it
            _file(taken, folder, watched, self._services)
            count += 1
        return count

    def _ready(self, folder: Path) -> list[Path]:
        looks: dict[str, tuple[int, int]] = {}
        ready = []
        try:
            paths = sorted(folder.iterdir())
        except OSError as error:
            raise StorageError(str(folder), "io") from error
        for path in paths:
            if path.name.startswith((".", "~")) or path.suffix.casefold() != ".json":
                continue
            try:
                stat = path.stat()
            except OSError:
                continue  # gone again
            looks[path.name] = (stat.st_size, stat.st_mtime_ns)
            same = self._looks.get(path.name) == looks[path.name]
            age_s = self._services.clock.now().timestamp() - stat.st_mtime
            if same and path.is_file() and (age_s > _WAIT_FOR_END_S or _is_whole(path)):
                ready.append(path)
        self._looks = looks
        return ready


def reports(services: Services) -> list[FileReport]:
    """Return what became of the latest files, newest first."""
    folder = watched_folder(services).folder
    if not folder:
        return []
    paths = [path for room in (DONE, REFUSED) for path in (Path(folder) / room).glob(f"*{REPORT_SUFFIX}")]
    found = []
    for path in paths:
        try:
            value = json.loads(path.read_text("utf-8"))
            found.append(FileReport(**{**value, "at": datetime.fromisoformat(value["at"])}))
        except (OSError, ValueError, TypeError, KeyError):
            continue  # somebody else's file
    return sorted(found, key=lambda report: report.at, reverse=True)[:_REPORTS_MAX]


@dataclass(frozen=True, slots=True)
class _Mails:
    mailed: int = 0
    problem: str = ""


def _file(path: Path, folder: Path, watched: WatchedFolder, services: Services) -> None:
    """Import a taken file, mail what asks for it, and file it without the addresses to mail to."""
    now = services.clock.now()
    try:
        report = import_ticket_file(path, services)
    except ImportFileError as error:
        refused = FileReport(path.name, now, line=error.line, where=error.where, reason=error.reason, value=error.value)
        _put_away(path, folder / REFUSED, replace(refused, value=_ANY_ADDRESS.sub("…", refused.value)))
        return
    except DayClosedError as error:
        refused = FileReport(path.name, now, reason=error.cause_code, where=error.till, value=error.day)
        _put_away(path, folder / REFUSED, refused)
        return
    mails = _mail(report, watched.user, services)
    done = FileReport(path.name, now, len(report.recorded), len(report.known), mails.mailed, mail_problem=mails.problem)
    _put_away(path, folder / DONE, done)


def _mail(report: ImportReport, user: str, services: Services) -> _Mails:
    """Put the mails that tickets ask for into the outbox, each once: what the journal knows has been asked before."""
    mailed = 0
    for number, recipients in report.mail_to.items():
        if services.journal.entries(number):
            continue
        if not user:
            return _Mails(mailed, "no_user")
        try:
            tested_sender_of(user, services)
            draft = prepare_sending(TicketNumber.parse(number), "", user, services)
            try:
                services.outbox.save(replace(draft, recipients=recipients))
                queue_mail(draft.id, services)
            except FacteurError:
                cancel_mail(draft.id, services, keep_pdf=False)
                raise
        except FacteurError as error:
            return _Mails(mailed, error.cause_code)
        mailed += 1
    return _Mails(mailed)


def _put_away(path: Path, room: Path, report: FileReport) -> None:
    """Write the file without its `mail_to` and the report beside it, then take the original away."""
    target = _free_name(room / path.name)
    try:
        target.write_text(_without_mail_to(path.read_bytes()), "utf-8")
        value = {**asdict(report), "at": report.at.isoformat(), "file": target.name}
        target.with_name(f"{target.name}{REPORT_SUFFIX}").write_text(
            json.dumps(value, ensure_ascii=False, indent=1), "utf-8"
        )
        path.unlink()
    except OSError as error:
        raise StorageError(str(room), "io") from error


def _without_mail_to(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return _ANY_ADDRESS.sub("…", text)  # what can't be read may hold an address anywhere
    tickets = value if isinstance(value, list) else [value]
    for ticket in tickets:
        if isinstance(ticket, dict):
            ticket.pop("mail_to", None)
    return json.dumps(value, ensure_ascii=False, indent=1)


def _free_name(target: Path) -> Path:
    place = 1
    free = target
    while free.exists():
        place += 1
        free = target.with_name(f"{target.stem}-{place}{target.suffix}")
    return free


def _is_whole(path: Path) -> bool:
    try:
        json.loads(path.read_bytes())
    except OSError:
        return False
    except (ValueError, RecursionError):
        return False
    return True


def _make_rooms(folder: Path) -> None:
    try:
        for room in (TAKEN, DONE, REFUSED):
            (folder / room).mkdir(exist_ok=True)
    except OSError as error:
        raise StorageError(str(folder), "io") from error


def retry_refused(name: str, services: Services) -> None:
    """Put a refused file back to be taken again; raises NotFoundError."""
    folder = Path(watched_folder(services).folder or ".")
    refused = folder / REFUSED / Path(name).name
    if not watched_folder(services).folder or not refused.is_file():
        raise NotFoundError("file", name)
    try:
        refused.replace(_free_name(folder / refused.name))
        refused.with_name(f"{refused.name}{REPORT_SUFFIX}").unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(str(folder), "io") from error
