"""The folder where another till software puts its tickets, and what became of each file (PRODUCT A5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Below the watched folder.
TAKEN, DONE, REFUSED = "taken", "done", "refused"
REPORT_SUFFIX = ".report.json"


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """The folder ("" where none is watched), and the user who mails what asks for it ("" nobody)."""

    folder: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file: how many tickets it brought, or the line, place and reason of its refusal."""

    file: str
    at: datetime
    recorded: int = 0
    known: int = 0
    mailed: int = 0  # put into the outbox
    mail_problem: str = ""  # a cause code
    line: int = 0
    where: str = ""
    reason: str = ""  # of the refusal, "" where it was taken
    value: str = ""
