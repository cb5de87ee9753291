"""PDF settings (Paramétrage PDF): engine and folder, and what can go wrong in making a PDF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from backend.domain.errors import FacteurError, InvalidInputError, NotReadyError

EngineKind = Literal["wkhtmltopdf", "browser", "program"]
ENGINE_KINDS: tuple[EngineKind, ...] = get_args(EngineKind)
PAGE_PLACE, PDF_PLACE, WIDTH_PLACE = "{html}", "{pdf}", "{width_mm}"
_PLACE = re.compile(r"\{[^{}]*\}")
_ARGUMENTS_MAX = 50
_ARGUMENT_LETTERS_MAX = 1000


@dataclass(frozen=True, slots=True)
class PdfSettings:
    """The engine in force and the folder ("" is the default one).

    `wkhtmltopdf` and `browser` are paths of these programs, "" finds one; `program` are the arguments of another
    program (see `checked_arguments`). `open_each_pdf` is for other documents: ticket mails ignore it (PRODUCT C2).
    """

    engine: EngineKind = "wkhtmltopdf"
    folder: str = ""
    wkhtmltopdf: str = ""
    browser: str = ""
    program: tuple[str, ...] = ()
    open_each_pdf: bool = False


def checked_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments of another PDF program: its name or full path first, then as it is called, without a shell.

    `{html}` stands for the page's file and `{pdf}` for the file to make; both are needed. `{width_mm}` may be used.
    Raises InvalidInputError("pdf_program", ...): program_missing, program_place_missing, program_place_unknown,
    program_too_long, control_character.
    """
    where = "pdf_program"
    checked = tuple(argument.strip() for argument in arguments if argument.strip())
    if not checked or _PLACE.search(checked[0]):
        raise InvalidInputError(where, "program_missing")
    if len(checked) > _ARGUMENTS_MAX or any(len(argument) > _ARGUMENT_LETTERS_MAX for argument in checked):
        raise InvalidInputError(where, "program_too_long", str(_ARGUMENTS_MAX))
    if not all(argument.isprintable() for argument in checked):
        raise InvalidInputError(where, "control_character")
    places = [place for argument in checked for place in _PLACE.findall(argument)]
    for place in places:
        if place not in {PAGE_PLACE, PDF_PLACE, WIDTH_PLACE}:
            raise InvalidInputError(where, "program_place_unknown", place)
    for place in (PAGE_PLACE, PDF_PLACE):
        if place not in places:
            raise InvalidInputError(where, "program_place_missing", place)
    return checked


def filled_arguments(arguments: Sequence[str], *, page: str, pdf: str, width_mm: int) -> list[str]:
    """Return checked arguments with their places filled; what is filled in is never searched for places again."""
    values = {PAGE_PLACE: page, PDF_PLACE: pdf, WIDTH_PLACE: str(width_mm)}
    return [_PLACE.sub(lambda place: values[place[0]], argument) for argument in arguments]


@dataclass(frozen=True, slots=True)
class PageFormat:
    """The page asked of an engine: `height_mm` None means one page fitted to its content, up to 5,000 mm.

    `bottom_margin_mm` stays free at the top as well, and on every page; side margins belong to the layout.
    """

    width_mm: int
    height_mm: int | None = None
    bottom_margin_mm: float = 4.7


@dataclass(frozen=True, slots=True)
class EngineDescription:
    """What an engine says of itself, for people: `program` is a path, `name` is `Chromium`, `wkhtmltopdf`...

    `patched` tells which build of wkhtmltopdf it is; None for every other program.
    """

    id: EngineKind
    program: str
    version: str
    name: str = ""
    patched: bool | None = None


@dataclass(frozen=True, slots=True)
class FoundProgram:
    """A program on this PC that could be an engine; with a `problem` (technical) it doesn't start."""

    engine: EngineKind
    name: str
    path: str
    version: str = ""
    patched: bool | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class TicketPdf:
    """A finished, checked PDF in a folder of its own."""

    path: Path
    sha256: str
    size_bytes: int
    page_count: int


@dataclass(eq=False)
class PdfFailure(FacteurError):  # noqa: N818 - named like MailFailure
    """No PDF could be made; `reason` is hung, died, incomplete, unwritable, disk_full, too_big or refused."""

    cause = "pdf_failed"
    reason: str
    engine: str = "wkhtmltopdf"
    detail: str = ""

    @property
    def cause_code(self) -> str:
        """Return `pdf_hung`, `pdf_died`..."""
        return f"pdf_{self.reason}"


@dataclass(eq=False)
class PdfEngineMissingError(NotReadyError):
    """The chosen engine isn't on this PC, or doesn't start."""

    cause = "pdf_engine_missing"
    engine: str
    detail: str = ""
