"""Characters without a glyph are named, so that nobody mails a ticket of boxes without knowing."""

from __future__ import annotations

import pytest

from backend.adapters.pdf.font_glyphs import missing_glyphs
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, TicketMarks
from tests.builders import a_company, a_line, a_recorded_ticket
from tests.contract.sample_tickets import sample_tickets


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=str)
@pytest.mark.parametrize("name", [name for name in sample_tickets() if name != "hostile"])
def test_latin_greek_and_cyrillic_have_all_their_glyphs(name: str, layout: object) -> None:
    chosen = next(one for one in BUILT_IN_LAYOUTS if one is layout)
    assert missing_glyphs(JinjaTicketPage()(sample_tickets()[name][0], chosen, TicketMarks(1))) == ""


def test_each_missing_character_is_named_once_wherever_it_stands() -> None:
    recorded = a_recorded_ticket(lines=(a_line("寿司 🍣 寿"), a_line("Œuf à 3 €")), company=a_company(name="שלום"))
    page = JinjaTicketPage()(recorded, BUILT_IN_LAYOUTS[0], TicketMarks())
    assert set(missing_glyphs(page)) == set("שלום寿司🍣")


def test_markup_and_what_can_not_be_seen_are_no_text() -> None:
    assert (
        missing_glyphs("<title>寿</title><style>p:after { content: '寿' }</style><p class='寿'>a&nbsp;\u00ad&amp;</p>")
        == ""
    )
    assert missing_glyphs("<p>&#23551;</p>") == "寿"
