"""Where PDF engines lie on Windows, macOS and Linux: a PC of each is described, none is needed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from backend.adapters.pdf.browser_places import browser_name, browser_version, find_browser, found_browsers
from backend.adapters.pdf.pc_places import PcPlaces, registry_value
from backend.adapters.pdf.wkhtmltopdf_program import find_program, found_places, is_patched
from backend.domain.pdf_settings import PdfEngineMissingError

APP_PATHS = r"Software\Microsoft\Windows\CurrentVersion\App Paths"


def a_pc(
    system: str,
    programs: set[Path],
    *,
    environment: Mapping[str, str] | None = None,
    registry: Mapping[tuple[str, str], list[str]] | None = None,
    path: Mapping[str, str] | None = None,
) -> PcPlaces:
    return PcPlaces(
        system=system,
        environment=environment or {},
        which=(path or {}).get,
        is_program=programs.__contains__,
        registry=lambda key, name: (registry or {}).get((key, name), []),
    )


def test_windows_says_where_edge_is() -> None:
    edge = Path(r"D:\Browsers\msedge.exe")
    registry = {(rf"{APP_PATHS}\msedge.exe", ""): [f'"{edge}"']}
    assert find_browser(a_pc("win32", {edge}, registry=registry)) == edge


def test_a_registry_entry_of_a_browser_that_is_gone_is_passed_over() -> None:
    chrome = Path("/c/Program Files", "Google", "Chrome", "Application", "chrome.exe")
    registry = {(rf"{APP_PATHS}\chrome.exe", ""): [r"C:\gone\chrome.exe"]}
    pc = a_pc("win32", {chrome}, registry=registry, environment={"PROGRAMFILES": "/c/Program Files"})
    assert find_browser(pc) == chrome


def test_a_browser_of_this_user_alone_is_found_and_edge_comes_first() -> None:
    local, both = "/c/Users/Zoé/AppData/Local", "/c/Program Files (x86)"
    chromium = Path(local, "Chromium", "Application", "chrome.exe")
    edge = Path(both, "Microsoft", "Edge", "Application", "msedge.exe")
    pc = a_pc("win32", {chromium, edge}, environment={"LOCALAPPDATA": local, "PROGRAMFILES(X86)": both})
    assert [(found.name, found.path) for found in found_browsers(pc)] == [
        ("Microsoft Edge", str(edge)),
        ("Chromium", str(chromium)),
    ]


def test_a_mac_has_its_browsers_in_applications() -> None:
    chrome = Path("/Users/zoe/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    assert find_browser(a_pc("darwin", {chrome}, environment={"HOME": "/Users/zoe"})) == chrome


def test_linux_finds_browsers_on_the_path_and_each_once(tmp_path: Path) -> None:
    real = tmp_path / "chrome"
    real.touch()
    for name in ("google-chrome", "google-chrome-stable"):
        (tmp_path / name).symlink_to(real)
    path = {name: str(tmp_path / name) for name in ("google-chrome", "google-chrome-stable")}
    found = found_browsers(a_pc("linux", {Path(place) for place in path.values()}, path=path))
    assert [program.path for program in found] == [path["google-chrome"]]


@pytest.mark.parametrize("system", ["win32", "darwin", "linux"])
def test_no_browser_and_no_wkhtmltopdf_are_missing(system: str) -> None:
    with pytest.raises(PdfEngineMissingError) as caught:
        find_browser(a_pc(system, set()))
    assert caught.value.engine == "browser"
    with pytest.raises(PdfEngineMissingError) as caught:
        find_program(pc=a_pc(system, set()))
    assert caught.value.engine == "wkhtmltopdf"


def test_the_version_of_a_windows_browser_is_the_name_of_a_folder_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("99.0.1.2", "156.0.8078.79", "Dictionaries", "1.x.y.z"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("sys.platform", "win32")
    assert browser_version(tmp_path / "msedge.exe") == "156.0.8078.79"


def test_the_version_of_a_mac_browser_stands_in_its_property_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "Contents" / "MacOS" / "Chromium"
    program.parent.mkdir(parents=True)
    monkeypatch.setattr("sys.platform", "darwin")
    assert browser_version(program) == ""
    plist = '<plist version="1.0"><dict><key>CFBundleShortVersionString</key><string>156.0.1</string></dict></plist>'
    (tmp_path / "Contents" / "Info.plist").write_text(f'<?xml version="1.0" encoding="UTF-8"?>{plist}', "utf-8")
    assert browser_version(program) == "156.0.1"


def test_browsers_are_called_by_their_names() -> None:
    assert browser_name(Path("/opt/microsoft/msedge/msedge")) == "Microsoft Edge"
    assert browser_name(Path("/usr/bin/google-chrome")) == "Google Chrome"
    assert browser_name(Path("/usr/bin/chromium")) == "Chromium"
    assert browser_name(Path("/opt/vivaldi/vivaldi")) == "vivaldi"


def test_a_bundled_wkhtmltopdf_goes_before_the_one_of_the_pc() -> None:
    bundled, on_path = Path("/opt/facteur/wkhtmltopdf/wkhtmltopdf"), Path("/usr/bin/wkhtmltopdf")
    pc = a_pc("linux", {bundled, on_path}, path={"wkhtmltopdf": str(on_path)})
    assert list(found_places(Path("/opt/facteur"), pc)) == [bundled, on_path]
    assert find_program(Path("/elsewhere"), pc) == on_path


def test_windows_says_where_wkhtmltopdf_was_installed() -> None:
    installed = Path(r"D:\wkhtmltopdf\bin\wkhtmltopdf.exe")
    registry = {(r"Software\wkhtmltopdf", "PdfPath"): [str(installed)]}
    assert find_program(pc=a_pc("win32", {installed}, registry=registry)) == installed
    usual = Path("/c/Program Files", "wkhtmltopdf", "bin", "wkhtmltopdf.exe")
    assert find_program(pc=a_pc("win32", {usual}, environment={"PROGRAMW6432": "/c/Program Files"})) == usual


def test_the_patched_build_says_so() -> None:
    assert is_patched("0.12.6 (with patched qt)")
    assert not is_patched("0.12.6")


def test_there_is_no_registry_but_on_windows() -> None:
    assert registry_value(r"Software\wkhtmltopdf", "PdfPath") == []
