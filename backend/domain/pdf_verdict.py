"""What can be said of a PDF that somebody shows (Vérifier un ticket, PRODUCT F5)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.errors import InvalidInputError
from backend.domain.outgoing_mail import JournalEntry
from backend.domain.ticket import TicketNumber

# As the foot of every layout prints it: `C1-4 · 0f3a 77b2 19cd e604`; readers put spaces and lines where they like.
_SEAL = re.compile(r"(?<![A-Z0-9])([A-Z0-9]{1,8}\s*-\s*\d{1,9})\s*·\s*((?:[0-9a-f]\s*){16})(?![0-9a-f])")
_ISSUES = frozenset({"mailed", "printed", "saved"})


class PdfStanding(StrEnum):
    """Genuine: these very bytes were made here; altered: only number or seal are known; unknown: neither."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PdfVerdict:
    """The standing of a PDF with this hex SHA-256; `entries` are the journal's lines on it, oldest first.

    `seal_fits` tells of an altered one whether the seal that it bears is that of its ticket.
    """

    standing: PdfStanding
    sha256: str
    ticket: TicketNumber | None = None
    entries: tuple[JournalEntry, ...] = ()
    seal_fits: bool = False

    @property
    def issues(self) -> tuple[JournalEntry, ...]:
        """Return how this PDF reached somebody, oldest first; where it never did, what became of it last."""
        return tuple(entry for entry in self.entries if entry.event in _ISSUES) or self.entries[-1:]


def printed_seals(text: str) -> Sequence[tuple[TicketNumber, str]]:
    """Return each ticket number with the 16 hex digits behind it that a text bears, the last one first."""
    found = []
    for number, digits in _SEAL.findall(text):
        try:
            found.append((TicketNumber.parse(_squeezed(number)), _squeezed(digits)))
        except InvalidInputError:
            continue
    return found[::-1]


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
