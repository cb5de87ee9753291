"""Bring the records' schema up to date with Alembic; imported only when it is old."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Alembic keeps the running migration in globals of its own: one at a time in this process, whatever the database.
_ALEMBIC = Lock()
MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(engine: Engine, version: str = "head") -> None:
    """Run the missing migrations, all in one transaction; a crash leaves the old schema."""
    with _ALEMBIC, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, version)
