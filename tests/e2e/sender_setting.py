"""Sender settings in Chromium: a shop with nothing set up, providers that answer as the real ones do, and its owner."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

from backend.adapters.mail.providers import FolderProviderDirectory
from backend.desktop.server import LocalServer
from backend.domain.mail_failure import MailCause, MailFailure
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
from tests.fake_mail import FakeMailTransport
from tests.fakes import FakeServices

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

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


@contextmanager
def sender_setting(language: str, chromium: Browser, tmp_path: Path) -> Iterator[Setting]:
    """Open the sender page of a shop with nothing set up; ends with no complaint of the browser."""
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
    unforeseen = [text for text in complaints if "status of 4" not in text]
    assert unforeseen == [], unforeseen
