"""Variables that show a formula: the dialog, its live result, its refusals, and faults in a rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.placeholder import Placeholder
from tests.builders import a_ticket, a_till

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

ADDRESS = "/settings/mails/ticket/formulas"
TYPED = {"code": "remise", "label": "Remise", "formula": "ARRONDI(TICKET.TTC * 0,05; 2)"}


@pytest.fixture(autouse=True)
def _tickets(shop: FakeServices) -> None:
    shop.shop.save(tills=[a_till()])
    shop.tickets.record(a_ticket(cashier_name="DUPOND"))


def variables(shop: FakeServices) -> tuple[Placeholder, ...]:
    template = shop.settings.mail_template(DocumentType.TICKET)
    assert template is not None
    return template.placeholders


def test_the_dialog_shows_every_function_and_field_beside_the_formula(administrator: Visitor) -> None:
    page = administrator.htmx(f"{ADDRESS}/new", "dialogs").text
    for inserted in ("MAJUSCULE()", "FORMATDATE()", " ET ", "TICKET.TTC", "CLIENT.VILLE", "SOCIETE.NOM"):
        assert f'data-inserts="{inserted}"' in page
    assert 'value="FORMULE"' in page
    assert administrator.get(f"{ADDRESS}/new").status_code == 303


def test_the_result_on_the_latest_ticket_shows_while_one_types(administrator: Visitor) -> None:
    shown = administrator.post(f"{ADDRESS}/result", {"formula": TYPED["formula"]}).text
    assert "<strong>1,23</strong>" in shown
    assert "C1-1" in shown
    assert "<strong>" not in administrator.post(f"{ADDRESS}/result", {"formula": " "}).text


def test_a_fault_shows_with_its_place_marked(administrator: Visitor) -> None:
    shown = administrator.post(f"{ADDRESS}/result", {"formula": '"M. " &\nCAISSIER.NON & "<b>"'}).text
    assert "<code><mark>CAISSIER.NON</mark> &amp; &#34;&lt;b&gt;&#34;</code>" in shown
    assert "Ligne 2, caractère 1" in shown
    assert "CAISSIER.NOM" in shown


def test_a_formula_becomes_a_variable_and_fills_a_mail(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post(f"{ADDRESS}/", TYPED)
    assert variables(shop)[-1] == Placeholder("REMISE", "Remise", "", formula=TYPED["formula"])
    letters = administrator.post("/settings/mails/ticket/rehearsal", {"subject": "x", "body": "Soit [REMISE] €"}).text
    assert "Soit 1,23 €" in letters


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"formula": ""}, "La formule manque"),
        ({"formula": "TICKET.NUMRO"}, "<mark>TICKET.NUMRO</mark>"),
        ({"formula": "1 / 0"}, "<mark>0</mark>"),
        ({"code": ""}, "code"),
        ({"label": ""}, "libellé"),
    ],
)
def test_what_does_not_fit_is_refused_and_stays_typed(
    administrator: Visitor, shop: FakeServices, changes: dict[str, str], told: str
) -> None:
    before = variables(shop)
    answer = administrator.post(f"{ADDRESS}/", TYPED | changes)
    assert answer.status_code == 422
    assert told in answer.text
    assert (TYPED | changes)["formula"] in answer.text
    assert variables(shop) == before


def test_a_changed_formula_takes_its_new_code_along(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post(f"{ADDRESS}/", TYPED)
    dialog = administrator.htmx(f"{ADDRESS}/change?code=REMISE", "dialogs").text
    assert TYPED["formula"] in dialog
    sent = {"old_code": "REMISE", "code": "MOITIE", "label": "La moitié", "formula": "TICKET.TTC / 2"}
    answer = administrator.post(f"{ADDRESS}/change", sent | {"subject": "a [REMISE]", "body": "b"})
    assert variables(shop)[-1] == Placeholder("MOITIE", "La moitié", "", formula="TICKET.TTC / 2")
    assert "a [MOITIE]" in answer.text


def test_an_eleventh_variable_is_refused_for_formulas_too(administrator: Visitor, shop: FakeServices) -> None:
    for number in range(10 - len(variables(shop))):
        administrator.post(f"{ADDRESS}/", TYPED | {"code": f"R{number}"})
    assert len(variables(shop)) == 10
    assert administrator.post(f"{ADDRESS}/", TYPED).status_code == 422
    assert len(variables(shop)) == 10


def test_a_message_that_is_a_formula_is_rehearsed_and_its_fault_shown(administrator: Visitor) -> None:
    texts = {"subject": 'formule="Ticket " & TICKET.NUMERO', "body": "formule=TICKET.NUMRO"}
    letters = administrator.post("/settings/mails/ticket/rehearsal", texts).text
    assert "<strong>Ticket 1</strong>" in letters
    assert "formule=<mark>TICKET.NUMRO</mark>" in letters
    assert "Ligne 1, caractère 9" in letters


def test_the_card_inserts_a_formula_in_brackets_where_the_text_is_one(administrator: Visitor) -> None:
    administrator.post(f"{ADDRESS}/", TYPED | {"formula": "TICKET.TTC / 2"})
    page = administrator.get("/settings/mails/ticket/edit").text
    assert 'data-inserts="[REMISE]"' in page
    assert 'data-inserts-in-formula="(TICKET.TTC / 2)"' in page
