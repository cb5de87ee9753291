"""The pages of mail settings: list, message, recipients, rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.domain.document_type import DocumentType
from backend.domain.mail_template import default_template
from tests.builders import a_customer, a_ticket, a_till

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor


EDIT = "/settings/mails/ticket/edit"
TEXTS = {"subject": "Ticket [NUMERO TICKET]", "body": "Bonjour"}


def test_subject_and_message_are_saved_with_their_variables(shop: FakeServices, administrator: Visitor) -> None:
    answer = administrator.post(EDIT, {"subject": "Ticket [NUMERO TICKET]", "body": "Bonjour [sic]"})
    assert answer.status_code == 204
    saved = shop.settings.mail_template(DocumentType.TICKET)
    assert saved is not None
    assert (saved.subject, saved.body) == ("Ticket [NUMERO TICKET]", "Bonjour [sic]")


def test_an_unknown_code_is_refused_with_its_place_and_nothing_typed_is_lost(
    shop: FakeServices, administrator: Visitor
) -> None:
    for code in ("NUMRO", "numero ticket"):
        answer = administrator.post(EDIT, {"subject": "Merci", "body": f"Le [{code}] à vous"})
        assert answer.status_code == 422
        assert f"[{code}]" in answer.text
        assert "4)" in answer.text
        assert f"Le [{code}] à vous" in answer.text
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_a_slip_in_a_code_is_refused_with_its_line_and_the_code_that_is_meant(administrator: Visitor) -> None:
    answer = administrator.post(EDIT, {"subject": "Merci", "body": "Bonjour,\n\nN° [NUMRO TICKET]"})
    assert "ligne 3, caractère 4" in answer.text
    assert "[NUMERO TICKET]" in answer.text[answer.text.index("ligne 3") :][:80].replace("\u00a0", " ")


def test_an_empty_text_is_refused(shop: FakeServices, administrator: Visitor) -> None:
    assert administrator.post(EDIT, {"subject": "", "body": "x"}).status_code == 422
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_the_list_shows_every_type_with_its_recipients(administrator: Visitor) -> None:
    page = administrator.get("/settings/mails/").text
    assert all(name in page for name in ("Ticket de caisse TPV", "Avoir", "Clôture"))
    assert "Créer" not in page


def test_a_deleted_type_is_put_back_or_created_again_and_its_mails_still_leave(
    administrator: Visitor, shop: FakeServices
) -> None:
    administrator.post(EDIT, TEXTS)
    changed = shop.settings.mail_template(DocumentType.TICKET)
    page = administrator.write("DELETE", "/settings/mails/ticket").text
    assert shop.settings.mail_template(DocumentType.TICKET) is None
    assert '<option value="ticket">' in page
    assert administrator.get(EDIT).status_code == 404
    administrator.post("/settings/mails/ticket/restore")
    assert shop.settings.mail_template(DocumentType.TICKET) == changed
    administrator.write("DELETE", "/settings/mails/ticket")
    answer = administrator.post("/settings/mails/", {"document_type": "ticket"})
    assert answer.headers["HX-Redirect"] == EDIT
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)
    assert administrator.post("/settings/mails/ticket/restore").status_code == 409


def test_a_type_has_one_setting_and_is_one_of_the_list(administrator: Visitor) -> None:
    assert administrator.post("/settings/mails/", {"document_type": "credit"}).status_code == 409
    assert administrator.post("/settings/mails/", {"document_type": "invoice"}).status_code == 404


def test_the_type_of_a_setting_cannot_be_changed(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post(EDIT, TEXTS | {"document_type": "credit"})
    assert shop.settings.mail_template(DocumentType.CREDIT) == default_template(DocumentType.CREDIT)
    assert 'name="document_type"' not in administrator.get(EDIT).text


def test_tickets_have_no_copies_and_other_types_do(administrator: Visitor, shop: FakeServices) -> None:
    copies = {"cc": "a@brico.example", "bcc": "b@brico.example"}
    for name in ("ticket", "credit"):
        administrator.post(f"/settings/mails/{name}/edit", TEXTS | copies)
    ticket, credit = (shop.settings.mail_template(DocumentType(name)) for name in ("ticket", "credit"))
    assert ticket
    assert credit
    assert (ticket.cc, ticket.bcc) == ((), ())
    assert (credit.cc, credit.bcc) == (("a@brico.example",), ("b@brico.example",))
    assert 'name="bcc"' not in administrator.get(EDIT).text
    assert 'name="bcc"' in administrator.get("/settings/mails/credit/edit").text


def test_recipients_are_kept_once_each(administrator: Visitor, shop: FakeServices) -> None:
    typed = {"to_main_contact": "yes", "free_addresses": "a@brico.example; B@brico.example;A@BRICO.example"}
    administrator.post(EDIT, TEXTS | typed)
    saved = shop.settings.mail_template(DocumentType.TICKET)
    assert saved
    assert (saved.to_billing_address, saved.to_main_contact) == (False, True)
    assert saved.free_addresses == ("a@brico.example", "B@brico.example")


def test_a_wrong_address_opens_its_tab_and_is_named(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post(EDIT, TEXTS | {"free_addresses": "a@brico.example; b@"})
    assert answer.status_code == 422
    assert "« b@ »" in answer.text.replace("\u00a0", " ")
    assert 'value="recipients" autocomplete="off" checked' in answer.text
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_a_likely_slip_is_shown_once_and_then_kept(administrator: Visitor, shop: FakeServices) -> None:
    typed = TEXTS | {"free_addresses": "zoe@gmial.com"}
    answer = administrator.post(EDIT, typed)
    assert answer.status_code == 422
    assert "zoe@gmail.com" in answer.text
    assert 'name="seen" value="zoe@gmial.com"' in answer.text
    assert administrator.post(EDIT, typed | {"seen": "zoe@gmial.com"}).status_code == 204


def test_the_rehearsal_shows_four_mails_side_by_side(administrator: Visitor, shop: FakeServices) -> None:
    shop.shop.save([a_till()])
    shop.customers.save([a_customer()])
    shop.tickets.record(a_ticket(cashier_name="DUPOND", customer_code="MARTIN", customer_name="MARTIN Zoé"))
    shop.tickets.record(a_ticket())
    typed = {"subject": "Objet tapé", "body": "N° [NUMERO TICKET]"}
    page = administrator.post("/settings/mails/ticket/rehearsal", typed).text
    assert page.count("<article") == 4
    assert page.count("Objet tapé") == 3
    assert page.count("Votre avoir") == 1
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_a_shop_without_tickets_rehearses_on_examples(administrator: Visitor) -> None:
    page = administrator.get("/settings/mails/credit").text
    assert page.count("<article") == 4
    assert "None" not in page


def test_a_closing_has_a_setting_and_no_rehearsal(administrator: Visitor) -> None:
    page = administrator.get("/settings/mails/closing/edit").text
    assert "<article" not in page
    assert 'name="to_billing_address"' not in page


def test_a_formula_with_a_fault_is_refused_beside_its_field_with_its_place(
    shop: FakeServices, administrator: Visitor
) -> None:
    answer = administrator.post(EDIT, {"subject": "formule=TICKET.NUMRO", "body": "Bonjour"})
    assert answer.status_code == 422
    assert "Ligne 1, caractère 9\u00a0: il n’y a pas de champ TICKET.NUMRO." in answer.text
    assert "Possible ici\u00a0: TICKET.NUMERO." in answer.text
    assert "formule=TICKET.NUMRO" in answer.text
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_the_page_beside_the_text_can_be_left_out(shop: FakeServices, administrator: Visitor) -> None:
    for sent, kept in (({"has_html": "yes"}, True), ({}, False)):
        administrator.post(EDIT, TEXTS | sent)
        saved = shop.settings.mail_template(DocumentType.TICKET)
        assert saved is not None
        assert saved.has_html is kept
        assert (" checked" in administrator.get(EDIT).text.partition('name="has_html"')[2].partition(">")[0]) is kept
