"""The owner's example, done in Chromium: the cashier's name in the message, through the link, up to the mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.bootstrap import open_services
from backend.usecases.read_captured_mail import captured_mail
from shown_shop import running_app
from tests.e2e.storyteller import WORDS, Cashier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from backend.ports import Services

pytestmark = [pytest.mark.chromium, pytest.mark.wkhtmltopdf]

SAYS = {
    "settings": {"fr": "Paramètres", "en": "Settings"},
    "mails": {"fr": "Envois mails", "en": "Mail sendings"},
    "edit": {"fr": "Modifier", "en": "Edit"},
    "define": {"fr": "Définir", "en": "Define"},
    "cashier": {"fr": "Caissier", "en": "Cashier"},
    "name": {"fr": "Nom", "en": "Name"},
    "next": {"fr": "Suite", "en": "Next"},
    "confirm": {"fr": "Valider", "en": "Confirm"},
    "insert": {"fr": "Insérer", "en": "Insert"},
}
# A refused form answers 422; a page that is left breaks off what it asked for; at the end the server is gone.
EXPECTED = "status of 4|ERR_CONNECTION|^htmx:(afterRequest|sendError|sendAbort)"
BEGINNING = "Bonjour,\n\nVeuillez trouver ci-joint votre ticket n° [NUMERO TICKET].\nVous avez été reçu(e) par M. "
END = ".\n\nCordialement,\nBRICO"


@dataclass
class Story:
    """DUPOND, administrator of the sample shop, before his window."""

    person: Cashier
    services: Services

    def says(self, word: str) -> str:
        return SAYS[word][self.person.language]

    def button(self, word: str, within: str = "main") -> Locator:
        text = re.compile(rf"^\s*{self.says(word)}(?![a-zé])")
        return self.person.page.locator(within).locator("button, a.button").filter(has_text=text)


@pytest.fixture(params=["fr", "en"])
def story(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Story]:
    """Give the home page; what a page complains of (policy, scripts) fails the story."""
    language, complaints = str(request.param), list[str]()
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale=language)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with (
        open_services(tmp_path / "school", training=True) as services,
        running_app(services, language, lambda: services) as new_url,
    ):
        page.goto(new_url())
        page.locator(".people .row-link", has_text="DUPOND").click()
        page.locator(".side-user").wait_for()
        yield Story(Cashier(page, language), services)
        context.close()
    assert [text for text in complaints if not re.search(EXPECTED, text)] == []


def test_the_cashier_is_named_in_the_mail_as_the_owner_describes_it(story: Story) -> None:
    person, page = story.person, story.person.page
    person.click(page.locator(".side-link", has_text=story.says("settings")))
    person.click(page.locator(".ways .row-link", has_text=story.says("mails")))
    person.click(story.button("edit").first)
    _define_cashier(story)
    page.locator("#body").fill(BEGINNING)
    person.click(page.locator(".variables li", has_text="[NOM CAISSIER]").locator("[data-inserts]"))
    person.type(END)
    assert page.locator("#body").input_value() == f"{BEGINNING}[NOM CAISSIER]{END}"
    page.locator(".letter", has_text="C2-").get_by_text("reçu(e) par M. MOREAU.").first.wait_for()
    person.click(story.button("confirm"))
    page.wait_for_url(re.compile("^(?!.*/edit)"))
    page.locator(".side-link", has_text="Tickets").click()
    person.click(page.locator(".row-link", has_text="C1-4"))
    page.wait_for_url("**/tickets/C1-4")
    person.press("send_by_mail")
    person.click("dialog .choice")
    page.wait_for_url("**/sending/*")
    assert "reçu(e) par M. DUPOND." in page.locator("#body").input_value()
    person.press("send")
    page.locator(".toast", has_text="C1-4").wait_for()
    mail = captured_mail(story.services.mailbox.raw(story.services.mailbox.numbers()[-1]))
    wanted = (BEGINNING + "DUPOND" + END).replace("[NUMERO TICKET]", "4")
    assert mail["text"].replace("\r\n", "\n").strip() == wanted
    page.locator(".side-link", has_text=WORDS["mailbox"][person.language]).click()
    page.get_by_text("Vous avez été reçu(e) par M. DUPOND.").first.wait_for()
    person.reports("variable through a link, to the mail")


def _define_cashier(story: Story) -> None:
    """Define NOM CAISSIER in the three steps: field behind the link by a double click, code, label."""
    person, page = story.person, story.person.page
    person.click(story.button("define"))
    person.click(page.locator(".chooser label", has_text=story.says("cashier")).first)
    field = page.locator(".chooser .next fieldset label", has=page.locator("[value='CAISSIER.NOM']"))
    field.wait_for()
    assert "MOREAU" in field.inner_text()  # who sold the latest ticket
    field.dblclick()
    page.locator("dialog #code").wait_for()
    assert page.locator("dialog #code").input_value() == "NOM CAISSIER"
    person.click(story.button("next", "dialog"))
    page.locator("dialog #label").wait_for()
    person.click(story.button("confirm", "dialog"))
    page.locator("#mail_variables-card", has_text="[NOM CAISSIER]").wait_for()
    page.locator("dialog").wait_for(state="detached")


def test_the_keyboard_alone_defines_a_variable(story: Story) -> None:
    person, page = story.person, story.person.page
    page.goto(page.url + "settings/mails/ticket/edit")
    story.button("define").focus()
    person.key("Enter")
    page.locator(".chooser [value='TICKET.NUMERO']:focus").wait_for()
    person.key("Space")
    for _ in range(20):  # more than there are fields and links
        if page.evaluate("document.activeElement.value") == "link:CAISSIER":
            break
        person.key("ArrowDown")
    page.locator("[value='CAISSIER.NOM']").wait_for(state="attached")
    person.key("Tab")
    person.key("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "CAISSIER.NOM"
    for field in ("#code", "#label"):
        person.key("Enter")
        page.locator(f"dialog {field}:focus").wait_for()
    person.key("Enter")
    page.locator("#mail_variables-card", has_text="[NOM CAISSIER]").wait_for()
