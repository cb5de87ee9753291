"""What people do with Facteur, from the first click to the mail, in both languages."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.bootstrap import open_services
from backend.domain.sender_profile import SenderProfile
from backend.domain.user import Role, User
from backend.usecases.manage_users import save_user
from backend.usecases.open_training import open_training
from backend.usecases.read_captured_mail import captured_mail
from backend.usecases.save_sender_profile import save_sender_profile
from screens import running_app
from tests.e2e.storyteller import PIN, Cashier, serving
from tests.program import Program
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Answer, Script, Security, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from backend.ports import Services

pytestmark = [pytest.mark.chromium, pytest.mark.wkhtmltopdf]

WALK_IN = "lou.martel@nulle-part.example"
ACCOUNT, PASSWORD = "caisse@brico.example", "mot-de-passe-d-application"
LOCALES = {"fr": "fr-FR", "en": "en-GB"}


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(chromium: Browser, language: str) -> Iterator[Page]:
    """Give a window whose complaints (policy, scripts) fail the story."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale=LOCALES[language])
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A refused form answers 422; when the story is over, so is the server.
    expected = "status of 4|ERR_CONNECTION|^htmx:(afterRequest|sendError|sendAbort)"
    assert [text for text in complaints if not re.search(expected, text)] == []


@pytest.fixture
def school(tmp_path: Path) -> Iterator[Services]:
    with open_services(tmp_path / "school", training=True) as services:
        yield services


@pytest.fixture
def cashier(page: Page, language: str, school: Services) -> Iterator[Cashier]:
    """Give DUPOND at the home page of the sample shop."""
    with running_app(school, language, lambda: school) as new_url:
        page.goto(new_url())
        page.locator(".people .row-link", has_text="DUPOND").click()
        page.locator(".side-user").wait_for()
        yield Cashier(page, language)


def _last_mail(services: Services) -> tuple[tuple[str, ...], list[str]]:
    """Return the recipients and the attachments of the newest captured mail."""
    mail = captured_mail(services.mailbox.raw(services.mailbox.numbers()[-1]))
    return tuple(mail["to"]), [attachment["name"] for attachment in mail["attachments"]]


# In training


def test_from_the_first_start_to_the_first_mail_takes_less_than_a_minute(
    page: Page, language: str, school: Services, tmp_path: Path
) -> None:
    with (
        open_services(tmp_path / "new", training=False) as new_shop,
        running_app(new_shop, language, lambda: school) as new_url,
    ):
        page.goto(new_url())
        person = Cashier(page, language)
        person.click(".school button")
        page.locator(".training-banner").wait_for()
        person.click(".rows .row-link")
        person.press("send_by_mail")
        person.click("dialog .choice")
        page.locator("#to").wait_for()
        if not page.locator(".chip").count():
            person.type(WALK_IN)
        person.press("send")
        page.locator(".toast").wait_for()
        person.reports("first start to first mail")
        assert person.seconds < 60
        assert person.clicks <= 5
        person.press("mailbox")
        page.locator(".mails li").first.wait_for()


