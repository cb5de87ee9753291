"""What the stories share: a mail server that wants a password, coming in, beginning a sending, searching files."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backend.usecases.read_captured_mail import captured_mail
from tests.e2e.storyteller import PIN, Cashier
from tests.servers.smtp_script import Answer, Script, Security, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from backend.ports import Services
    from tests.servers.certificates import Certificates

WALK_IN = "lou.martel@nulle-part.example"
ACCOUNT, PASSWORD = "caisse@brico.example", "mot-de-passe-d-application"


def script_of(certificates: Certificates, answers: dict[Step, Answer] | None = None) -> Script:
    return Script(
        security=Security.STARTTLS,
        certificate=certificates.good,
        secrets={ACCOUNT: PASSWORD},
        answers=answers or {},
    )


@contextmanager
def signed_in(page: Page, url: str, language: str) -> Iterator[Cashier]:
    page.goto(url)
    page.locator("[name=password]").fill(PIN)
    page.keyboard.press("Enter")
    page.locator(".side-user").wait_for()
    yield Cashier(page, language)


def begin(person: Cashier, origin: str, number: str, address: str) -> None:
    person.page.goto(f"{origin}/tickets/{number}")
    person.press("send_by_mail")
    person.click("dialog .choice")
    person.page.locator("#to").fill(address)


def send_into_trouble(person: Cashier, origin: str) -> None:
    """Send a walk-in's ticket, and wait for what the server did to it."""
    begin(person, origin, "C1-3", WALK_IN)
    person.press("send")
    person.page.locator("#trouble").wait_for()


def last_mail(services: Services) -> tuple[tuple[str, ...], list[str]]:
    """Return the recipients and the attachments of the newest captured mail."""
    mail = captured_mail(services.mailbox.raw(services.mailbox.numbers()[-1]))
    return tuple(mail["to"]), [attachment["name"] for attachment in mail["attachments"]]


def files_with(folder: Path, text: str) -> list[str]:
    needle = text.encode()
    return [str(path) for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]
