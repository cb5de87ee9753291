"""Records as CSV files (RFC 4180): out for a spreadsheet, in again after a look at what would change."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from backend.domain.customer import WALK_IN
from backend.domain.errors import InvalidInputError
from backend.domain.money import plain_number
from backend.domain.record_kind import Record, RecordKind
from backend.ports import Services

FILE_MAX_BYTES = 30_000_000
_FAULTS_MAX = 100
_EXAMPLES = 8
_PAGE = 1_000
# A spreadsheet takes what begins so for a formula (OWASP, CSV injection): an apostrophe before it makes it text.
_FORMULA_STARTS = tuple("=+-@\t\r'")


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong in a line of the file, counted from 1 as an editor shows it."""

    line: int
    error: InvalidInputError


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What a file would bring; with a fault nothing of it is taken."""

    records: tuple[Record, ...]
    new: int
    changed: int
    unchanged: int
    faults: tuple[LineFault, ...]
    examples: tuple[tuple[int, Record, str], ...]  # line, record, new or changed
    unknown_columns: tuple[str, ...]


def export_records(kind: RecordKind, headings: Mapping[str, str], services: Services) -> Iterator[str]:
    """Yield the file by pieces: UTF-8 with a mark for Excel, semicolons, decimal commas; archived records stay out."""
    yield "\ufeff" + _csv_line([headings[field.name] for field in kind.fields])
    offset = 0
    while page := services.records.search(kind.name, limit=_PAGE, offset=offset):
        yield "".join(_csv_line([_guarded(text) for text in kind.texts(record).values()]) for record in page)
        offset += len(page)


def read_records_file(content: bytes, kind: RecordKind, names: Mapping[str, str], services: Services) -> FilePreview:
    """Read a file; `names` are the headings in lower case that stand for a field.

    A column that isn't there leaves its field as it is. Raises InvalidInputError("file", ...) for no such file at all.
    """
    lines = list(_lines(content))
    if not lines:
        raise InvalidInputError("file", "csv_empty")
    headings = [heading.strip() for heading in lines[0][1]]
    columns = [names.get(heading.casefold().replace("’", "'"), "") for heading in headings]
    if kind.key.name not in columns:
        raise InvalidInputError("file", "csv_no_key", ", ".join(headings)[:200])
    twice = next((name for name in columns if name and columns.count(name) > 1), "")
    if twice:
        raise InvalidInputError("file", "csv_column_twice", twice)
    unknown = tuple(heading for heading, name in zip(headings, columns, strict=True) if heading and not name)
    return _Reader(kind, columns, services).preview(lines[1:], unknown)


def import_records(kind: RecordKind, preview: FilePreview, services: Services) -> int:
    """Save all that a file brings, or nothing; return how many records. Raises TillKindError."""
    if preview.faults:
        raise InvalidInputError("file", "csv_faulty")
    services.records.save(kind.name, preview.records)
    return len(preview.records)


class _Reader:
    """Reads the lines of one file against the records that are there."""

    def __init__(self, kind: RecordKind, columns: list[str], services: Services) -> None:
        self._kind = kind
        self._columns = columns
        self._services = services
        self._faults: list[LineFault] = []
        self._seen: dict[str, int] = {}

    def preview(self, lines: list[tuple[int, list[str]]], unknown: tuple[str, ...]) -> FilePreview:
        """Return what the lines bring."""
        given = [(line, self._texts(line, cells)) for line, cells in lines]
        known = self._known([texts for _line, texts in given])
        records: list[Record] = []
        examples: list[tuple[int, Record, str]] = []
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        for line, texts in given:
            record = self._record(line, texts, known)
            if record is None:
                continue
            before = known.get(record.code)
            state = "new" if before is None else "unchanged" if before == record else "changed"
            counts[state] += 1
            if state != "unchanged":
                records.append(record)
                if len(examples) < _EXAMPLES:
                    examples.append((line, record, state))
        return FilePreview(
            tuple(records), **counts, faults=tuple(self._faults), examples=tuple(examples), unknown_columns=unknown
        )

    def _texts(self, line: int, cells: list[str]) -> dict[str, str]:
        if len(cells) > len(self._columns) and any(cell.strip() for cell in cells[len(self._columns) :]):
            self._fault(line, InvalidInputError(self._kind.key.name, "csv_too_many_cells", str(len(cells))))
        return {name: _plain(cell) for name, cell in zip(self._columns, cells, strict=False) if name}

    def _known(self, given: list[dict[str, str]]) -> dict[str, Record]:
        return self._services.records.find_many(self._kind.name, {self._code(texts) for texts in given} - {""})

    def _code(self, texts: Mapping[str, str]) -> str:
        """Return the code that a line names, however it is typed (`5,50` is `5.5`), "" where it names none."""
        try:
            value = self._kind.key.parse(texts.get(self._kind.key.name, ""))
        except InvalidInputError:
            return ""  # said when the line is read
        return plain_number(value) if isinstance(value, Decimal) else str(value)

    def _record(self, line: int, texts: dict[str, str], known: Mapping[str, Record]) -> Record | None:
        key = self._kind.key
        before = known.get(self._code(texts))
        record, faults = self._kind.read({**(self._kind.texts(before) if before else {}), **texts})
        for fault in faults:
            self._fault(line, fault)
        if record is None:
            return None
        if self._kind.name == "customers" and record.code == WALK_IN:
            if before != record:
                self._fault(line, InvalidInputError(key.name, "walk_in_fixed", WALK_IN))
            return None
        if record.code in self._seen:
            self._fault(line, InvalidInputError(key.name, "csv_twice", str(self._seen[record.code])))
            return None
        self._seen[record.code] = line
        return record

    def _fault(self, line: int, error: InvalidInputError) -> None:
        if len(self._faults) < _FAULTS_MAX:
            self._faults.append(LineFault(line, error))


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold anything, with the number of their first line in the file."""
    text = _decoded(content)
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise InvalidInputError("file", "csv_broken", str(start)) from None


def _decoded(content: bytes) -> str:
    """Return the text of a file that a spreadsheet saved: UTF-8, else the Windows code page of western Europe."""
    if len(content) > FILE_MAX_BYTES:
        raise InvalidInputError("file", "csv_too_big", str(FILE_MAX_BYTES // 1_000_000))
    if b"\x00" in content:
        raise InvalidInputError("file", "csv_encoding")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise InvalidInputError("file", "csv_encoding") from None


def _csv_line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
