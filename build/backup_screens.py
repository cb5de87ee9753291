"""Backups and what they put back, for build/screens.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screen import Screen

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _look_into_backup(page: Page) -> None:
    page.locator("td form button").first.click()
    page.locator("#backups-result .banner.ok").wait_for()


def _prepare_restore(page: Page) -> None:
    _look_into_backup(page)
    page.locator(".page-foot .primary").click()
    page.wait_for_url("**/backups/")
    page.locator(".banner.warn").wait_for()


def _drop_restore(page: Page) -> None:
    page.locator(".banner .button").click()
    page.locator(".banner.warn").wait_for(state="detached")


def _refused_backup(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "vacances.zip", "mimeType": "application/zip", "buffer": b"PK no backup"}
    )
    page.locator("#backups-result .banner.bad").wait_for()


BACKUP_SCREENS = (
    Screen("backups-none", "/settings/backups/"),
    Screen("backups", "/settings/backups/", shop="closed"),
    Screen("backup-look", "/settings/backups/", _look_into_backup, shop="closed"),
    Screen("backup-refused", "/settings/backups/", _refused_backup, shop="closed"),
    Screen("backup-waits", "/settings/backups/", _prepare_restore, shop="closed", undo=_drop_restore),
)
