from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.company_gaps import company_gaps
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.outgoing_mail import JournalEntry
from backend.domain.shop import PrinterKind
from backend.domain.ticket_layout import (
    BUILT_IN_LAYOUTS,
    LAYOUT_FIELDS,
    LayoutInUseError,
    layout_content,
    layout_from_content,
    layout_text,
)
from backend.usecases.edit_layouts import (
    copy_layout,
    delete_layout,
    find_layout,
    restore_layout,
    save_layout,
    set_till_layout,
    tills_with,
)
from backend.usecases.make_ticket_pdf import choose_layout
from backend.usecases.preview_layout import layout_picture, sample_tickets
from backend.usecases.remember_layout import layout_without_question
from tests.builders import a_company, a_credit, a_line, a_ticket, a_till
from tests.fakes import FakeServices


@pytest.fixture
def shop(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.shop.save([a_till(), a_till("C2", printer=PrinterKind.SERIAL)])
    return services


def test_a_copy_has_a_name_and_an_id_of_its_own(shop: FakeServices) -> None:
    save_layout(replace(BUILT_IN_LAYOUTS[0], footer="Merci"), shop)
    copied = copy_layout("80mm", "Ticket d'été", shop)
    assert (copied.id, copied.footer, copied.is_built_in) == ("ticket-d-ete", "Merci", False)
    assert copy_layout("80mm", "Ticket d’été", shop).id == "ticket-d-ete-2"
    assert find_layout("ticket-d-ete", shop) == copied


def test_renaming_keeps_the_id_and_the_paper(shop: FakeServices) -> None:
    copied = copy_layout("58mm", "Étroit", shop)
    saved = save_layout(replace(copied, name="  Très   étroit ", paper=BUILT_IN_LAYOUTS[2].paper), shop)
    assert saved == replace(copied, name="Très étroit")


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"name": " "}, "name", "layout_name"),
        ({"name": "x" * 41}, "name", "layout_name"),
        ({"name": "page a4"}, "name", "layout_exists"),
        ({"header": "x" * 501}, "header", "text_too_long"),
        ({"footer": "[CLIENT.EMAIL]"}, "footer", "unknown_field"),
    ],
)
def test_what_no_layout_can_hold_is_refused(
    shop: FakeServices, changes: dict[str, str], where: str, reason: str
) -> None:
    copied = copy_layout("80mm", "Mien", shop)
    with pytest.raises(InvalidInputError) as refused:
        save_layout(replace(copied, **changes), shop)  # type: ignore[arg-type]  # all of them texts
    assert (refused.value.where, refused.value.reason) == (where, reason)
    assert find_layout(copied.id, shop) == copied


def test_a_layout_that_a_till_always_takes_can_not_be_deleted(shop: FakeServices) -> None:
    copied = copy_layout("58mm", "Étroit", shop)
    set_till_layout("C2", copied.id, shop)
    with pytest.raises(LayoutInUseError) as refused:
        delete_layout(copied.id, shop)
    assert (refused.value.layout, refused.value.tills) == ("Étroit", "C2")
    set_till_layout("C2", "", shop)
    assert delete_layout(copied.id, shop) == copied
    with pytest.raises(NotFoundError):
        find_layout(copied.id, shop)
    restore_layout(copied, shop)
    assert find_layout(copied.id, shop) == copied


def test_deleting_a_built_in_layout_resets_it_even_where_a_till_takes_it(shop: FakeServices) -> None:
    save_layout(replace(BUILT_IN_LAYOUTS[1], large_type=True), shop)
    set_till_layout("C2", "58mm", shop)
    delete_layout("58mm", shop)
    assert find_layout("58mm", shop) == BUILT_IN_LAYOUTS[1]


def test_a_till_with_a_serial_printer_takes_small_formats_only(shop: FakeServices) -> None:
    page = copy_layout("a4", "Grande page", shop)
    with pytest.raises(NotFoundError):
        set_till_layout("C2", page.id, shop)
    set_till_layout("C1", page.id, shop)
    assert tills_with(page.id, shop) == ("C1",)
    assert layout_without_question("C1", shop) == page.id
    assert layout_without_question("C2", shop) == ""


