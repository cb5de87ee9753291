"""The texts of the mails, and the variables in them, for build/screens.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screen import Screen, refused, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _delete_mail(page: Page) -> None:
    page.locator("button.danger").first.click()
    page.locator(".toast").first.wait_for()


def _undo(page: Page) -> None:
    page.locator(".toast .button").click()
    settle(page)


def _with_empty_value(page: Page) -> None:
    page.locator("#body").fill("Bonjour,\n\nVotre ticket n° [NUMERO TICKET] du [DATE TICKET] est ci-joint.")
    settle(page)


def _unknown_code(page: Page) -> None:
    page.locator("#body").fill("Bonjour,\n\nVotre ticket n° [NUMRO TICKET] est ci-joint.")
    refused(page)


def _wrong_recipient(page: Page) -> None:
    page.locator("[name=free_addresses]").fill("compta@brico.example; zoe@gmial.com")
    refused(page)


def _choose_field(page: Page) -> None:
    page.locator("#mail_variables-card .card-head button").click()
    page.locator("[value='link:CAISSIER']").check()
    page.locator("[value='CAISSIER.NOM']").check()


def _name_field(page: Page) -> None:
    page.locator("#mail_variables-card .card-head button").click()
    page.locator("[value='TICKET.DATE']").check()
    page.locator("dialog .primary").click()
    page.locator("dialog #code").wait_for()


def _change_variable(page: Page) -> None:
    page.locator("#mail_variables-card li .icon-only").first.click()
    page.locator("dialog #label").wait_for()


MAIL_TEXT_SCREENS = (
    Screen("mail-list", "/settings/mails/"),
    Screen("mail-list-deleted", "/settings/mails/", _delete_mail, undo=_undo),
    Screen("mail-view", "/settings/mails/credit"),
    Screen("mail-of-tickets", "/settings/mails/ticket/edit", _with_empty_value),
    Screen("mail-refused", "/settings/mails/ticket/edit", _unknown_code),
    Screen("mail-recipients", "/settings/mails/credit/edit?tab=recipients"),
    Screen("mail-recipients-refused", "/settings/mails/credit/edit?tab=recipients", _wrong_recipient),
    Screen("mail-variable-field", "/settings/mails/ticket/edit", _choose_field),
    Screen("mail-variable-code", "/settings/mails/ticket/edit", _name_field),
    Screen("mail-variable-change", "/settings/mails/ticket/edit", _change_variable),
)
