"""Signing in at the mail provider from the sender settings: offered first, beside, or with the remedy that works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.domain.mail_failure import MailCause
from backend.domain.mail_provider import Advice, MailProvider, SignIn
from backend.domain.oauth import OAuthAvailability, OAuthSignInError, SignInStep, SignInWay
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import a_company
from tests.fake_oauth import A_PROVIDER
from tests.fake_providers import MemoryProviderDirectory
from tests.fakes import FakeServices
from tests.web.test_sender_settings import save
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

TYPED = {
    "email": "caisse@brico.example",
    "host": "smtp.office.example",
    "port": "587",
    "security": "starttls",
    "username": "caisse@brico.example",
    "custom": "yes",
    "mode": "smtp",
}


def a_provider(*sign_in: SignIn) -> MailProvider:
    return MailProvider(
        "office",
        "Office",
        "smtp.office.example",
        587,
        ConnectionSecurity.STARTTLS,
        domains=("brico.example",),
        sign_in=sign_in,
        oauth_provider="microsoft",
        advice={"en": Advice("Ask your administrator.")},
    )


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    shop.providers = MemoryProviderDirectory(a_provider(SignIn.OAUTH2, SignIn.PASSWORD))
    return create_app(shop, launch=launch, language="en")


def profile_of(shop: FakeServices) -> SenderProfile:
    profile = shop.settings.sender_profile("DUPOND")
    assert profile is not None
    return profile


def way(visitor: Visitor, **more: str) -> str:
    return visitor.post("/sender-settings/way", TYPED | more).text


def sign_in(visitor: Visitor, shop: FakeServices) -> str:
    visitor.post("/sender-settings/sign-in/", TYPED)
    shop.oauth.agree("DUPOND")
    return visitor.htmx("/sender-settings/sign-in/", "sender_settings-account").text


def test_where_it_is_the_way_the_sign_in_comes_first_and_the_password_goes_away(cashier: Visitor) -> None:
    answer = way(cashier)
    assert "Sign in with Microsoft" in answer
    assert 'name="password"' not in answer
    assert "Use a password instead" in answer
    assert 'name="password"' in way(cashier, with_password="yes")


def test_where_a_password_does_too_the_sign_in_stands_beside_it(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers = MemoryProviderDirectory(a_provider(SignIn.APP_PASSWORD, SignIn.OAUTH2))
    answer = way(cashier)
    assert 'name="password"' in answer
    assert "Sign in with Microsoft" in answer
    assert "in place of the password" in answer


def test_without_a_client_there_is_no_button_but_the_remedy(cashier: Visitor, shop: FakeServices) -> None:
    shop.oauth.offered = OAuthAvailability(A_PROVIDER, reason="no_client_microsoft")
    answer = way(cashier)
    assert "Sign in with Microsoft" not in answer
    assert "is not registered at Microsoft" in answer
    assert "Ask your administrator." in answer
    assert 'name="password"' in answer


def test_where_no_password_helps_saving_says_so(cashier: Visitor, shop: FakeServices) -> None:
    shop.providers = MemoryProviderDirectory(a_provider(SignIn.OAUTH2))
    answer = cashier.post("/sender-settings/", TYPED)
    assert answer.status_code == 422
    assert "Sign in with Microsoft first." in answer.text
    shop.oauth.offered = OAuthAvailability(A_PROVIDER, reason="no_client_microsoft")
    assert 'name="password"' not in way(cashier)
    answer = cashier.post("/sender-settings/", TYPED)
    assert answer.status_code == 422
    assert "Microsoft takes no password for this address." in answer.text


def test_one_signs_in_and_the_test_follows_by_itself(cashier: Visitor, shop: FakeServices) -> None:
    waiting = cashier.post("/sender-settings/sign-in/", TYPED).text
    assert "in the browser that has opened" in waiting
    assert 'hx-get="/sender-settings/sign-in/"' in waiting
    assert 'hx-get="/sender-settings/sign-in/"' in cashier.get("/sender-settings/").text, "F5"
    shop.oauth.agree("DUPOND")
    done = cashier.htmx("/sender-settings/sign-in/", "sender_settings-account")
    assert done.headers["HX-Retarget"] == "#sender_settings-form"
    assert "Signed in with Microsoft" in done.text
    assert 'hx-trigger="load"' in done.text
    assert profile_of(shop).authentication is Authentication.OAUTH2
    save(cashier, **TYPED, password="", name="BRICO")
    assert profile_of(shop).authentication is Authentication.OAUTH2
    assert profile_of(shop).gate_is_open
    assert 'hx-trigger="load"' not in cashier.get("/sender-settings/").text, "tested once"


def test_one_goes_back_to_a_password(cashier: Visitor, shop: FakeServices) -> None:
    sign_in(cashier, shop)
    assert 'name="password"' in way(cashier, with_password="yes")
    save(cashier, **TYPED, with_password="yes", password="a-password")
    assert profile_of(shop).authentication is Authentication.PASSWORD
    assert "oauth/dupond" not in shop.secrets.kept


def test_another_server_does_not_get_the_permission(cashier: Visitor, shop: FakeServices) -> None:
    sign_in(cashier, shop)
    save(cashier, **TYPED | {"host": "smtp.other.example", "password": "a-password"})
    assert profile_of(shop).authentication is Authentication.PASSWORD


def test_a_code_is_shown_where_one_signs_in_elsewhere(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.post("/sender-settings/sign-in/", TYPED | {"by_code": "yes"}).text
    assert "ABCD-EFGH" in answer
    shop.oauth.offered = OAuthAvailability(A_PROVIDER, (SignInWay.DEVICE_CODE,))
    assert "ABCD-EFGH" in cashier.post("/sender-settings/sign-in/", TYPED).text


def test_a_sign_in_is_given_up(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/sender-settings/sign-in/", TYPED)
    answer = cashier.post("/sender-settings/sign-in/cancel").text
    assert shop.oauth.state("DUPOND").step is SignInStep.CANCELLED
    assert "Sign in with Microsoft" in answer


def test_a_sign_in_that_fails_says_why(cashier: Visitor, shop: FakeServices) -> None:
    cashier.post("/sender-settings/sign-in/", TYPED)
    shop.oauth.fail("DUPOND", OAuthSignInError("Microsoft", "denied"))
    answer = cashier.htmx("/sender-settings/sign-in/", "sender_settings-account").text
    assert "Microsoft says that the permission was refused." in answer
    assert "Sign in with Microsoft" in answer


@pytest.mark.parametrize("chosen", [{"accept_unprotected": "yes"}, {"protect": "yes"}])
def test_without_a_keyring_it_is_asked_where_the_permission_goes_before_the_browser_opens(
    cashier: Visitor, shop: FakeServices, chosen: dict[str, str]
) -> None:
    shop.secrets.unavailable = "none"
    answer = cashier.post("/sender-settings/sign-in/", TYPED)
    assert answer.headers["HX-Retarget"] == "#dialogs"
    assert 'hx-post="/sender-settings/sign-in/"' in answer.text
    assert shop.oauth.state("DUPOND").step is SignInStep.NONE
    words = {"passphrase": "trois mots à moi", "passphrase_again": "trois mots à moi"}
    cashier.post("/sender-settings/sign-in/", TYPED | words | chosen)
    assert shop.oauth.state("DUPOND").step is SignInStep.WAITING


def test_a_locked_keyring_is_said_before_the_browser_opens(cashier: Visitor, shop: FakeServices) -> None:
    shop.secrets.unavailable = "locked"
    assert "is locked" in cashier.post("/sender-settings/sign-in/", TYPED).text
    assert shop.oauth.state("DUPOND").step is SignInStep.NONE


def test_an_expired_permission_leads_to_signing_in_again(cashier: Visitor, shop: FakeServices) -> None:
    sign_in(cashier, shop)
    shop.transport.refuse(MailCause.AUTHORIZATION_EXPIRED)
    answer = save(cashier, **TYPED, password="").text
    assert "Sign in again" in answer


def test_a_password_that_is_retired_leads_straight_to_the_sign_in(cashier: Visitor, shop: FakeServices) -> None:
    shop.transport.refuse(MailCause.PASSWORD_LOGIN_RETIRED)
    answer = save(cashier, **TYPED, with_password="yes", password="a-password").text
    banner = answer[answer.index("no longer accepts") :]
    assert "Sign in with Microsoft" in banner
    assert 'href="#password"' not in banner


def test_a_wrong_address_begins_no_sign_in(cashier: Visitor, shop: FakeServices) -> None:
    answer = cashier.post("/sender-settings/sign-in/", TYPED | {"email": "caisse@"})
    assert answer.status_code == 422
    assert shop.oauth.state("DUPOND").step is SignInStep.NONE


def test_no_token_is_ever_on_the_page(cashier: Visitor, shop: FakeServices) -> None:
    pages = [sign_in(cashier, shop), cashier.get("/sender-settings/").text]
    assert all("a-refresh-token" not in page and "an-access-token" not in page for page in pages)
