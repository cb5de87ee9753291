"""The test PDF by real engines and programs that fail in every way, and folders that take no PDF."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.folder_place import mount_kind
from backend.adapters.pdf.pdf_folder import check_folder
from backend.bootstrap import FolderServices, open_services
from backend.domain.errors import FacteurError
from backend.domain.pdf_settings import PdfSettings
from backend.domain.pdf_test import PdfFolderError, PdfInspection, check_test_pdf
from backend.usecases.save_pdf_settings import PdfNotTestedError, save_pdf_settings
from backend.usecases.test_pdf import make_test_pdf
from backend.usecases.test_sender import TEST_FILE

MOUNTS = "/dev/sda1 / ext4 rw 0 0\nnas:/pdf /mnt/Le\\040NAS nfs4 rw 0 0\n/dev/sdb1 /mnt ext4 rw 0 0\nbroken\n"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[FolderServices]:
    with open_services(tmp_path / "shop", training=False) as opened:
        yield opened


def _program(folder: Path, body: str, mode: int = 0o755) -> PdfSettings:
    script = folder / "print.py"
    script.write_text(f"#!{sys.executable}\nimport os, sys\npage, pdf = sys.argv[1:]\n{body}\n")
    script.chmod(mode)
    return PdfSettings("program", program=(str(script), "{html}", "{pdf}"))


@pytest.mark.wkhtmltopdf
def test_the_built_in_engine_makes_a_test_pdf_that_is_right(services: FolderServices) -> None:
    report = make_test_pdf(services)
    seen = services.inspect_test_pdf(report.path)
    assert seen.bars_mm[0][1] - seen.bars_mm[0][0] == pytest.approx(50, rel=0.01)
    assert seen.foreign_fonts == ()
    assert report.page_count == 1
    assert stat.S_IMODE(report.path.parent.stat().st_mode) == 0o700 or sys.platform == "win32"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("os.abort()", "pdf_died"),
        ("os.kill(os.getpid(), 9)", "pdf_died"),
        ("sys.exit(0)", "pdf_incomplete"),
        ("open(pdf, 'wb').write(b'%PDF-1.4 and no more')", "pdf_incomplete"),
        (f"open(pdf, 'wb').write(open({str(TEST_FILE.path)!r}, 'rb').read()[:-200])", "pdf_incomplete"),
    ],
)
def test_a_program_that_fails_is_named_and_leaves_no_file(
    services: FolderServices, tmp_path: Path, body: str, cause: str
) -> None:
    settings = _program(tmp_path, body)
    with pytest.raises(FacteurError) as failure:
        make_test_pdf(services, settings)
    assert failure.value.cause_code == cause
    assert list(services.pdf_folder.iterdir()) == []
    with pytest.raises(PdfNotTestedError):
        save_pdf_settings(settings, None, services)
    assert services.settings.pdf_settings() == PdfSettings()


def test_a_program_that_is_missing_or_may_not_be_run_is_named(services: FolderServices, tmp_path: Path) -> None:
    for settings in (
        PdfSettings("program", program=(str(tmp_path / "absent"), "{html}", "{pdf}")),
        _program(tmp_path, "", mode=0o644),
    ):
        with pytest.raises(FacteurError) as failure:
            make_test_pdf(services, settings)
        assert failure.value.cause_code == "pdf_engine_missing"


@pytest.mark.wkhtmltopdf
def test_a_pdf_of_something_else_is_not_taken_for_the_test_page(services: FolderServices) -> None:
    seen: PdfInspection = services.inspect_test_pdf(TEST_FILE.path)
    with pytest.raises(FacteurError) as failure:
        check_test_pdf(seen)
    assert failure.value.cause_code == "pdf_test"


def test_a_folder_is_made_tried_and_left_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "à moi" / "PDF"
    report = check_folder(str(folder))
    assert (report.path, report.is_new, report.free_bytes > 0) == (str(folder), True, True)
    (folder / "facture.pdf").write_text("x")
    assert not check_folder(str(folder)).is_new
    assert [entry.name for entry in folder.iterdir()] == ["facture.pdf"]


def test_a_folder_that_takes_no_pdf_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refused = {
        "PDF": "relative",
        "": "relative",
        str(tmp_path / "file"): "file",
        str(tmp_path / "file" / "x"): "absent",
    }
    for folder, reason in refused.items():
        with pytest.raises(PdfFolderError) as failure:
            check_folder(folder)
        assert failure.value.reason == reason, folder


def test_a_place_of_the_kernel_is_no_folder_for_pdfs() -> None:
    for folder in ("/dev/full", "/proc/facteur-pdf"):
        with pytest.raises(PdfFolderError):
            check_folder(folder)


@pytest.mark.parametrize("name", ["OneDrive", "OneDrive - BRICO", "Dropbox", "Nextcloud"])
def test_a_synced_folder_is_recognised_by_its_name(tmp_path: Path, name: str) -> None:
    assert "synced" in check_folder(str(tmp_path / name / "PDF")).warnings


def test_a_network_folder_is_recognised_by_its_mount() -> None:
    kinds = {"/home/x": "ext4", "/mnt/Le NAS/pdf": "nfs4", "/mnt/Le NASE": "ext4", "/mnt": "ext4"}
    assert {place: mount_kind(Path(place), MOUNTS) for place in kinds} == kinds