def test_a_layout_comes_back_from_its_content_and_from_that_of_an_older_version() -> None:
    layout = replace(BUILT_IN_LAYOUTS[2], header="é", shows_vat_table=False)
    assert layout_from_content(layout_content(layout)) == layout
    assert layout_from_content({"id": "80mm", "name": "Ticket 80 mm", "paper": "80mm"}) == BUILT_IN_LAYOUTS[0]


def test_a_layout_is_tried_on_the_latest_a_long_a_walk_in_s_and_a_credit(shop: FakeServices) -> None:
    assert sample_tickets(shop) == []
    for ticket in (
        a_ticket(lines=[a_line()] * 9),
        a_credit(),
        a_ticket(),
        a_ticket(customer_code="DUVAL", customer_name="ATELIER DUVAL"),
    ):
        shop.tickets.record(ticket)
    found = {sample.kind: sample.key.number for sample in sample_tickets(shop)}
    assert found == {"latest": 4, "long": 1, "walk_in": 3, "credit": 2}


@pytest.mark.parametrize("key", ["", "C1-1"])
def test_a_preview_is_no_issue_and_says_specimen(shop: FakeServices, key: str) -> None:
    shop.tickets.record(a_ticket())
    assert layout_picture(BUILT_IN_LAYOUTS[2], key, 400, shop).startswith(b"\x89PNG")
    html, page, target = shop.pdf_engine.made[-1]
    assert html.endswith(" a4 0 True</p>")
    assert (page.width_mm, page.height_mm, target.exists()) == (210, 297, False)
    assert shop.journal.entries("C1-1") == []


def test_what_the_company_lacks_is_named() -> None:
    assert company_gaps(None) == ("address", "siret", "vat_number")
    assert company_gaps(a_company()) == ()
    assert company_gaps(a_company(city="", siret="")) == ("address", "siret")
    assert company_gaps(a_company(vat_number="")) == ("vat_number",)
    exempt = a_company(vat_number="", footer="TVA non applicable, art. 293\u00a0B du CGI")
    assert company_gaps(exempt) == ()


def test_own_texts_take_what_the_ticket_holds_and_no_address() -> None:
    text = "[TICKET.NUMERO] [TICKET.DATE] [CAISSIER.NOM] [TICKET.TTC] [CLIENT.EMAIL] [x]"
    assert layout_text(text, a_ticket(number=4)) == "4 24/11/2026 DUPOND 24,50 [CLIENT.EMAIL] [x]"
    assert not [code for code in LAYOUT_FIELDS if "EMAIL" in code or code.startswith("CONTACT.")]


def test_a_duplicate_keeps_the_layout_as_it_was_when_the_ticket_was_first_issued(shop: FakeServices) -> None:
    old, new = shop.tickets.record(a_ticket()), shop.tickets.record(a_ticket())
    shop.journal.append(JournalEntry(shop.clock.now(), str(old.ticket.key), "Zoé", "printed"))
    for footer in ("Un", "Deux"):
        shop.clock.advance(minutes=1)
        save_layout(replace(find_layout("80mm", shop), footer=footer), shop)
    assert choose_layout(old, "80mm", shop) == BUILT_IN_LAYOUTS[0]
    assert choose_layout(old, "", shop) == BUILT_IN_LAYOUTS[0]
    assert choose_layout(new, "80mm", shop).footer == "Deux"
    shop.journal.append(JournalEntry(shop.clock.now(), str(new.ticket.key), "Zoé", "mailed"))
    shop.clock.advance(minutes=1)
    was = delete_layout("80mm", shop)
    assert choose_layout(new, "80mm", shop).footer == "Deux"
    shop.clock.advance(minutes=1)
    restore_layout(was, shop)
    assert choose_layout(old, "80mm", shop) == BUILT_IN_LAYOUTS[0]
    assert choose_layout(old, "a4", shop) == BUILT_IN_LAYOUTS[2]
