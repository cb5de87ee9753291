"""Predefined variables: their codes, the texts that show them, the ways to every table; the rehearsal's tickets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError
from backend.domain.field_catalogue import FIELDS, ROOT, TABLES, path_to
from backend.domain.mail_template import default_template
from backend.domain.mail_variables import (
    VARIABLES_MAX,
    VariableInUseError,
    check_room,
    formats_of,
    free_code,
    is_used,
    with_changed,
    with_variable,
    without_variable,
)
from backend.domain.placeholder import Placeholder, check_codes
from backend.usecases.edit_mail_template import find_mail_template
from backend.usecases.edit_variables import change_variable, define_variable, delete_variable
from backend.usecases.rehearse_mail import rehearse_mail
from tests.builders import a_contact, a_credit, a_customer, a_ticket, a_till
from tests.fakes import FakeServices

TICKET_MAIL = default_template(DocumentType.TICKET)
CASHIER = Placeholder("NOM CAISSIER", "Nom du caissier", "CAISSIER.NOM")


def test_the_proposed_codes_are_those_of_the_first_start() -> None:
    bare = replace(TICKET_MAIL, placeholders=())
    for one in TICKET_MAIL.placeholders:
        assert free_code(bare, one.field) == one.code
    assert free_code(with_variable(TICKET_MAIL, CASHIER), "CAISSIER.NOM") == "NOM CAISSIER 2"


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_field_can_become_a_variable_as_it_is_proposed(field: str) -> None:
    proposed = Placeholder(free_code(TICKET_MAIL, field), "x", field)
    for pattern in ("", *formats_of(field)):
        template = with_variable(TICKET_MAIL, replace(proposed, format=pattern))
        check_codes("body", f"[{template.placeholders[-1].code}]", template.placeholders)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_links_lead_from_the_ticket_to_every_table(table: str) -> None:
    way = path_to(table)
    assert (way[0], way[-1]) == (ROOT, table)
    assert path_to("CONTACT") == (ROOT, "CLIENT", "CONTACT")
    assert path_to("NOWHERE") == ()


def test_a_renamed_variable_keeps_its_places_in_both_texts() -> None:
    template = replace(with_variable(TICKET_MAIL, CASHIER), subject="[NOM CAISSIER]", body="[NOM CAISSIER] [X]")
    changed = with_changed(template, "NOM CAISSIER", replace(CASHIER, code="vendeur"))
    assert (changed.subject, changed.body) == ("[VENDEUR]", "[VENDEUR] [X]")
    assert not is_used(changed, "NOM CAISSIER")


def test_a_used_variable_is_not_deleted_from_under_its_text() -> None:
    template = replace(with_variable(TICKET_MAIL, CASHIER), body="Par M. [NOM CAISSIER]\n[NOM CAISSIER]!")
    with pytest.raises(VariableInUseError):
        without_variable(template, "NOM CAISSIER")
    gone = without_variable(template, "NOM CAISSIER", also_in_texts=True)
    assert (gone.body, gone.placeholders) == ("Par M.\n!", TICKET_MAIL.placeholders)


def test_what_is_defined_changed_and_deleted_is_saved(tmp_path: Path) -> None:
    services = FakeServices(tmp_path)
    define_variable(DocumentType.TICKET, CASHIER, services)
    change_variable(DocumentType.TICKET, "NOM CAISSIER", replace(CASHIER, label="Vendeur"), services)
    assert find_mail_template(DocumentType.TICKET, services).placeholders[-1].label == "Vendeur"
    delete_variable(DocumentType.TICKET, "NOM CAISSIER", services)
    assert find_mail_template(DocumentType.TICKET, services) == TICKET_MAIL


def test_a_full_mail_has_no_room() -> None:
    full = replace(TICKET_MAIL, placeholders=(CASHIER,) * VARIABLES_MAX)
    for refused in (lambda: check_room(full), lambda: with_variable(full, replace(CASHIER, code="X"))):
        with pytest.raises(InvalidInputError) as refusal:
            refused()
        assert refusal.value.reason == "variable_count"


def test_the_rehearsal_takes_a_ticket_of_each_kind(tmp_path: Path) -> None:
    services = FakeServices(tmp_path)
    services.shop.save([a_till()])
    services.customers.save([a_customer()], [a_contact()])
    walk_in = services.tickets.record(a_ticket(cashier_name="DUPOND")).ticket.key
    known = a_ticket(customer_code="MARTIN", customer_name="Hélène Martin", cashier_name="DUPOND")
    known_key = services.tickets.record(known).ticket.key
    credit = services.tickets.record(a_credit(customer_code="MARTIN", customer_name="Hélène Martin")).ticket.key
    typed = replace(
        TICKET_MAIL,
        body="[NOM CLIENT] [NOM CAISSIER]",
        placeholders=(CASHIER, Placeholder("NOM CLIENT", "n", "CLIENT.NOM")),
    )
    mails = {mail.kind: mail for mail in rehearse_mail(typed, services)}
    assert mails["known"].ticket_key == str(known_key)
    assert mails["known"].body.text == "Hélène Martin DUPOND"
    assert mails["known"].recipients == ("facturation@example.org",)
    assert mails["walk_in"].ticket_key == str(walk_in)
    assert (mails["walk_in"].body.text, mails["walk_in"].recipients) == ("DUPOND", ())
    assert mails["no_cashier"].ticket_key == ""  # the shop has no such ticket: one is made up
    assert mails["no_cashier"].body.text == "Hélène Martin"
    assert mails["other_type"].ticket_key == str(credit)
    assert "avoir" in mails["other_type"].subject.text


def test_a_setting_of_credits_is_rehearsed_on_credits(tmp_path: Path) -> None:
    services = FakeServices(tmp_path)
    services.shop.save([a_till()])
    ticket = services.tickets.record(a_ticket()).ticket.key
    credit = services.tickets.record(a_credit(customer_code="M", customer_name="Martin")).ticket.key
    mails = {mail.kind: mail for mail in rehearse_mail(default_template(DocumentType.CREDIT), services)}
    assert mails["known"].ticket_key == str(credit)
    assert mails["walk_in"].ticket_key == ""
    assert mails["other_type"].ticket_key == str(ticket)