def test_a_ticket_is_rung_up_recorded_and_mailed_to_a_walk_in(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    page.goto(page.url + "till/")
    cashier.type("3700000000011")  # the scanner: no field has the focus
    page.keyboard.press("Enter")
    page.locator("#line-1").wait_for()
    cashier.click(page.locator(".tile", has_text="Guide"))
    page.locator("#line-2").wait_for()
    cashier.click("#pay-1")
    page.locator("#pay-1[aria-pressed=true]").wait_for()
    cashier.key("F9")
    page.wait_for_url("**/till/recorded/C1-5")
    assert page.evaluate("document.activeElement.textContent").strip()[:6] in {"Aucun ", "No tic"}
    cashier.key("E")
    page.locator("dialog .choice").first.wait_for()
    cashier.key("Enter")
    page.wait_for_url("**/sending/*")
    assert page.evaluate("document.activeElement.id") == "to"
    cashier.type(WALK_IN)
    cashier.key("Control+Enter")
    page.wait_for_url("**/till/")
    page.locator(".toast", has_text="C1-5").wait_for()
    cashier.reports("ticket entry to mail, by keyboard")
    assert _last_mail(school) == ((WALK_IN,), ["C1-5-BRICO.pdf"])


def test_a_consulted_ticket_of_a_known_customer_is_mailed_in_three_clicks(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    page.goto(page.url + "tickets/C1-4")
    page.locator("img.paper-picture").wait_for()
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator(".envelope").wait_for()
    cashier.press("send")
    page.wait_for_url("**/tickets/C1-4")
    page.locator(".toast", has_text="C1-4").wait_for()
    cashier.reports("consulted ticket to mail")
    assert cashier.clicks == 3
    assert _last_mail(school) == (("compta@atelier-duval.example",), ["C1-4-BRICO.pdf"])
    assert page.locator(".badge.ok").count() >= 1


def test_addresses_become_chips_and_only_good_ones_leave(cashier: Cashier, school: Services) -> None:
    page = cashier.page
    page.goto(page.url + "tickets/C1-4")
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator("#to").click()
    cashier.type(f"{WALK_IN};")
    page.locator(".chip", has_text=WALK_IN).wait_for()
    cashier.type("julien@")
    page.locator(".envelope", has_text="julien@").wait_for()  # read back while it is typed
    cashier.key("Enter")
    page.locator(".chip.bad").wait_for()
    page.locator(".field-note.bad").wait_for()
    with page.expect_response("**/send") as refused:
        cashier.key("Control+Enter")
    assert refused.value.status == 422
    cashier.key("Backspace")
    page.locator(".chip.bad").wait_for(state="detached")
    cashier.type("julien@atelier-duval.example")
    cashier.key("Control+Enter")
    page.locator(".toast", has_text="C1-4").wait_for()
    assert _last_mail(school)[0] == ("compta@atelier-duval.example", WALK_IN, "julien@atelier-duval.example")


def test_no_walk_in_address_stands_in_an_address_or_a_store_of_the_browser(cashier: Cashier) -> None:
    page = cashier.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page.url + "tickets/C1-3")
    cashier.press("send_by_mail")
    cashier.click("dialog .choice")
    page.locator("#to").wait_for()
    cashier.type(WALK_IN)
    page.locator("#subject").focus()
    page.locator(".chip").wait_for()
    page.reload()
    page.locator(".chip", has_text=WALK_IN).wait_for()
    cashier.press("send")
    page.locator(".toast").wait_for()
    assert [url for url in asked if "martel" in url or "nulle-part" in url] == []
    assert "martel" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")


# Against a real server


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def smtp(certificates: Certificates) -> Iterator[ScriptedSmtp]:
    """Give a mail server that wants STARTTLS and a password."""
    server = ScriptedSmtp(_script(certificates))
    yield server
    server.stop()


def _script(certificates: Certificates, answers: dict[Step, Answer] | None = None) -> Script:
    return Script(
        security=Security.STARTTLS,
        certificate=certificates.good,
        secrets={ACCOUNT: PASSWORD},
        answers=answers or {},
    )


@pytest.fixture
def program(tmp_path: Path, language: str, certificates: Certificates, smtp: ScriptedSmtp) -> Program:
    """Give a shop with the sample sales, whose administrator Martin sends through `smtp`."""
    program = Program(tmp_path, ("--lang", language), {"SSL_CERT_FILE": str(certificates.ca_file)})
    with program.opened() as services:
        services.accept_unprotected_secrets()
        open_training(services)
        save_user(User("Martin", Role.ADMINISTRATOR), PIN, services.users)
        sender = SenderProfile("Martin", ACCOUNT, "BRICO", host="localhost", port=smtp.port, username=ACCOUNT)
        saved = save_sender_profile(sender, PASSWORD, services)
        services.settings.save_sender_profile(saved.tested(services.clock.now()))
    return program


@contextmanager
def signed_in(page: Page, url: str, language: str) -> Iterator[Cashier]:
    page.goto(url)
    page.locator("[name=password]").fill(PIN)
    page.keyboard.press("Enter")
    page.locator(".side-user").wait_for()
    yield Cashier(page, language)


@pytest.fixture
def martin(page: Page, program: Program, language: str) -> Iterator[Cashier]:
    with serving(program) as running, signed_in(page, running.url, language) as person:
        yield person


@pytest.fixture
def origin(martin: Cashier) -> str:
    return martin.page.url.rstrip("/")


def _begin(person: Cashier, origin: str, number: str, address: str) -> None:
    person.page.goto(f"{origin}/tickets/{number}")
    person.press("send_by_mail")
    person.click("dialog .choice")
    person.page.locator("#to").fill(address)


def test_a_wrong_password_is_said_corrected_and_the_same_mail_leaves(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    smtp.play(Script(security=Security.STARTTLS, certificate=certificates.good, secrets={ACCOUNT: "changed"}))
    _begin(martin, origin, "C1-3", WALK_IN)
    martin.press("send")
    page.locator("#trouble").wait_for()
    page.reload()  # F5 says it again
    page.locator("#trouble").wait_for()
    martin.press("settings")
    page.locator("#password").fill("wrong")
    martin.press("save_and_test")
    page.locator(".badge.bad").wait_for()
    martin.click("a[href='#password']")
    assert page.evaluate("document.activeElement.id") == "password"
    martin.type("changed")
    martin.press("save_and_test")
    page.locator(".banner.ok").wait_for()
    martin.press("back")
    page.locator(".chip, #trouble").first.wait_for()
    martin.press("try_again")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text="C1-3").wait_for()
    martin.reports("wrong password, corrected, sent")
    assert [delivery.recipients for delivery in smtp.deliveries][-1] == (WALK_IN,)
    assert set(smtp.count_by_message_id().values()) == {1}, "nothing twice"


def test_giving_up_says_where_the_pdf_is_and_forgets_the_address(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates, program: Program
) -> None:
    page = martin.page
    smtp.play(_script(certificates, {Step.MAIL: Answer("550 5.7.1 not your address")}))
    _begin(martin, origin, "C1-3", WALK_IN)
    martin.press("send")
    folder = page.locator("#trouble .file small").inner_text()
    martin.press("give_up")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text=folder).wait_for()
    assert page.locator(".toast a[href='/sender-settings/']").count() == 1
    assert (Path(folder) / "C1-3-BRICO.pdf").read_bytes().startswith(b"%PDF")
    martin.reports("refused and given up")
    assert _files_with(program.data_dir, WALK_IN) == []


