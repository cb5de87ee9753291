"""Predefined variables: chosen through links in three steps, changed and deleted without leaving a code behind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.mail_template import MailTemplate, default_template
from backend.domain.mail_variables import VARIABLES_MAX
from backend.domain.placeholder import Placeholder
from backend.usecases.edit_mail_template import find_mail_template
from tests.builders import a_ticket, a_till

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

VARIABLES = "/settings/mails/ticket/variables"
CASHIER = {"field": "CAISSIER.NOM", "code": "nom  caissier", "label": "Nom du caissier"}


@pytest.fixture(autouse=True)
def _ticket(shop: FakeServices) -> None:
    shop.shop.save([a_till()])
    shop.tickets.record(a_ticket(cashier_code="DUP", cashier_name="DUPOND"))


def _ask(visitor: Visitor, path: str, **values: str) -> TestResponse:
    return visitor.htmx(f"{VARIABLES}/{path}", "dialogs", query_string=values)


def _kept(shop: FakeServices) -> MailTemplate:
    return find_mail_template(DocumentType.TICKET, shop)


def _use_cashier(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post(f"{VARIABLES}/", CASHIER)
    shop.settings.save_mail_template(replace(_kept(shop), body="Reçu par M. [NOM CAISSIER]."))


def test_a_line_with_an_arrow_opens_the_linked_table(administrator: Visitor) -> None:
    page = _ask(administrator, "new").text
    assert 'value="TICKET.NUMERO"' in page
    assert 'value="link:CAISSIER"' in page
    assert "CAISSIER.NOM" not in page
    beside = _ask(administrator, "new/fields/TICKET", TICKET="link:CAISSIER").text
    assert 'value="CAISSIER.NOM"' in beside
    assert "DUPOND" in beside
    assert 'value="TICKET.NUMERO"' not in beside


def test_links_of_links_open_a_third_list(administrator: Visitor) -> None:
    beside = _ask(administrator, "new/fields/CLIENT", CLIENT="link:CONTACT").text
    assert 'value="CONTACT.NOM"' in beside


def test_the_steps_propose_a_code_and_a_label(administrator: Visitor) -> None:
    step = _ask(administrator, "new/code", TICKET="link:CAISSIER", CAISSIER="CAISSIER.NOM").text
    assert 'value="NOM CAISSIER"' in step
    step = _ask(administrator, "new/label", field="CAISSIER.NOM", code="nom caissier").text
    assert 'value="NOM CAISSIER"' in step
    assert 'value="Nom du caissier"' in step
    back = _ask(administrator, "new", field="CAISSIER.NOM").text
    assert back.count(" checked") == 2


def test_a_link_without_a_field_is_no_choice(administrator: Visitor) -> None:
    for values in ({"TICKET": "link:CAISSIER"}, {}, {"TICKET": "GONE.FIELD"}):
        assert _ask(administrator, "new/code", **values).status_code == 422


def test_a_defined_variable_is_kept_in_capitals_and_listed(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post(f"{VARIABLES}/", CASHIER)
    assert answer.status_code == 200
    assert 'data-inserts="[NOM CAISSIER]"' in answer.text
    assert _kept(shop).placeholders[-1] == Placeholder("NOM CAISSIER", "Nom du caissier", "CAISSIER.NOM")


def test_a_date_offers_its_formats_and_keeps_the_chosen_one(administrator: Visitor, shop: FakeServices) -> None:
    step = _ask(administrator, "new/code", TICKET="TICKET.DATE").text
    assert "24 novembre 2026" in step
    typed = {"field": "TICKET.DATE", "code": "JOUR", "label": "Jour", "format": "J MMMM AAAA"}
    administrator.post(f"{VARIABLES}/", typed)
    assert _kept(shop).placeholders[-1].format == "J MMMM AAAA"
    assert administrator.post(f"{VARIABLES}/", typed | {"code": "J2", "format": "0,00"}).status_code == 422


def test_the_eleventh_is_refused_with_a_sentence(administrator: Visitor, shop: FakeServices) -> None:
    for number in range(2, VARIABLES_MAX):
        assert administrator.post(f"{VARIABLES}/", CASHIER | {"code": f"V{number}"}).status_code == 200
    answer = administrator.post(f"{VARIABLES}/", CASHIER)
    assert answer.status_code == 422
    for page in (answer.text, _ask(administrator, "new").text):
        assert "10 variables au plus" in page
    assert len(_kept(shop).placeholders) == VARIABLES_MAX


@pytest.mark.parametrize("code", ["", "NUMERO TICKET", "a[b]", "X" * 41, "<B>", "123"])
def test_a_code_that_cannot_be_is_refused_and_stays_typed(
    administrator: Visitor, shop: FakeServices, code: str
) -> None:
    answer = administrator.post(f"{VARIABLES}/", CASHIER | {"code": code})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert _ask(administrator, "new/label", **CASHIER | {"code": code}).status_code == 422
    assert _kept(shop) == default_template(DocumentType.TICKET)


def test_a_new_code_takes_the_place_of_the_old_one_in_saved_and_typed_texts(
    administrator: Visitor, shop: FakeServices
) -> None:
    _use_cashier(administrator, shop)
    typed = {"subject": "[NOM CAISSIER]", "body": "Par [NOM CAISSIER] !"}
    change = {"old_code": "NOM CAISSIER", "code": "Caissière", "label": "Nom"}
    answer = administrator.post(f"{VARIABLES}/change", change | typed)
    assert "Par [CAISSIÈRE] !" in answer.text
    assert "[NOM CAISSIER]" not in answer.text
    assert _kept(shop).body == "Reçu par M. [CAISSIÈRE]."
    assert _kept(shop).placeholders[-1] == Placeholder("CAISSIÈRE", "Nom", "CAISSIER.NOM")


def test_a_new_code_with_blanks_is_folded_and_told(administrator: Visitor, shop: FakeServices) -> None:
    _use_cashier(administrator, shop)
    change = {"old_code": "NOM CAISSIER", "code": "nom  de la   caissière", "label": "Nom"}
    answer = administrator.post(f"{VARIABLES}/change", change | {"subject": "S", "body": "[NOM CAISSIER]"})
    assert answer.status_code == 200
    assert "[NOM DE LA CAISSIÈRE]" in answer.text
    assert _kept(shop).placeholders[-1].code == "NOM DE LA CAISSIÈRE"


def test_a_variable_in_use_is_not_left_dangling(administrator: Visitor, shop: FakeServices) -> None:
    _use_cashier(administrator, shop)
    asked = administrator.write("DELETE", f"{VARIABLES}/", {"old_code": "NOM CAISSIER"})
    assert asked.status_code == 422
    assert "est utilisée" in asked.text
    assert len(_kept(shop).placeholders) == 3
    sure = {"old_code": "NOM CAISSIER", "also_in_texts": "yes", "subject": "S", "body": "Par [NOM CAISSIER]."}
    answer = administrator.write("DELETE", f"{VARIABLES}/", sure)
    assert "Par." in answer.text
    assert _kept(shop).body == "Reçu par M.."
    assert len(_kept(shop).placeholders) == 2


def test_a_variable_in_the_typed_text_alone_asks_too(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post(f"{VARIABLES}/", CASHIER)
    form = {"old_code": "NOM CAISSIER", "subject": "S", "body": "Par [NOM CAISSIER]."}
    assert administrator.write("DELETE", f"{VARIABLES}/", form).status_code == 422
    assert administrator.write("DELETE", f"{VARIABLES}/", form | {"body": "Par."}).status_code == 200
    assert len(_kept(shop).placeholders) == 2


def test_a_step_opened_directly_leads_to_the_page_that_it_lies_over(administrator: Visitor) -> None:
    for path in ("new", "new/code", "new/label", "change?code=NUMERO TICKET", "new/fields/TICKET"):
        answer = administrator.get(f"{VARIABLES}/{path}")
        assert answer.headers["Location"] == "/settings/mails/ticket/edit"


def test_unknown_variables_and_tables_are_said(administrator: Visitor) -> None:
    assert _ask(administrator, "change", code="NIX").status_code == 404
    assert administrator.write("DELETE", f"{VARIABLES}/", {"old_code": "NIX"}).status_code == 404
    assert _ask(administrator, "new/fields/NIX").status_code == 404
