"""What a mail server does to a sending, and what the person at the till then does, in both languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.stories_parts import ACCOUNT, WALK_IN, begin, files_with, script_of, send_into_trouble, signed_in
from tests.e2e.storyteller import Cashier, serving
from tests.program import Program
from tests.servers.certificates import Certificates
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Answer, Script, Security, Step

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.chromium, pytest.mark.wkhtmltopdf]


def test_a_wrong_password_is_said_corrected_and_the_same_mail_leaves(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    smtp.play(Script(security=Security.STARTTLS, certificate=certificates.good, secrets={ACCOUNT: "changed"}))
    send_into_trouble(martin, origin)
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
    smtp.play(script_of(certificates, {Step.MAIL: Answer("550 5.7.1 not your address")}))
    begin(martin, origin, "C1-3", WALK_IN)
    martin.press("send")
    folder = page.locator("#trouble .file small").inner_text()
    martin.press("give_up")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text=folder).wait_for()
    assert page.locator(".toast a[href='/sender-settings/']").count() == 1
    assert (Path(folder) / "C1-3-BRICO.pdf").read_bytes().startswith(b"%PDF")
    martin.reports("refused and given up")
    assert files_with(program.data_dir, WALK_IN) == []


def test_an_answer_that_was_lost_is_decided_by_a_person(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    smtp.play(script_of(certificates, {Step.END_OF_DATA: Answer(cut=True, kept=True)}))
    send_into_trouble(martin, origin)
    martin.key("Escape")
    page.locator("#trouble").wait_for(state="detached")
    martin.press("send")
    page.locator("#trouble").wait_for()
    smtp.play(script_of(certificates))
    martin.press("again_anyway")
    page.locator(".toast", has_text="C1-3").wait_for()
    assert [count for count in smtp.count_by_message_id().values() if count == 2] == [2], "one mail, by a person's word"


def test_with_the_server_down_the_mail_is_left_for_later_and_leaves_when_it_is_back(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates, program: Program
) -> None:
    page = martin.page
    smtp.play(script_of(certificates, {Step.CONNECT: Answer(cut=True)}))
    send_into_trouble(martin, origin)
    martin.press("send_later")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text="C1-3").wait_for()
    page.locator(".side-link .count", has_text="1").wait_for()
    assert files_with(program.data_dir, WALK_IN) == []
    smtp.play(script_of(certificates))
    martin.press("sendings")
    page.locator(".rows li", has_text="C1-3").wait_for()
    assert WALK_IN not in page.content()
    martin.press("try_again")  # else it would leave within the minute
    page.locator(".empty").wait_for()
    martin.reports("server down, later, server back")
    assert [delivery.recipients for delivery in smtp.deliveries] == [(WALK_IN,)]
    assert files_with(program.data_dir, WALK_IN) == []


def test_of_three_recipients_only_the_refused_one_is_corrected_and_sent_again(
    martin: Cashier, origin: str, smtp: ScriptedSmtp, certificates: Certificates
) -> None:
    page = martin.page
    wrong = "julie@nulle-part.example"
    script = replace(script_of(certificates), recipients={wrong: Answer("550 5.1.1 unknown")})
    smtp.play(script)
    begin(martin, origin, "C1-3", f"{WALK_IN};{wrong};paul@nulle-part.example")
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
    smtp.play(script_of(certificates, {Step.END_OF_DATA: Answer(cut=True, kept=True)}))
    send_into_trouble(martin, origin)
    martin.press("customer_has_it")
    page.wait_for_url("**/tickets/C1-3")
    page.locator(".toast", has_text="C1-3").wait_for()
    assert set(smtp.count_by_message_id().values()) == {1}


def test_a_draft_survives_the_end_of_the_program(
    page: Page, program: Program, language: str, smtp: ScriptedSmtp
) -> None:
    with serving(program) as running, signed_in(page, running.url, language) as person:
        origin = page.url.rstrip("/")
        begin(person, origin, "C1-3", WALK_IN)
        page.locator("#subject").fill("Votre ticket, comme promis")
        page.locator("#body").fill("Bonjour,\n\nà bientôt.")
        with page.expect_response(lambda answer: "bient" in (answer.request.post_data or "")):  # not the subject's own
            page.locator("#body").blur()
        assert files_with(program.data_dir, WALK_IN) == [], "not even now, while it waits"
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
    assert files_with(program.data_dir, WALK_IN) == []


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
        begin(person, origin, "C1-3", WALK_IN)
        person.click(".pane-foot .primary")
        page.wait_for_url("**/sender-settings/**")
        person.press("save_and_test")
        page.locator(".banner.ok").wait_for()
        person.press("back")
        person.press("send")
        page.locator(".toast", has_text="C1-3").wait_for()
    assert [delivery.recipients for delivery in smtp.deliveries] == [(ACCOUNT,), (WALK_IN,)]
