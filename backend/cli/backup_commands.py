"""`backup FILE`, `restore FILE`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask_babel import gettext as _
from flask_babel import ngettext

from backend.cli.context import Start, emit, json_option

if TYPE_CHECKING:
    from backend.usecases.restore_backup import RestorePreview

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@file_argument
@json_option
@click.pass_obj
def backup(start: Start, file: Path) -> None:
    """Write records and settings of the shop to FILE (a zip), also while Facteur works.

    Passwords, PDFs and mails that wait are not in it. FILE must not be there yet.
    """
    from backend.usecases.make_backup import make_backup

    with start.open_shop() as services:
        made = make_backup(file, services)
        lines = [_("The backup is in “%(path)s”.", path=str(made.path))]
        if made.left_out:
            lines.append(
                ngettext(
                    "%(num)s mail that has not left is not in it.",
                    "%(num)s mails that have not left are not in it.",
                    made.left_out,
                )
            )
        answer = {
            "status": "done",
            "file": str(made.path),
            "made_at": made.made_at.isoformat(timespec="seconds"),
            "size": made.size,
            "mails_left_out": made.left_out,
        }
        emit(answer, "\n".join(lines))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--preview", is_flag=True, help="Only look into FILE: what it holds, and what it would replace.")
@json_option
@click.pass_obj
def restore(start: Start, file: Path, preview: bool) -> None:
    """Put the shop back to what the backup FILE holds; no other Facteur may be open on its data folder.

    Before anything is replaced, the backup is unpacked and proved. What it replaces is kept in a folder of its own.
    Passwords are not in a backup: senders whose settings it changes send their test mail once more.
    """
    from backend.usecases.restore_backup import drop_restore, examine_backup, prepare_restore

    with start.open_alone() as services:
        looked = examine_backup(file, services)
        if preview:
            drop_restore(services)
        else:
            prepare_restore(looked.backup.id, services)
        answer = {"status": "examined" if preview else "restored", **_facts(looked)}
        lines = _lines(looked)
    emit(answer, "\n".join(lines))  # once it is done


def _facts(looked: RestorePreview) -> dict[str, Any]:
    return {
        "made_at": looked.backup.made_at.isoformat(timespec="seconds"),
        "program": looked.backup.program,
        "backup": asdict(looked.backup.contents),
        "replaced": asdict(looked.now) if looked.now else None,
        "lost": [asdict(lost) for lost in looked.lost],
    }


def _lines(looked: RestorePreview) -> list[str]:
    from backend.web.backup_words import contents_line, loss_lines

    lines = [_("In the backup: %(contents)s.", contents=contents_line(looked.backup.contents))]
    if looked.now:
        lines.append(_("In the shop until now: %(contents)s.", contents=contents_line(looked.now)))
    return lines + loss_lines(looked)