def test_an_answer_that_was_lost_is_decided_by_a_person(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    smtp.play(_script(certificates, {Step.END_OF_DATA: Answer(cut=True, kept=True)}))
    _begin(martin, origin, "C1-3", WALK_IN)
    martin.press("send")
    page.locator("#trouble").wait_for()
    martin.key("Escape")
    page.locator("#trouble").wait_for(state="detached")
    martin.press("send")
    page.locator("#trouble").wait_for()
    smtp.play(_script(certificates))
    martin.press("again_anyway")
    page.locator(".toast", has_text="C1-3").wait_for()
    assert [count for count in smtp.count_by_message_id().values() if count == 2] == [2], "one mail, by a person's word"


def test_with_the_server_down_the_mail_is_left_for_later_and_leaves_when_it_is_back(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates, program: Program
) -> None:
    page = martin.page
    smtp.play(_script(certificates, {Step.CONNECT: Answer(cut=True)}))
    _begin(martin, origin, "C1-3", WALK_IN)
    martin.press("send")
    page.locator("#trouble").wait_for()
    martin.press("send_later")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text="C1-3").wait_for()
    page.locator(".side-link .count", has_text="1").wait_for()
    assert _files_with(program.data_dir, WALK_IN) == []
    smtp.play(_script(certificates))
    martin.press("sendings")
    page.locator(".rows li", has_text="C1-3").wait_for()
    assert WALK_IN not in page.content()
    martin.press("try_again")  # else it would leave within the minute
    page.locator(".empty").wait_for()
    martin.reports("server down, later, server back")
    assert [delivery.recipients for delivery in smtp.deliveries] == [(WALK_IN,)]
    assert _files_with(program.data_dir, WALK_IN) == []


