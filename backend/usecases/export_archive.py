"""Write the archive of a year (PRODUCT A4): tickets and closings in an open format, each line with its hashes.

A zip of JSON Lines (one record a line, UTF-8) with `SHA256SUMS`, readable without Facteur; to be kept six years
(LPF L102 B).
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from backend.domain.canonical import canonical_text
from backend.domain.closing import RecordedClosing
from backend.domain.closing_chain import closing_content
from backend.domain.errors import StorageError
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_chain import ticket_content
from backend.ports import Services

READ_ME = """\
Archive des tickets de caisse de {company}, {first} - {last}, écrite par Facteur.
tickets.jsonl : un ticket par ligne, dans l'ordre de la chaîne de chaque caisse.
closings.jsonl : une clôture (jour, mois, année) par ligne.
Montants en centimes, TTC sauf net_amount et vat_amount ; dates ISO 8601 ; taux en pour cent.
content_sha256 = SHA-256 du JSON canonique de "content" (clés triées, sans espaces, UTF-8).
chain_sha256 = SHA-256 du texte previous_sha256 suivi de content_sha256.
SHA256SUMS : SHA-256 de chaque fichier, à vérifier par « sha256sum -c SHA256SUMS ».

Archive of till tickets, one record a line; amounts in cents. A conserver six ans (LPF, article L102 B).
"""


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """What an archive holds."""

    tickets: int
    closings: int
    size_bytes: int


def export_archive(first: date, last: date, target: Path, services: Services) -> ArchiveReport:
    """Write the tickets issued and the periods closed between two days, both included, to a new zip file, durably.

    Raises StorageError(path, "exists") rather than replace a file.
    """
    partial = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise StorageError(str(target), "exists")
        with ZipFile(partial, "w", ZIP_DEFLATED) as archive:
            writer = _Writer(archive)
            tickets = writer.lines("tickets.jsonl", _ticket_lines(services, first, last))
            closings = writer.lines("closings.jsonl", map(_closing_line, services.closings.between(first, last)))
            company = services.settings.company()
            read_me = READ_ME.format(company=company.name if company else "", first=first, last=last)
            writer.text("LISEZ-MOI.txt", read_me)
            writer.text("SHA256SUMS", "".join(f"{digest}  {name}\n" for name, digest in writer.digests.items()))
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
        return ArchiveReport(tickets, closings, target.stat().st_size)
    except OSError as error:
        raise StorageError(str(target), _reason(error)) from error
    finally:
        partial.unlink(missing_ok=True)


class _Writer:
    """Writes files into a zip and notes the SHA-256 of each."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    def lines(self, name: str, records: Iterable[Mapping[str, Any]]) -> int:
        """Write one record a line as it comes; return how many."""
        count, digest = 0, hashlib.sha256()
        with self._archive.open(_member(name), "w", force_zip64=True) as file:
            for record in records:
                line = canonical_text(record).encode() + b"\n"
                file.write(line)
                digest.update(line)
                count += 1
        self.digests[name] = digest.hexdigest()
        return count

    def text(self, name: str, text: str) -> None:
        """Write a text."""
        self._archive.writestr(_member(name), text)
        self.digests[name] = hashlib.sha256(text.encode()).hexdigest()


def _member(name: str) -> ZipInfo:
    member = ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same records give the same file
    member.compress_type = ZIP_DEFLATED
    return member


def _ticket_lines(services: Services, first: date, last: date) -> Iterator[dict[str, Any]]:
    for recorded in services.tickets.between(first, last):
        yield {**_hashes(recorded), "content": ticket_content(recorded.ticket)}


def _closing_line(recorded: RecordedClosing) -> dict[str, Any]:
    return {**_hashes(recorded), "content": closing_content(recorded.closing)}


def _hashes(recorded: RecordedTicket | RecordedClosing) -> dict[str, Any]:
    names = ("position", "content_sha256", "previous_sha256", "chain_sha256")
    return {name: getattr(recorded, name) for name in names}


def _reason(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "read_only"
    return "disk_full" if error.errno == errno.ENOSPC else "io"
