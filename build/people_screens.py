"""People and what helps them: first start, sign-in, home page, users, help, about, for build/screens.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screen import Screen, refused, settle

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _wrong_password(page: Page) -> None:
    page.locator("[name=password]").fill("0000")
    refused(page)


def _short_password(page: Page) -> None:
    page.locator("[name=name]").fill("PETIT")
    page.locator("[name=password]").fill("12")
    refused(page)


def _typed_first_start(page: Page) -> None:
    for name, text in {"name": "Martin", "password": "12", "company_name": "BRICO", "siret": "123 456"}.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password_again]").fill("12")
    refused(page)


def _delete_user(page: Page) -> None:
    page.locator("button.danger:not([disabled])").first.click()
    page.locator(".toast").first.wait_for()


def _two_weeks(page: Page) -> None:
    page.locator("svg.bars").scroll_into_view_if_needed()


def _undo(page: Page) -> None:
    page.locator(".toast .button").click()
    settle(page)


def _tour(page: Page) -> None:
    page.locator("[hx-post='/help/tour']").click()
    page.locator("aside.tour").wait_for()


def _end_tour(page: Page) -> None:
    page.locator("[hx-post='/help/end-tour']").click()
    page.locator("aside.tour").wait_for(state="detached")


PEOPLE_SCREENS = (
    Screen("first-start", "/first-start", shop="new", signs_in=False),
    Screen("first-start-refused", "/first-start", _typed_first_start, shop="new", signs_in=False),
    Screen("sign-in", "/sign-in", signs_in=False),
    Screen("sign-in-password", "/sign-in?user=Martin", shop="started", signs_in=False),
    Screen("home-started", "/", shop="started"),
    Screen("sign-in-refused", "/sign-in?user=Julie", _wrong_password, shop="started", signs_in=False),
    Screen("home", "/", _two_weeks),
    Screen("settings", "/settings/"),
    Screen("about", "/about/"),
    Screen("licences", "/about/licences"),
    Screen("users", "/users/"),
    Screen("users-deleted", "/users/", _delete_user, undo=_undo),
    Screen("user", "/users/MOREAU"),
    Screen("user-new-refused", "/users/new", _short_password),
    Screen("help", "/help/"),
    Screen("help-send", "/help/send"),
    Screen("help-keys", "/help/keys"),
    Screen("tour-home", "/help/", _tour, undo=_end_tour),
)
