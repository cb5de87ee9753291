"""Ticket layouts: the built-in ones, as they were changed, then the shop's own."""

from __future__ import annotations

from datetime import datetime

from tinydb import where

from backend.adapters.stores.settings.database import SettingsFile
from backend.domain.ticket_layout import (
    BUILT_IN_LAYOUTS,
    LayoutVersion,
    TicketLayout,
    layout_content,
    layout_from_content,
)


def read_layouts(file: SettingsFile) -> tuple[TicketLayout, ...]:
    """Return the built-in layouts in their order, changed or not, then the shop's own as they were made."""
    saved = {layout.id: layout for layout in map(layout_from_content, file.read().table("ticket_layouts").all())}
    return tuple(({layout.id: layout for layout in BUILT_IN_LAYOUTS} | saved).values())


def write_layout(file: SettingsFile, layout: TicketLayout) -> None:
    """Replace a layout where it stands, or add it at the end."""
    with file.change() as database:
        table = database.table("ticket_layouts")
        if not table.update(layout_content(layout), where("id") == layout.id):
            table.insert(layout_content(layout))


def remove_layout(file: SettingsFile, layout_id: str) -> None:
    """Forget what was saved of a layout: a built-in one is then as it came, another one is gone."""
    with file.change() as database:
        database.table("ticket_layouts").remove(where("id") == layout_id)


def read_versions(file: SettingsFile, layout_id: str) -> tuple[LayoutVersion, ...]:
    """Return the earlier versions of a layout, oldest first."""
    found = file.read().table("layout_versions").search(where("layout")["id"] == layout_id)
    return tuple(
        LayoutVersion(layout_from_content(version["layout"]), datetime.fromisoformat(version["until"]))
        for version in found
    )


def append_version(file: SettingsFile, version: LayoutVersion) -> None:
    """Add an earlier version of a layout."""
    with file.change() as database:
        document = {"layout": layout_content(version.layout), "until": version.until.isoformat()}
        database.table("layout_versions").insert(document)
