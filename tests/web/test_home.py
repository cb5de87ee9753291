"""The home page, the first start, and the door to the training mode."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.domain.mail_failure import MailCause
from backend.domain.outgoing_mail import MailState
from backend.domain.pdf_settings import PdfEngineMissingError
from backend.domain.user import Role, User
from backend.usecases.manage_users import check_password
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from tests.builders import NOON, a_company, a_journal_entry, a_line, a_mail, a_sender, a_tested_sender, a_ticket, a_till
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

FIRST = {
    "name": "Martin",
    "password": "4711",
    "password_again": "4711",
    "company_name": "BRICO",
    "address": "12 rue des Forges\nZone Nord",
    "postal_code": "21000",
    "city": "Dijon",
    "phone": "03 80 00 00 00",
    "siret": "12345678900012",
    "vat_number": "fr 12 123456789",
}


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    return create_app(shop, launch=launch, language="en")


@pytest.fixture
def new_shop(tmp_path: Path) -> FakeServices:
    return FakeServices(tmp_path / "new")


@pytest.fixture
def school(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path / "school", training=True)
    services.users.save(User("DUPOND", Role.ADMINISTRATOR))
    return services


@pytest.fixture
def owner(new_shop: FakeServices, school: FakeServices, launch: LaunchTokens) -> Visitor:
    """Give a browser in a shop before its first start, with the training mode beside it."""
    return Visitor(create_app(new_shop, launch=launch, language="en", open_training=lambda: school)).enter()


# First start


def test_a_new_shop_begins_with_the_first_start(owner: Visitor) -> None:
    assert owner.get("/").headers["Location"] == "/sign-in"
    assert owner.get("/sign-in").headers["Location"] == "/first-start"
    page = owner.get("/first-start").text
    assert 'name="company_name"' in page
    assert "Discover in training mode" in page


def test_the_first_start_makes_administrator_company_and_till_and_signs_in(
    owner: Visitor, new_shop: FakeServices
) -> None:
    assert owner.post("/first-start", FIRST).headers["HX-Redirect"] == "/"
    martin = new_shop.users.find("Martin")
    assert martin.is_administrator
    assert check_password(martin, "4711")
    assert new_shop.settings.company() == replace(
        a_company(),
        address=("12 rue des Forges", "Zone Nord"),
        siret="123 456 789 00012",
        vat_number="FR12123456789",
        footer="",
    )
    assert [till.code for till in new_shop.shop.tills()] == ["C1"]
    assert owner.session.user == "Martin"
    assert "Welcome, Martin." in owner.get("/").text
    assert "Welcome, Martin." not in owner.get("/").text


def test_the_first_start_is_over_once_somebody_can_sign_in(owner: Visitor, new_shop: FakeServices) -> None:
    owner.post("/first-start", FIRST)
    assert owner.get("/first-start").headers["Location"] == "/"
    owner.post("/first-start", {**FIRST, "name": "Somebody"})
    assert [user.name for user in new_shop.users.users()] == ["Martin"]


def test_an_administrator_made_by_a_command_gets_his_password_here(owner: Visitor, new_shop: FakeServices) -> None:
    new_shop.users.save(User("martin", Role.ADMINISTRATOR))
    owner.post("/first-start", FIRST)
    assert [user.name for user in new_shop.users.users()] == ["Martin"]


@pytest.mark.parametrize(
    ("typed", "field", "note"),
    [
        ({"name": ""}, "name", "Type your name"),
        ({"password": "123", "password_again": "123"}, "password", "4 to 200 characters"),
        ({"password_again": "4712"}, "password_again", "Type both again"),
        ({"company_name": " "}, "company_name", "The company has no name."),
        ({"siret": "123"}, "siret", "14 digits"),
        ({"vat_number": "12"}, "vat_number", "is not a VAT number"),
        ({"city": "x" * 201}, "city", "This text is too long."),
        ({"address": "a\nb\nc\nd\ne\nf"}, "address", "too long for a ticket"),
        ({"name": "Mar\x07tin"}, "name", "be the name of a user"),
    ],
)
def test_a_wrong_first_start_keeps_what_was_typed_and_says_what_to_mend(
    owner: Visitor, new_shop: FakeServices, typed: dict[str, str], field: str, note: str
) -> None:
    answer = owner.post("/first-start", {**FIRST, "phone": "03 80 99 99 99", **typed})
    assert answer.status_code == 422
    assert note in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert f'aria-describedby="{field}-note" aria-invalid="true"' in answer.text
    assert 'value="03 80 99 99 99"' in answer.text
    assert "4711" not in answer.text
    assert new_shop.users.users() == []


# Training


def test_discovering_goes_into_the_training_mode_in_one_click(owner: Visitor, new_shop: FakeServices) -> None:
    assert owner.post("/training").headers["HX-Redirect"] == "/"
    assert owner.session.user == "DUPOND"
    page = owner.get("/").text
    assert "TRAINING MODE" in page
    assert "Leave the training mode" in page
    assert new_shop.users.users() == []


def test_leaving_the_training_mode_leads_back_to_the_shop(owner: Visitor) -> None:
    owner.post("/training")
    owner.post("/leave-training")
    assert owner.session.user == ""
    assert owner.get("/sign-in").headers["Location"] == "/first-start"
    assert "TRAINING MODE" not in owner.get("/first-start").text


def test_signing_out_stays_in_the_training_mode(owner: Visitor) -> None:
    owner.post("/training")
    owner.post("/sign-out")
    assert "TRAINING MODE" in owner.get("/sign-in").text


def test_a_program_without_a_training_shop_offers_none(new_shop: FakeServices, launch: LaunchTokens) -> None:
    visitor = Visitor(create_app(new_shop, launch=launch, language="en")).enter()
    assert "Discover" not in visitor.get("/first-start").text
    assert visitor.post("/training").status_code == 404


def test_a_program_started_in_training_has_no_way_out_of_it(school: FakeServices, launch: LaunchTokens) -> None:
    visitor = Visitor(create_app(school, launch=launch, language="en", open_training=lambda: school)).sign_in("DUPOND")
    page = visitor.get("/").text
    assert "TRAINING MODE" in page
    assert "Leave the training mode" not in page


# Set-up


def test_the_three_settings_stand_as_a_check_list(administrator: Visitor) -> None:
    page = administrator.get("/").text
    assert "1 of 3" in page  # the PDF engine is found without a question
    assert page.count('class="step-mark done"') == 1
    assert page.count('class="step-mark current"') == 1
    assert 'href="/settings/mails/ticket/edit"' in page


def test_a_sender_counts_once_it_is_tested(administrator: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_sender("MARTIN"))
    assert "caisse@brico.example · not tested yet" in administrator.get("/").text
    shop.settings.save_sender_profile(a_tested_sender("MARTIN"))
    page = administrator.get("/").text
    assert "caisse@brico.example · test succeeded today at 12:00" in page
    assert "2 of 3" in page


def test_a_missing_pdf_engine_says_what_to_do(administrator: Visitor, shop: FakeServices) -> None:
    shop.pdf_engine.failure = PdfEngineMissingError("wkhtmltopdf")
    page = administrator.get("/").text
    assert "is missing on this PC" in page
    assert 'class="step-mark failed"' in page


MAIL_TEXTS = {"subject": "Ticket [NUMERO TICKET]", "body": "Bonjour"}


def test_the_mail_counts_once_it_was_read(administrator: Visitor, shop: FakeServices) -> None:
    page = administrator.get("/settings/mails/ticket/edit").text
    assert "Votre ticket de caisse n° [NUMERO TICKET]" in page
    assert administrator.post("/settings/mails/ticket/edit", MAIL_TEXTS).headers["HX-Redirect"] == "/"
    assert "2 of 3" in administrator.get("/").text


def test_the_check_list_goes_when_all_is_done(administrator: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(a_tested_sender("MARTIN"))
    administrator.post("/settings/mails/ticket/edit", MAIL_TEXTS)
    assert "A few settings" not in administrator.get("/").text


def test_a_cashier_sees_no_way_to_what_only_administrators_set(cashier: Visitor) -> None:
    page = cashier.get("/").text
    assert "The mail of the till tickets" in page
    assert "/settings/mails" not in page


# The day


def test_the_slip_adds_the_day_up(cashier: Visitor, shop: FakeServices) -> None:
    shop.shop.save(tills=[a_till("C1"), a_till("C2")])
    for till, days_ago, price in (("C1", 0, 14840), ("C2", 0, 1290), ("C2", 0, 1000), ("C1", 1, 500)):
        shop.tickets.record(
            a_ticket(till, lines=[a_line(price=price)], issued_at=NOON - timedelta(days=days_ago, hours=1))
        )
    shop.journal.append(a_journal_entry("C1-1", "mailed"))
    shop.journal.append(a_journal_entry("C2-1", "printed"))
    shop.journal.append(a_journal_entry("C1-2", "mailed"))  # yesterday's ticket
    page = cashier.get("/").text
    assert "Tuesday 24 November" in page
    assert '<p class="figure">€171.30</p>' in page
    assert "taken in 3 tickets" in page
    assert '<dt>Till C2</dt><dd class="num">€22.90</dd>' in page
    assert '<dt>Sent by mail</dt><dd class="num">1</dd>' in page
    assert '<dt>Printed</dt><dd class="num">1</dd>' in page
    assert '<dt>Neither</dt><dd class="num">1</dd>' in page
    assert "Yesterday, 1 ticket: €5.00" in page


def test_mails_that_wait_show_the_ticket_and_the_reason_never_the_address(cashier: Visitor, shop: FakeServices) -> None:
    shop.shop.save(tills=[a_till("C1")])
    shop.tickets.record(a_ticket())
    waiting = a_mail(user="DUPOND", ticket_key="C1-1").sending()
    waiting = waiting.moved(MailState.DEFERRED, mail_cause=MailCause.NO_ANSWER)
    shop.outbox.save(replace(waiting, next_try_at=NOON + timedelta(minutes=5)))
    shop.outbox.save(a_mail("b" * 32, user="DUPOND", ticket_key="C1-1"))
    shop.outbox.save(a_mail("c" * 32, user="MARTIN", ticket_key="C1-7"))
    page = cashier.get("/").text
    assert "Mails waiting" in page
    assert "C1-1 · €24.50" in page
    assert "Next try at 12:05." in page
    assert ">Draft</span>" in page
    assert "C1-7" not in page
    assert "client@example.org" not in page


def test_the_last_two_weeks_come_after_the_page(cashier: Visitor, shop: FakeServices) -> None:
    assert 'hx-get="/history"' in cashier.get("/").text
    assert 'id="home-history" class="card" hidden' in cashier.htmx("/history", "home-history").text
    shop.journal.append(a_journal_entry("C1-1"))
    shop.journal.append(a_journal_entry("C1-2", "printed", at=NOON - timedelta(days=13)))
    shop.journal.append(a_journal_entry("C1-3", "failed", mail_cause=MailCause.LOGIN_REFUSED.value))
    shown = cashier.htmx("/history", "home-history").text
    assert shown.count('<rect class="mailed"') == 14
    assert "1 ticket by mail" in shown
    assert "0 by mail, 1 on paper" in shown
    assert "about 0.2 m of paper roll saved" in shown
    assert "1 try" in shown
    assert "hx-get" not in shown
