"""`backup FILE`."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _
from flask_babel import ngettext

from backend.cli.context import Start, emit, json_option

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