def test_of_three_recipients_only_the_refused_one_is_corrected_and_sent_again(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    wrong = "julie@nulle-part.example"
    script = replace(_script(certificates), recipients={wrong: Answer("550 5.1.1 unknown")})
    smtp.play(script)
    _begin(martin, origin, "C1-3", f"{WALK_IN};{wrong};paul@nulle-part.example")
    martin.press("send")
    page.locator("#trouble", has_text=wrong).wait_for()
    assert page.locator("#trouble", has_text=WALK_IN).count() == 1, "who has it is named too"
    martin.key("Escape")
    page.locator("#trouble").wait_for(state="detached")
    assert page.locator(".chip.ok").count() == 2
    page.locator(f"button[name=remove][value='{wrong}']").click()
    page.locator(".chip", has_text=wrong).wait_for(state="detached")
    page.locator("#to").fill("julien@nulle-part.example")
    martin.press("send")
    page.locator(".toast", has_text="C1-3").wait_for()
    sent = [delivery.recipients for delivery in smtp.deliveries]
    assert sent == [(WALK_IN, "paul@nulle-part.example"), ("julien@nulle-part.example",)]


def test_a_mail_that_the_customer_has_counts_as_sent(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    smtp.play(_script(certificates, {Step.END_OF_DATA: Answer(cut=True, kept=True)}))
    _begin(martin, origin, "C1-3", WALK_IN)
    martin.press("send")
    page.locator("#trouble").wait_for()
    martin.press("customer_has_it")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text="C1-3").wait_for()
    assert set(smtp.count_by_message_id().values()) == {1}


def test_a_draft_survives_the_end_of_the_program(
    page: Page, program: Program, language: str, smtp: ScriptedSmtp
) -> None:
    with serving(program) as running, signed_in(page, running.url, language) as person:
        origin = page.url.rstrip("/")
        _begin(person, origin, "C1-3", WALK_IN)
        page.locator("#subject").fill("Votre ticket, comme promis")
        page.locator("#body").fill("Bonjour,\n\nà bientôt.")
        with page.expect_response(lambda answer: "bient" in (answer.request.post_data or "")):  # not the subject's own
            page.locator("#body").blur()
        assert _files_with(program.data_dir, WALK_IN) == [], "not even now, while it waits"
        running.kill()
    with serving(program) as running, signed_in(page, running.url, language) as person:
        person.press("sendings")
        page.locator(".rows li", has_text="C1-3").wait_for()
        assert WALK_IN not in page.content()
        person.click(".rows .row-link")
        page.locator(".chip", has_text=WALK_IN).wait_for()
        assert page.locator("#subject").input_value() == "Votre ticket, comme promis"
        assert page.locator("#body").input_value() == "Bonjour,\n\nà bientôt."
        person.press("send")
        page.locator(".toast", has_text="C1-3").wait_for()
        person.reports("restart in the middle of a draft")
    (message,) = [message for message in smtp.messages() if "promis" in str(message["Subject"])]
    assert message["To"] == WALK_IN
    assert _files_with(program.data_dir, WALK_IN) == []


def test_a_basket_survives_the_end_of_the_program(page: Page, program: Program, language: str) -> None:
    with serving(program) as running, signed_in(page, running.url, language) as person:
        page.goto(page.url + "till/")
        person.click(page.locator(".tile", has_text="Guide"))
        page.locator("#line-1").wait_for()
        running.kill()
    with serving(program) as running, signed_in(page, running.url, language) as person:
        page.goto(page.url + "till/")  # a key would be lost where the page has no script yet
        page.locator("#line-1", has_text="Guide").wait_for()


def test_the_gate_is_closed_until_the_settings_were_tested(
    page: Page, program: Program, language: str, smtp: ScriptedSmtp
) -> None:
    with program.opened() as services:
        sender = services.settings.sender_profile("Martin")
        assert sender is not None
        services.settings.save_sender_profile(replace(sender, name="BRICO, caisse 1", tested_fingerprint=""))
    with serving(program) as running, signed_in(page, running.url, language) as person:
        origin = page.url.rstrip("/")
        _begin(person, origin, "C1-3", WALK_IN)
        person.click(".pane-foot .primary")
        page.wait_for_url("**/sender-settings/**")
        person.press("save_and_test")
        page.locator(".banner.ok").wait_for()
        person.press("back")
        person.press("send")
        page.locator(".toast", has_text="C1-3").wait_for()
    assert [delivery.recipients for delivery in smtp.deliveries] == [(ACCOUNT,), (WALK_IN,)]


def _files_with(folder: Path, text: str) -> list[str]:
    needle = text.encode()
    return [str(path) for path in folder.rglob("*") if path.is_file() and needle in path.read_bytes()]
