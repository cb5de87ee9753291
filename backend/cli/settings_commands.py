"""`settings export | import`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask_babel import gettext as _

from backend.cli.context import Start, emit, json_option
from backend.domain.portable_settings import SettingsSection

if TYPE_CHECKING:
    from backend.usecases.import_settings import SettingsPreview


@click.group()
def settings() -> None:
    """Move the settings of a shop to another PC: company, PDF, mail texts, layouts, senders; never a password."""


@settings.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path, allow_dash=True))
@json_option
@click.pass_obj
def export(start: Start, file: Path) -> None:
    """Write the settings to a new FILE, or to standard output where it is -."""
    from backend.usecases.export_settings import export_settings, portable_settings, save_settings_file

    with start.open_shop() as services:
        if str(file) == "-":
            click.echo(export_settings(services), nl=False)
            return
        save_settings_file(file, services)
        sections = [section.value for section in portable_settings(services).sections]
        emit(
            {"status": "exported", "file": str(file), "sections": sections},
            _("The settings are in “%(path)s”, without any password.", path=str(file)),
        )


@settings.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--only",
    type=click.Choice([section.value for section in SettingsSection]),
    multiple=True,
    help="Take over this part alone; may be given several times.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--accept-program",
    is_flag=True,
    help="Let the program that makes PDFs by this file run on this PC; look at it first.",
)
@json_option
@click.pass_obj
def import_(start: Start, file: Path, only: Sequence[str], dry_run: bool, accept_program: bool) -> None:
    """Take over the settings of FILE: all of them or, where one can't be right, none.

    Each changed sender has to be tested anew: check mail --user NAME. PDF settings make their test PDF first.
    """
    from backend.usecases.import_settings import ALL_SECTIONS, import_settings, preview_settings
    from backend.usecases.read_settings_file import read_settings_file

    sections = [SettingsSection(section) for section in only] or ALL_SECTIONS
    with start.open_shop() as services:
        given = read_settings_file(file)
        preview = preview_settings(given, services, sections)
        if not dry_run:
            accepts = accept_program or _confirmed(preview)
            preview = import_settings(given, services, sections, accepts_programs=accepts)
        emit(_answer(preview, dry_run=dry_run), _lines(preview, dry_run=dry_run))


def _confirmed(preview: SettingsPreview) -> bool:
    """Ask a person at the console whether the programs of the file may run here; nobody else can say so."""
    if not preview.programs or not sys.stdin.isatty():
        return False
    return click.confirm(
        _("This program would make the PDFs on this PC: %(programs)s. May it?", programs="; ".join(preview.programs)),
        err=True,
    )


def _answer(preview: SettingsPreview, *, dry_run: bool) -> dict[str, Any]:
    return {
        "status": "previewed" if dry_run else "imported",
        "changes": [
            {
                "section": change.section.value,
                "name": change.name,
                "kind": change.kind.value,
                "fields": {field.name: {"before": field.before, "after": field.after} for field in change.fields},
            }
            for change in preview.changes
        ],
        "programs": list(preview.programs),
        "to_test": list(preview.to_test),
        "to_sign_in": list(preview.to_sign_in),
    }


def _lines(preview: SettingsPreview, *, dry_run: bool) -> str:
    from backend.web.settings_words import change_lines

    if not preview.changes:
        return str(_("Everything in the file is set like that here already."))
    lines = [line for change in preview.changes for line in change_lines(change)]
    lines += [
        _("PDF program of the file, to be confirmed with --accept-program: %(line)s", line=program)
        for program in preview.programs
        if dry_run
    ]
    lines += [
        _("Give the password of %(user)s anew, or let him sign in: sender set, sender sign-in", user=user)
        for user in preview.to_sign_in
    ]
    lines += [_("Now test it: check mail --user %(user)s", user=user) for user in preview.to_test]
    return "\n".join([*lines, _("Nothing has been changed.") if dry_run else _("The settings are taken over.")])
