"""Gather what support needs to know of this installation, and the licences of what it is made of."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import Distribution, distributions
from pathlib import Path

from backend import VERSION
from backend.adapters.folder_place import place_warnings
from backend.adapters.logs import LOG_NAME, redact
from backend.adapters.secrets.choose import read_choice
from backend.adapters.stores.records.schema import VERSIONS
from backend.adapters.stores.settings.database import FORMAT
from backend.domain.diagnosis import Diagnosis, Library
from backend.domain.errors import FacteurError
from backend.ports import Services

_LOG_LINES = 60
_LIBRARIES = (
    *("flask", "waitress", "sqlalchemy", "alembic", "tinydb", "keyring", "cryptography", "pywebview", "pyside6"),
    *("pdfkit", "pypdfium2", "lxml", "oauthlib", "dnspython", "email-validator", "argon2-cffi", "filelock", "babel"),
)


def diagnose(services: Services) -> Diagnosis:
    """Return the diagnosis; a part that fails is one of its facts."""
    folder = services.data_dir
    facts = {
        "program": (
            ("Facteur", VERSION),
            ("packaged", "yes" if getattr(sys, "frozen", False) else "no"),
            ("Python", platform.python_version()),
            ("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
            ("training", "yes" if services.training else "no"),
        ),
        "data folder": (
            ("folder", _without_home(str(folder))),
            ("lies on", ", ".join(place_warnings(folder)) or "this PC"),
            ("free", _said(lambda: f"{shutil.disk_usage(folder).free // 1_000_000} MB")),
        ),
        "stores": (
            ("records", _said(lambda: _records(folder / "records.sqlite3"))),
            ("schema of this version", VERSIONS[-1]),
            ("settings format of this version", str(FORMAT)),
            ("damaged files", _said(lambda: _damaged(services))),
            ("tickets", _said(lambda: str(services.restoring.current().ticket_count))),
            ("mails not left", _said(lambda: str(services.restoring.current().waiting))),
            ("backups", _said(lambda: str(len(services.backups.automatic())))),
            ("passwords", _said(lambda: _secrets(folder))),
        ),
        "PDF": (("engine", _said(lambda: _engine(services))),),
        "libraries": tuple((library.name, library.version) for library in libraries() if library.name in _LIBRARIES),
    }
    return Diagnosis(facts, tuple(_log_lines(folder)))


def libraries() -> list[Library]:
    """Return what is installed of Python, by name."""
    found = {str(each.name).lower(): each for each in distributions() if each.name}
    return [Library(name, found[name].version, _licence(found[name])) for name in sorted(found)]


def licence_texts(program: Path) -> str:
    """Return the list of licences that a built program has beside it, "" where it was not built."""
    listing = program / "licences" / "LICENCES.txt"
    try:
        return listing.read_text("utf-8")
    except OSError:
        return ""


def _licence(found: Distribution) -> str:
    fields = {name: str(value) for name, value in found.metadata.json.items()}
    said = fields.get("license_expression") or fields.get("license") or ""
    if said and "\n" not in said and len(said) < 80:
        return said
    named = [line.rpartition(" :: ")[2] for line in found.metadata.get_all("Classifier") or [] if "License ::" in line]
    return ", ".join(named)


def _records(path: Path) -> str:
    if not path.exists():
        return "none yet"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as records:
        (version,) = records.execute("SELECT version_num FROM alembic_version").fetchone()
    return f"schema {version}, {path.stat().st_size // 1000} kB"


def _damaged(services: Services) -> str:
    return ", ".join(path.name for path in services.settings.damaged_files()) or "none"


def _secrets(folder: Path) -> str:
    choice = read_choice(folder)  # asking the store itself would choose one
    return f"{choice.store} {choice.backend}".rstrip() if choice else "not chosen yet"


def _engine(services: Services) -> str:
    engine = services.pdf_engine.describe()
    return f"{engine.id} {engine.version} ({_without_home(engine.program)})"


def _log_lines(folder: Path) -> list[str]:
    try:
        lines = (folder / "logs" / LOG_NAME).read_text("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [_without_home(redact(line)) for line in lines[-_LOG_LINES:]]


def _said(find: Callable[[], str]) -> str:
    try:
        return redact(find())
    except FacteurError as error:
        return f"failed: {error.cause_code} {getattr(error, 'reason', '')}".rstrip()
    except (OSError, sqlite3.Error, TypeError) as error:
        return f"failed: {type(error).__name__}"


def _without_home(text: str) -> str:
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    return text.replace(home, "~") if len(home) > 1 else text
