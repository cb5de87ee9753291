"""The pages of ticket layouts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from backend.domain.pdf_settings import PdfFailure
from backend.domain.shop import PrinterKind
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LAYOUT_FIELDS, LogoSize
from backend.usecases.edit_layouts import copy_layout, find_layout, set_till_layout
from backend.usecases.remember_layout import always_layout
from tests.builders import a_company, a_ticket, a_till

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

TYPED = {
    "type": "large",
    "header": "Ouvert le dimanche",
    "footer": "Ticket [TICKET.NUMERO]",
    "shows_vat_table": "yes",
    "shows_hash": "yes",
}


@pytest.fixture(autouse=True)
def _tills(shop: FakeServices) -> None:
    shop.shop.save([a_till(), a_till("C2", printer=PrinterKind.SERIAL)])
    shop.tickets.record(a_ticket())


def test_the_list_shows_every_layout_and_each_till(administrator: Visitor) -> None:
    page = administrator.get("/settings/layouts/").text
    assert all(name in page for name in ("80 mm", "58 mm", "A4", "C1", "C2"))
    serial = page[page.index("C2") :]
    assert 'value="58mm"' in serial
    assert 'value="a4"' not in serial


def test_a_layout_is_saved_with_all_its_options(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post("/settings/layouts/58mm", TYPED)
    assert answer.headers["HX-Redirect"] == "/settings/layouts/"
    saved = find_layout("58mm", shop)
    assert (saved.large_type, saved.header, saved.footer) == (True, "Ouvert le dimanche", "Ticket [TICKET.NUMERO]")
    assert (saved.shows_vat_table, saved.shows_hash, saved.shows_cashier, saved.shows_discounts) == (
        True,
        True,
        False,
        False,
    )
    assert saved.name == BUILT_IN_LAYOUTS[1].name


def test_an_unknown_field_is_refused_and_what_was_typed_stays(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.post("/settings/layouts/80mm", TYPED | {"footer": "[CARTE.CODE]"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Ouvert le dimanche" in answer.text
    assert shop.settings.layouts() == BUILT_IN_LAYOUTS


def test_the_preview_sets_what_is_typed_and_saves_nothing(administrator: Visitor, shop: FakeServices) -> None:
    answer = administrator.htmx("/settings/layouts/80mm?sample=C1-1&type=large", "layouts-preview")
    assert 'src="data:image/png;base64,' in answer.text
    assert "True</p>" in shop.pdf_engine.made[-1][0]
    assert shop.settings.layouts() == BUILT_IN_LAYOUTS


def test_the_preview_says_why_there_is_none(administrator: Visitor, shop: FakeServices) -> None:
    shop.pdf_engine.failure = PdfFailure("hung")
    answer = administrator.htmx("/settings/layouts/80mm?sample=C1-1", "layouts-preview")
    assert answer.status_code == 200
    assert 'class="banner bad"' in answer.text
    wrong = administrator.htmx("/settings/layouts/80mm?sample=C1-1&header=[NIX]", "layouts-preview")
    assert "[NIX]" in wrong.text


def test_a_copy_opens_and_can_be_renamed_and_deleted_with_a_way_back(
    administrator: Visitor, shop: FakeServices
) -> None:
    answer = administrator.post("/settings/layouts/80mm/copy")
    layout_id = answer.headers["HX-Redirect"].rpartition("/")[2]
    administrator.post(f"/settings/layouts/{layout_id}", TYPED | {"name": "Dimanche"})
    renamed = find_layout(layout_id, shop)
    assert renamed.name == "Dimanche"
    assert "Dimanche" in administrator.write("DELETE", f"/settings/layouts/{layout_id}").text
    assert shop.settings.layouts() == BUILT_IN_LAYOUTS
    administrator.post(f"/settings/layouts/{layout_id}/restore")
    assert find_layout(layout_id, shop) == renamed


def test_a_layout_in_use_is_not_deleted_and_its_till_is_named(administrator: Visitor, shop: FakeServices) -> None:
    copied = copy_layout("58mm", "Étroit", shop)
    set_till_layout("C2", copied.id, shop)
    answer = administrator.write("DELETE", f"/settings/layouts/{copied.id}")
    assert 'role="alert"' in answer.text
    assert "C2" in answer.text
    assert find_layout(copied.id, shop) == copied


def test_a_till_takes_the_layout_that_was_chosen_for_it(administrator: Visitor, shop: FakeServices) -> None:
    administrator.post("/settings/layouts/tills/C1", {"layout": "a4"})
    assert always_layout("C1", shop) == "a4"
    administrator.post("/settings/layouts/tills/C1", {"layout": ""})
    assert always_layout("C1", shop) == ""
    assert administrator.post("/settings/layouts/tills/C2", {"layout": "a4"}).status_code == 404


def test_what_the_company_lacks_is_said_on_three_pages(administrator: Visitor, shop: FakeServices) -> None:
    shop.settings.save_company(a_company(siret=""))
    for path in ("/settings/layouts/", "/settings/layouts/80mm", "/settings/company", "/"):
        assert "SIRET" in administrator.get(path).text.replace(">SIRET<", ""), path
    shop.settings.save_company(a_company())
    assert "banner warn" not in administrator.get("/settings/layouts/").text


def test_cashiers_set_no_layout(cashier: Visitor) -> None:
    assert cashier.get("/settings/layouts/").status_code == 403
    assert cashier.post("/settings/layouts/80mm", TYPED).status_code == 403


def test_a_character_that_no_font_has_is_said_beside_the_preview(administrator: Visitor, shop: FakeServices) -> None:
    shop.without_glyph = "80"  # the fake page holds the layout's name
    form = {"name": "x", "type": "normal", "logo": "small"}
    answer = administrator.htmx("/settings/layouts/80mm", "layouts-preview", query_string=form)
    assert answer.text.count('class="banner warn"') == 1
    shop.without_glyph = ""
    answer = administrator.htmx("/settings/layouts/80mm", "layouts-preview", query_string=form)
    assert "banner" not in answer.text


def test_the_size_of_the_logo_is_kept(administrator: Visitor, shop: FakeServices) -> None:
    page = administrator.get("/settings/layouts/80mm").text
    assert 'href="/settings/company"' in page.partition('name="logo"')[2].partition('name="type"')[0]
    assert administrator.post("/settings/layouts/80mm", {"type": "normal", "logo": "none"}).status_code == 204
    assert next(layout for layout in shop.settings.layouts() if layout.id == "80mm").logo is LogoSize.NONE
    administrator.post("/settings/layouts/80mm", {"type": "normal", "logo": "gigantic"})
    assert next(layout for layout in shop.settings.layouts() if layout.id == "80mm").logo is LogoSize.NONE


def test_every_field_can_be_inserted_into_the_texts_by_a_button(administrator: Visitor) -> None:
    page = administrator.get("/settings/layouts/80mm").text
    assert page.count("data-takes-codes") == 1
    assert re.findall(r'data-inserts="\[([^"]+)\]"', page) == list(LAYOUT_FIELDS)
    takes_codes = page.partition("data-takes-codes")[2].partition("<details")[0]
    assert re.findall(r'<textarea[^>]* name="(\w+)"', takes_codes) == ["header", "footer"]
    assert "<input" not in takes_codes
