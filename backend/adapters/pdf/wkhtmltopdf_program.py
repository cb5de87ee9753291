"""Where wkhtmltopdf lies on this PC, and the closed world that it runs in."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from backend.adapters.pdf.pc_places import PcPlaces
from backend.domain.pdf_settings import FoundProgram, PdfEngineMissingError

ENGINE: Final = "wkhtmltopdf"
_FONTS = Path(__file__).resolve().parents[3] / "frontend" / "ticket_layouts" / "fonts"
_VERSION_TIMEOUT_S = 10
# What a program needs of its surroundings to start at all; nothing of the user's settings reaches the PDF.
_KEPT_ENVIRONMENT = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "TEMP", "TMP")
_FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <match target="font">
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="hintstyle" mode="assign"><const>hintnone</const></edit>
    <edit name="antialias" mode="assign"><bool>true</bool></edit>
  </match>
</fontconfig>
"""


def find_program(bundle: Path | None = None, pc: PcPlaces | None = None) -> Path:
    """Return the wkhtmltopdf of this PC; raises PdfEngineMissingError."""
    for place in found_places(bundle, pc):
        return place
    raise PdfEngineMissingError(ENGINE, "not found")


def found_places(bundle: Path | None = None, pc: PcPlaces | None = None) -> Iterator[Path]:
    """Give each wkhtmltopdf: beside the program in `bundle`, from PATH, in the usual places of this system."""
    pc = pc or PcPlaces()
    return pc.programs(_places(bundle, pc))


def describe_program(program: Path, cache_dir: Path) -> FoundProgram:
    """Ask a wkhtmltopdf what it is; one that doesn't start has a problem instead of a version."""
    with tempfile.TemporaryDirectory(prefix="facteur-") as home:
        environment = closed_environment(Path(home), cache_dir / "fontconfig")
        try:
            version = program_version(program, environment)
        except PdfEngineMissingError as error:
            return FoundProgram(ENGINE, ENGINE, str(program), problem=error.detail)
    return FoundProgram(ENGINE, ENGINE, str(program), version, is_patched(version))


def is_patched(version: str) -> bool:
    """Tell whether this is the build with its own Qt: `0.12.6 (with patched qt)`."""
    return "with patched qt" in version


def _places(bundle: Path | None, pc: PcPlaces) -> Iterator[Path]:
    name = f"{ENGINE}.exe" if pc.system == "win32" else ENGINE
    if bundle:
        yield from (bundle / ENGINE / name, bundle / ENGINE / "bin" / name)
    yield from pc.on_path((ENGINE,))
    if pc.system == "win32":
        # Its installer writes where it put the program.
        yield from (Path(value) for value in pc.registry(r"Software\wkhtmltopdf", "PdfPath"))
        yield from pc.below(("PROGRAMFILES", "PROGRAMW6432", "PROGRAMFILES(X86)"), ENGINE, "bin", name)
    else:
        folders = ("/usr/bin", "/usr/local/bin", "/opt/wkhtmltox/bin", "/opt/homebrew/bin", "/opt/local/bin")
        yield from (Path(folder, name) for folder in folders)


def program_version(program: Path, environment: dict[str, str]) -> str:
    """Ask the program what it is: `0.12.6 (with patched qt)`; raises PdfEngineMissingError when it doesn't start."""
    try:
        answer = subprocess.run(
            [program, "--version"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_VERSION_TIMEOUT_S,
            check=False,
            creationflags=no_window(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PdfEngineMissingError(ENGINE, str(error)) from error
    found = re.search(rb"wkhtmltopdf\s+(\d[^\r\n]*)", answer.stdout)
    if not found:
        words = (answer.stderr or answer.stdout).decode(errors="replace").strip()
        raise PdfEngineMissingError(ENGINE, f"exit code {answer.returncode}: {words[-500:]}")
    return found[1].decode(errors="replace").strip()


def closed_environment(home: Path, font_cache: Path) -> dict[str, str]:
    """Return the environment of the program: shipped fonts only, no display, no home but `home`.

    Writes `fonts.conf` into `home`; raises OSError. A font of the page itself (@font-face) would come out as
    outlines, without text.
    """
    configuration = home / "fonts.conf"
    text = _FONTS_CONF.format(fonts=escape(str(_FONTS)), cache=escape(str(font_cache)))
    configuration.write_text(text, encoding="utf-8")
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {
        "FONTCONFIG_FILE": str(configuration),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "QT_HASH_SEED": "0",  # the same page gives the same bytes
        "QT_QPA_PLATFORM": "offscreen",  # xcb without a display aborts
        "TZ": "UTC",
        "XDG_RUNTIME_DIR": str(home),
    }


def no_window() -> int:
    """Return the creation flags that keep a console window from flashing up on Windows."""
    return getattr(subprocess, "CREATE_NO_WINDOW", 0)
