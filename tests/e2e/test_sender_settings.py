"""Somebody who only knows his address and his password sets up his sending: what it takes, and what he is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from backend.adapters.mail.providers import FolderProviderDirectory, shipped_providers
from backend.desktop.server import LocalServer
from backend.domain.found_server import FoundIn, SearchOutcome, ServerSearch, server_of
from backend.domain.mail_client import HandOverWay, MailClient, MailClientOffer
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.oauth import OAuthAvailability
from backend.domain.outgoing_mail import Delivery, OutgoingMail
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SenderProfile
from backend.domain.user import Role, User
from backend.ports import SendingWatch
from backend.usecases.save_sender_profile import password_name
from backend.web.create_app import create_app
from tests.builders import a_company
from tests.e2e.conftest import LiveShop
from tests.e2e.storyteller import Cashier
from tests.e2e.test_screens import RULES, SMALL_TARGETS
from tests.fake_oauth import A_PROVIDER
from tests.fakes import FakeMailTransport, FakeServices

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.chromium

PASSWORD = "mot-de-passe-habituel"
APP_PASSWORD = "abcd efgh ijkl mnop"
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
OVERFLOWING = """() => [...document.querySelectorAll(".pane-body")]
  .filter((body) => body.scrollWidth > body.clientWidth + 1).map((body) => body.innerText.slice(0, 60))"""


class Providers(FakeMailTransport):
    """Answers as the providers do: each takes its own server, user name and proof, and nothing else."""

    def __init__(self, shop: FakeServices) -> None:
        super().__init__()
        self._shop = shop

    def send(self, mail: OutgoingMail, sender: SenderProfile, watch: SendingWatch) -> Delivery:
        self.failure = self._refusal(sender)
        for step in ("name_found", "connected", "encrypted"):
            watch.step(step)
        if self.failure is None:
            watch.step("signed_in")
        return super().send(mail, sender, watch)

    def _refusal(self, sender: SenderProfile) -> MailFailure | None:
        by_token = sender.authentication is Authentication.OAUTH2
        secret = self._shop.secrets.get(password_name(sender.user))
        wanted = {
            "smtp.orange.fr": (465, ConnectionSecurity.TLS, "marie@orange.fr", PASSWORD),
            "smtp.free.fr": (465, ConnectionSecurity.TLS, "marie", PASSWORD),
            "ssl0.ovh.net": (465, ConnectionSecurity.TLS, "caisse@brico.example", PASSWORD),
            "smtp.gmail.com": (465, ConnectionSecurity.TLS, "brico@gmail.com", APP_PASSWORD),
            "smtp.office365.com": (587, ConnectionSecurity.STARTTLS, "caisse@brico.example", None),
        }
        proof = None if by_token else secret or ""
        if wanted.get(sender.host) == (sender.port, sender.security, sender.username, proof):
            return None
        retired = sender.host == "smtp.office365.com"
        cause = MailCause.PASSWORD_LOGIN_RETIRED if retired else MailCause.LOGIN_REFUSED
        exchange = f"*: connected to 203.0.113.9:{sender.port}\nC: AUTH PLAIN ••••••••\nS: 535 5.7.139 {'no ' * 60}"
        return MailFailure(cause, sender.host, sender.port, "535", transcript=exchange)


@dataclass
class Setting:
    """A shop with nothing set up yet, and what its owner sees."""

    shop: FakeServices
    person: Cashier

    @property
    def page(self) -> Page:
        return self.person.page

    @property
    def profile(self) -> SenderProfile:
        profile = self.shop.settings.sender_profile("MARTIN")
        assert profile is not None
        return profile

    def type(self, field: str, text: str) -> None:
        self.person.click(f"#{field}")
        self.page.keyboard.press("Control+a")
        self.person.type(text)

    def save(self) -> None:
        self.person.click("button.primary")

    def told(self) -> str:
        """Return the words of the banners, as they are read."""
        texts = self.page.locator(".banner").all_inner_texts()
        return " | ".join(re.sub(r"\s+", " ", text) for text in texts)

    def succeeds(self, story: str) -> None:
        self.page.locator(".banner.ok").wait_for()
        assert self.profile.gate_is_open
        self.person.reports(story)

    def fails(self) -> None:
        self.page.locator(".banner.bad").wait_for()
        print(f"  told: {self.page.locator('.banner.bad').inner_text()!r}")  # noqa: T201 - pytest -rP shows it
        assert not self.profile.gate_is_open

    def is_fit(self) -> None:
        """Check the page as it stands: axe, sizes, nothing wider than its pane."""
        self.page.set_viewport_size({"width": 1024, "height": 600})
        found = Axe().run(self.page, options=RULES).response["violations"]
        assert [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found] == []
        assert self.page.evaluate(SMALL_TARGETS) == []
        assert self.page.evaluate(OVERFLOWING) == []
        self.page.set_viewport_size({"width": 1366, "height": 768})


@pytest.fixture(params=["fr", "en"])
def setting(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Setting]:
    language = str(request.param)
    shop = FakeServices(tmp_path / "shop")
    shop.users.save(User("MARTIN", Role.ADMINISTRATOR, password_hash="x"))
    shop.settings.save_company(a_company())
    shop.transport = Providers(shop)
    shop.providers.listed = FolderProviderDirectory(tmp_path / "providers").providers()
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale=LOCALES[language])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    server = LocalServer()
    live = LiveShop(shop, create_app(shop, language=language, launch=server.launch), server)
    server.start(live.app)
    page.goto(server.launch.new_url())
    live.session_of(context).user = "MARTIN"
    page.goto(f"{live.origin}/sender-settings/")
    yield Setting(shop, Cashier(page, language))
    context.close()
    server.stop(0.5)
    assert [text for text in complaints if "status of 4" not in text] == []


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


# The other ways


def test_each_mode_shows_its_own_fields_and_the_password_survives_a_look_at_another(setting: Setting) -> None:
    setting.shop.client_offer = MailClientOffer(MailClient(HandOverWay.SIMPLE_MAPI, "Microsoft Outlook"))
    setting.page.reload()
    setting.type("email", "marie@orange.fr")
    setting.type("password", PASSWORD)
    setting.person.click("#mode-mail_client")
    setting.page.locator("[name=show_message]").wait_for()
    assert setting.page.locator("#host, #password, [name=priority]").count() == 0
    setting.is_fit()
    setting.shop.transport = FakeMailTransport()  # a mail program takes whatever it is given
    setting.shop.transport.hands_over = True
    setting.save()
    setting.page.locator(".banner.warn .button-row button").first.wait_for()
    setting.is_fit()
    setting.person.click(".banner.warn .button-row button")
    setting.succeeds("mail program")


def test_the_exchange_is_copied(setting: Setting) -> None:
    setting.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    setting.type("email", "marie@orange.fr")
    setting.type("password", "falsch")
    setting.save()
    setting.fails()
    setting.person.click(".fold summary")
    setting.is_fit()
    setting.person.click("[data-copies]")
    setting.page.locator(".toast").wait_for()
    assert "C: AUTH PLAIN ••••••••" in setting.page.evaluate("navigator.clipboard.readText()")


def test_an_administrator_accepts_the_certificate_of_a_server_in_the_house(setting: Setting) -> None:
    exchange = f"*: connected to 192.168.1.5:465\n*: certificate for nas, issued by nas, SHA-256 {'ab' * 32}"
    setting.shop.transport = FakeMailTransport()
    setting.shop.transport.failure = MailFailure(
        MailCause.CERTIFICATE_UNTRUSTED, "nas.brico.example", 587, detail="nas", transcript=exchange
    )
    setting.type("email", "caisse@brico.example")
    setting.type("host", "nas.brico.example")
    setting.save()
    setting.fails()
    setting.is_fit()
    setting.shop.transport.failure = None
    setting.person.click(".banner.bad button")
    setting.succeeds("a server in the house")
    assert setting.profile.pinned_certificate == "ab" * 32
