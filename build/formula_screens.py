"""The pages of formulas: as a variable beside its help, with a result and a fault; as the message itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screen import Screen

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _define(page: Page) -> None:
    page.locator("#mail_variables-card .card-head button").click()
    page.locator("dialog .dialog-foot .start").click()
    page.locator("#formula").wait_for()


def _good(page: Page) -> None:
    _define(page)
    page.locator("#formula").fill(
        'SI(TICKET.TTC >= 100; "Échange possible jusqu’au " & FORMATDATE(TICKET.DATE + 30); "")'
    )
    page.locator("#formula-result strong").wait_for()


def _faulty(page: Page) -> None:
    _define(page)
    page.locator("#formula").fill('"Reçu par M. " &\nNOMPROPRE(CAISSIER.NON) & "."')
    page.locator("#formula-result mark").wait_for()


def _message(page: Page) -> None:
    page.locator(".fold summary", has_text="formule=").click()
    page.locator("#subject").fill('formule="Ticket " & TICKET.NUMRO')
    page.locator(".formula-fault").first.wait_for()


FORMULA_SCREENS = (
    Screen("formula-new", "/settings/mails/ticket/edit", _define),
    Screen("formula", "/settings/mails/ticket/edit", _good),
    Screen("formula-faulty", "/settings/mails/ticket/edit", _faulty),
    Screen("formula-message", "/settings/mails/ticket/edit", _message),
)
