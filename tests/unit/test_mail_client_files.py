"""The copies that mail programs read: where they lie, how they are called, and when they are forgotten."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from backend.adapters.mail.handed_over_files import KEEP_S, HandedOverFiles, plain_name
from backend.domain.errors import NotFoundError
from backend.domain.outgoing_mail import Attachment


@pytest.fixture
def pdf(tmp_path: Path) -> Attachment:
    path = tmp_path / "C1-4-CAFÉ, l'été.pdf"
    path.write_bytes(b"%PDF-1.4\n%%EOF\n")
    return Attachment(path.name, path, "application/pdf")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "handed-over"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("C1-4-BRICO.pdf", "C1-4-BRICO.pdf"),
        ("C1-4-CAFÉ, l'été=1.pdf", "C1-4-CAFE-l-ete-1.pdf"),
        ("..\\..\\évasion.pdf", "evasion.pdf"),
        ("../évasion.pdf", "evasion.pdf"),
        ("Ресторан.pdf", "file.pdf"),
        ("-rf", "rf"),
        (".pdf", "file.pdf"),
        ("x" * 200 + ".pdf", "x" * 60 + ".pdf"),
    ],
)
def test_a_copy_has_a_name_that_every_mail_program_reads(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_the_copies_are_only_for_this_account_and_keep_their_names_for_people(pdf: Attachment, folder: Path) -> None:
    files = HandedOverFiles(folder)
    first, second = files.copy([pdf, pdf])
    assert first.name == second.name == "C1-4-CAFÉ, l'été.pdf"
    assert (first.path.name, second.path.name) == ("C1-4-CAFE-l-ete.pdf", "2-C1-4-CAFE-l-ete.pdf")
    assert first.path.read_bytes() == second.path.read_bytes() == pdf.path.read_bytes()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files.close()


def test_a_vanished_file_leaves_nothing_behind(pdf: Attachment, folder: Path) -> None:
    files = HandedOverFiles(folder)
    missing = Attachment("plan.pdf", folder / "plan.pdf")
    with pytest.raises(NotFoundError):
        files.copy([pdf, missing])
    assert not [path for path in folder.rglob("*") if path.suffix == ".pdf"]
    files.close()


def test_the_copies_outlive_their_program_until_the_next_start(pdf: Attachment, folder: Path) -> None:
    files = HandedOverFiles(folder)
    (copy,) = files.copy([pdf])
    files.close()
    assert copy.path.exists()
    assert HandedOverFiles(folder).forget() == 1
    assert list(folder.iterdir()) == []


def test_the_copies_of_a_program_that_still_runs_stay(pdf: Attachment, folder: Path) -> None:
    running, starting = HandedOverFiles(folder), HandedOverFiles(folder)
    (copy,) = running.copy([pdf])
    (own,) = starting.copy([pdf])
    assert starting.forget() == 0
    assert copy.path.exists()
    assert own.path.exists()
    running.close()
    starting.close()


def test_after_a_day_a_copy_is_forgotten_with_the_next_mail(pdf: Attachment, folder: Path) -> None:
    files = HandedOverFiles(folder)
    (old,) = files.copy([pdf])
    yesterday = time.time() - KEEP_S - 60
    os.utime(old.path.parent, (yesterday, yesterday))
    (new,) = files.copy([pdf])
    assert not old.path.exists()
    assert new.path.exists()
    files.close()


def test_where_nothing_was_handed_over_there_is_no_folder(folder: Path) -> None:
    files = HandedOverFiles(folder)
    assert files.forget() == 0
    files.close()
    assert not folder.exists()
