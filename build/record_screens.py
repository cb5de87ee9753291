"""The pages of the records, the watched folder and the question before a credit note, for build/screens.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screen import Screen, refused

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page


def _bad_customer(page: Page) -> None:
    page.locator("[name=code]").fill("NEUF")
    page.locator("[name=billing_email]").fill("nobody")
    refused(page)


def _chosen(page: Page, content: str) -> None:
    file: FilePayload = {"name": "articles.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.locator("[role=status] .table").wait_for()


def _preview(page: Page) -> None:
    _chosen(page, "code;label;gross_price;vat_rate;family\nNEUF;Niveau 60 cm;19,90;20;Outillage\n")


def _faulty(page: Page) -> None:
    _chosen(page, "code;label;gross_price;vat_rate\nNEUF;;cher;20\nAUTRE;Niveau;1,00;120\n")


def _found_address(page: Page) -> None:
    page.locator("[name=email]").fill("compta@atelier-duval.example")
    page.locator("form .primary").click()
    page.locator(".danger").wait_for()


def _credit(page: Page) -> None:
    page.locator("[hx-get$='/credit']").click()
    page.locator("dialog[open]").wait_for()


RECORD_SCREENS = [
    Screen("records-customers", "/records/customers/"),
    Screen("records-customer", "/records/customers/record/CLI001"),
    Screen("records-customer-refused", "/records/customers/new", _bad_customer),
    Screen("records-contacts", "/records/contacts/"),
    Screen("records-articles", "/records/products/"),
    Screen("records-article-new", "/records/products/new"),
    Screen("records-payments", "/records/payment-methods/"),
    Screen("records-none", "/records/cashiers/", shop="started"),
    Screen("record-file", "/record-files/products/"),
    Screen("record-file-preview", "/record-files/products/", _preview),
    Screen("record-file-faulty", "/record-files/products/", _faulty),
    Screen("erase-address", "/erase-address/", _found_address),
    Screen("incoming", "/settings/incoming/"),
    Screen("ticket-credit", "/tickets/C1-4", _credit),
]
