"""Somebody who only knows his address and his password sets up his sending: what it takes, and what he is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.adapters.mail.providers import shipped_providers
from backend.domain.found_server import FoundIn, SearchOutcome, ServerSearch, server_of
from backend.domain.oauth import OAuthAvailability
from tests.e2e.sender_setting import APP_PASSWORD, PASSWORD
from tests.fake_oauth import A_PROVIDER

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.e2e.sender_setting import Setting

pytestmark = pytest.mark.chromium


# Known by the address


def test_orange_takes_the_address_and_the_password_alone(setting: Setting) -> None:
    setting.type("email", "marie@orange.fr")
    setting.type("password", PASSWORD)
    setting.is_fit()
    setting.save()
    setting.succeeds("Orange")
    assert setting.person.clicks <= 3


def test_nobody_waits_for_the_server_before_he_saves(setting: Setting) -> None:
    """The address is left by the very click that saves."""
    setting.type("password", PASSWORD)
    setting.type("email", "marie@orange.fr")
    setting.save()
    setting.succeeds("Orange, the address last")


def test_free_is_filled_in_with_the_part_before_the_at(setting: Setting) -> None:
    setting.type("email", "marie@free.fr")
    setting.page.keyboard.press("Tab")
    setting.page.locator(".banner", has_text="Free").wait_for()
    print(f"  told: {setting.told()!r}")  # noqa: T201 - pytest -rP shows it
    setting.type("password", PASSWORD)
    setting.save()
    setting.succeeds("Free")
    assert setting.person.clicks <= 3
    assert setting.profile.username == "marie"


def test_gmail_says_that_it_wants_an_application_password_before_and_after(setting: Setting) -> None:
    setting.type("email", "brico@gmail.com")
    setting.page.keyboard.press("Tab")
    setting.page.locator(".banner", has_text="Google").wait_for()
    assert "apppasswords" in str(setting.page.locator(".banner a").first.get_attribute("href"))
    setting.type("password", PASSWORD)
    setting.save()
    setting.fails()
    setting.is_fit()
    setting.person.click(".banner.bad a[href='#password']")
    assert setting.page.evaluate("document.activeElement.id") == "password"
    setting.person.type(APP_PASSWORD)
    setting.save()
    setting.succeeds("Gmail, with the ordinary password first")
    assert setting.person.clicks <= 5


# Own domains


def _receives(setting: Setting, provider_id: str) -> None:
    provider = next(each for each in shipped_providers() if each.id == provider_id)
    found = server_of(provider, "caisse@brico.example", FoundIn.MX)
    setting.shop.providers.outside = ServerSearch.of(found)


def test_an_own_domain_at_ovh_is_found_and_taken_over_by_one_click(setting: Setting) -> None:
    _receives(setting, "ovh")
    setting.type("email", "caisse@brico.example")
    setting.page.keyboard.press("Tab")
    setting.page.locator("#take").wait_for()
    print(f"  told: {setting.told()!r}")  # noqa: T201 - pytest -rP shows it
    setting.is_fit()
    assert setting.page.locator("#host").input_value() == "", "never silently"
    setting.person.click("#take")
    setting.page.locator("#host[value='ssl0.ovh.net']").wait_for()
    setting.type("password", PASSWORD)
    setting.save()
    setting.succeeds("OVH, own domain")
    assert setting.person.clicks <= 4


def test_an_own_domain_at_microsoft_365_signs_in_with_the_browser(setting: Setting) -> None:
    _receives(setting, "microsoft365")
    setting.type("email", "caisse@brico.example")
    setting.page.keyboard.press("Tab")
    setting.person.click("#take")
    setting.page.locator("#sign-in").wait_for()
    assert setting.page.locator("#password").count() == 0
    setting.is_fit()
    setting.person.click("#sign-in")
    setting.page.locator("#sender_settings-account .spinner").wait_for()
    setting.is_fit()
    setting.page.reload()  # F5 in the middle of it
    setting.page.locator("#sender_settings-account .spinner").wait_for()
    setting.shop.oauth.agree("MARTIN")
    setting.succeeds("Microsoft 365, own domain, sign-in")
    assert setting.person.clicks <= 3
    assert len(setting.shop.transport.sent) == 1


def test_microsoft_365_without_a_registration_tells_the_remedy_and_shows_no_dead_button(setting: Setting) -> None:
    setting.shop.oauth.offered = OAuthAvailability(A_PROVIDER, reason="no_client_microsoft")
    _receives(setting, "microsoft365")
    setting.type("email", "caisse@brico.example")
    setting.page.keyboard.press("Tab")
    setting.person.click("#take")
    setting.page.locator(".banner.warn", has_text="Microsoft").wait_for()
    print(f"  told: {setting.told()!r}")  # noqa: T201 - pytest -rP shows it
    assert setting.page.locator("#sign-in").count() == 0
    setting.type("password", PASSWORD)
    setting.save()
    setting.fails()
    setting.is_fit()
    setting.person.reports("Microsoft 365 without a registration, refused")


def test_a_domain_that_nobody_finds_says_whom_to_ask(setting: Setting) -> None:
    setting.shop.providers.outside = ServerSearch(SearchOutcome.NOTHING)
    setting.type("email", "caisse@brico.example")
    setting.page.keyboard.press("Tab")
    setting.page.locator(".banner.warn").wait_for()
    print(f"  told: {setting.told()!r}")  # noqa: T201 - pytest -rP shows it
    setting.is_fit()


def test_what_is_typed_while_the_server_answers_stays(setting: Setting) -> None:
    answers = setting.page.expect_response("**/sender-settings/way")

    def hold(route: Route) -> None:
        setting.page.wait_for_timeout(300)
        route.continue_()

    setting.page.route("**/sender-settings/way", hold)
    setting.type("email", "caisse@brico.example")
    with answers:
        setting.person.click("#host")
        setting.page.keyboard.type("nas.brico.example", delay=40)
    setting.page.wait_for_timeout(500)
    assert setting.page.locator("#host").input_value() == "nas.brico.example"
