"""The pages of settings that are typed, kept and moved: sender settings with their dialogs, settings as a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from screen import Screen, refused

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Of another shop: what differs from the sample one is shown.
MOVED = {
    "format": "facteur-settings",
    "version": 1,
    "company": {"name": "BRICO", "address": ["4 place Darcy"], "postal_code": "21200", "city": "Beaune"},
    "pdf": {"engine": "browser", "browser": "/opt/navigateur/chrome"},
    "mail_texts": [
        {"document_type": "ticket", "subject": "Merci de votre visite", "body": "Bonjour,\n\nVotre ticket est joint."}
    ],
    "layouts": [{"id": "etroit", "name": "Étroit", "paper": "58mm", "footer": "À bientôt"}],
    "senders": [
        {"user": "DUPOND", "email": "caisse@brico.example", "host": "ssl0.ovh.net", "port": 465, "security": "tls"},
        {"user": "PAUL", "email": "paul@brico.example", "host": "ssl0.ovh.net", "port": 465, "security": "tls"},
    ],
}


def _give(page: Page, text: str) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "Facteur-BRICO-2026-11-24.json", "mimeType": "application/json", "buffer": text.encode()}
    )


def _review(page: Page) -> None:
    _give(page, json.dumps(MOVED))
    page.wait_for_url("**/settings/file/review")
    page.locator("table.changes").first.wait_for()


def _unconfirmed(page: Page) -> None:
    _review(page)
    page.locator(".page-foot .primary").click()
    page.locator(".banner.bad").wait_for()


def _wrong_file(page: Page) -> None:
    _give(page, json.dumps({"format": "facteur-settings", "version": 1, "company": {"name": ""}}, indent=1))
    page.locator(".banner.bad").wait_for()


def _known_provider(page: Page, email: str = "marie@free.fr") -> None:
    page.locator("#email").fill(email)
    page.locator("#email").blur()
    page.locator("#host:not([value=''])").wait_for()


def _typed_before(page: Page) -> None:
    _known_provider(page)
    page.reload()
    page.locator(".banner").first.wait_for()


def _where_secrets_go(page: Page) -> None:
    if page.locator("dialog[open]").count():
        return
    _known_provider(page, "marie@orange.fr")
    page.locator("#password").fill("mot-de-passe")
    page.locator("button[type=submit].primary").click()
    page.locator("dialog[open]").wait_for()


def _too_short_words(page: Page) -> None:
    _where_secrets_go(page)
    page.locator("#passphrase").fill("court")
    page.locator("#passphrase_again").fill("autre")
    page.locator("dialog .primary").click()
    page.locator("dialog .field-note.bad").first.wait_for()


SETTINGS_SCREENS = (
    Screen("settings-file", "/settings/file/"),
    Screen("settings-file-refused", "/settings/file/", _wrong_file),
    Screen("settings-file-review", "/settings/file/", _review),
    Screen("settings-file-unconfirmed", "/settings/file/", _unconfirmed),
    Screen("sender-settings-known", "/sender-settings/", _known_provider, shop="started"),
    Screen("sender-settings-typed", "/sender-settings/", _typed_before, shop="started"),
    Screen("sender-settings-secrets", "/sender-settings/", _where_secrets_go, shop="started"),
    Screen("sender-settings-secrets-refused", "/sender-settings/", _too_short_words, shop="started"),
    Screen("passphrase", "/passphrase/", shop="protected"),
    Screen("passphrase-refused", "/passphrase/", refused, shop="protected"),
)
