"""`shop load`."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import gettext as _

from backend.cli.context import Start, emit, json_option


@click.group()
def shop() -> None:
    """The shop's records."""


@shop.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def load(start: Start, file: Path) -> None:
    """Load company, tills, cashiers, customers, contacts and products from a JSON FILE, whole or not at all."""
    from backend.usecases.load_shop import load_shop

    with start.open_shop() as services:
        counts = load_shop(file, services)
        emit({"status": "loaded", "records": counts}, _("%(count)d records loaded.", count=sum(counts.values())))
