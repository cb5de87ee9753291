from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from html import unescape
from itertools import accumulate
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.pdf import ticket_page
from backend.adapters.pdf.page_policy import CONTENT_POLICY
from backend.adapters.pdf.page_texts import translate_into
from backend.adapters.pdf.printable import printable, printable_lines
from backend.adapters.pdf.ticket_figures import figures_of
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.adapters.pdf.ticket_view import seal, vat_code
from backend.domain.document_type import DocumentType
from backend.domain.pdf_settings import PdfFailure
from backend.domain.ticket import Payment
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, TicketLayout, TicketMarks
from tests.builders import a_company, a_line, a_recorded_ticket
from tests.contract.sample_tickets import HOSTILE, hostile_ticket

W80, W58, A4 = BUILT_IN_LAYOUTS
FRENCH = figures_of("fr")
ENGLISH = figures_of("en")
LAYOUT_FOLDER = Path(ticket_page.__file__).parents[3] / "frontend" / "ticket_layouts"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> JinjaTicketPage:
    """Set pages with a catalogue of three words, whatever the shipped one holds."""
    frontend = tmp_path_factory.mktemp("frontend")
    shutil.copytree(LAYOUT_FOLDER, frontend / "ticket_layouts", ignore=shutil.ignore_patterns("fonts"))
    catalogue = frontend / "translations" / "fr" / "LC_MESSAGES" / "messages.po"
    catalogue.parent.mkdir(parents=True)
    words = {"Total incl. VAT": "Total TTC", "CREDIT NOTE": "AVOIR", "DUPLICATE %(count)s": "DUPLICATA %(count)s"}
    entries = [f'msgid "{english}"\nmsgstr "{french}"\n' for english, french in words.items()]
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    catalogue.write_text("\n".join([header, *entries]), "utf-8")
    return JinjaTicketPage(frontend=frontend)


def words_of(html: str) -> str:
    """Return what a reader sees of a page, spaces as they are."""
    body = html.partition("<body")[2].partition(">")[2]
    return re.sub(r"\s*\n\s*", "\n", unescape(re.sub(r"<[^>]+>", "\n", body)))


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (14840, "148,40\u00a0€", "€148.40"),
        (-3400, "\u221234,00\u00a0€", "\u2212€34.00"),
        (0, "0,00\u00a0€", "€0.00"),
        (128600, "1\u202f286,00\u00a0€", "€1,286.00"),
    ],
)
def test_amounts_are_written_as_their_language_does(cents: int, french: str, english: str) -> None:
    assert FRENCH.euros(cents) == french
    assert ENGLISH.euros(cents) == english


@given(st.integers(-(10**13), 10**13), st.sampled_from([("fr", "fr"), ("en", "en_GB")]))
def test_amounts_are_those_of_babel_but_for_the_minus_sign(cents: int, languages: tuple[str, str]) -> None:
    figures, locale = figures_of(languages[0]), languages[1]
    euros = Decimal(cents) / 100
    assert figures.euros(cents) == format_currency(euros, "EUR", locale=locale).replace("-", "\u2212")
    assert figures.amount(cents) == format_decimal(euros, "#,##0.00", locale=locale).replace("-", "\u2212")


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=3))
def test_quantities_are_those_of_babel_but_for_the_minus_sign(number: Decimal) -> None:
    assert FRENCH.quantity(number) == format_decimal(number, "#,##0.###", locale="fr").replace("-", "\u2212")


def test_rates_have_the_decimals_that_they_need() -> None:
    assert FRENCH.rate(Decimal("5.5")) == "5,5\u00a0%"
    assert FRENCH.rate(Decimal("20.00")) == "20\u00a0%"
    assert ENGLISH.rate(Decimal("2.1")) == "2.1%"


def test_a_language_without_figures_is_written_as_french() -> None:
    assert figures_of("xx").euros(100) == "1,00\u00a0€"


@pytest.mark.parametrize(
    ("raw", "printed"),
    [
        ("a\x00b\x07c\x9fd", "abcd"),
        ("one\r\ntwo\n three\tfour", "one two three four"),
        ("photo\u202egnp.exe\u202c \u2066x\u2069\u200f\u061c", "photognp.exe x"),
        ("\ufeffzero\u200bwidth\U000e0041", "zerowidth"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("Œuvre, 12,50\u00a0€ − «Ελληνικά» Кириллица שלום", "Œuvre, 12,50\u00a0€ − «Ελληνικά» Кириллица שלום"),
        ("", ""),
    ],
)
def test_what_is_invisible_or_turns_text_round_is_dropped(raw: str, printed: str) -> None:
    assert printable(raw) == printed


@given(st.text())
def test_printable_text_is_one_line_that_can_be_encoded_and_stays_itself(text: str) -> None:
    printed = printable(text)
    assert "\n" not in printed
    assert printed.encode().decode() == printed
    assert printable(printed) == printed


def test_lines_keep_their_breaks() -> None:
    assert printable_lines("\n one\r\n\r\ntwo\x00 \n") == ["one", "", "two"]
    assert printable_lines(" \n ") == []


def test_a_seal_is_the_beginning_of_the_hash_in_groups_of_four() -> None:
    assert seal("9f2c71ae04d8b35e" + "0" * 48) == "9f2c 71ae 04d8 b35e"


def test_rates_are_lettered_and_then_numbered_too() -> None:
    assert [vat_code(index) for index in (0, 25, 26, 53)] == ["A", "Z", "A1", "B2"]


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=lambda layout: layout.id)
def test_everything_on_the_ticket_is_on_the_page(layout: TicketLayout, page: JinjaTicketPage) -> None:
    recorded = a_recorded_ticket(
        lines=(a_line("Vis", 650, "2"), a_line("Peinture", 3400, discount=340, vat_rate=Decimal("5.5"))),
        payments=(Payment("Carte bancaire", 4000), Payment("Espèces", 500)),
        change_due=140,
        customer_code="DUVAL",
        customer_name="ATELIER DUVAL",
        company=a_company(siret="12345678900012", header="Bonjour", footer="Merci\nde votre visite"),
    )
    words = words_of(page(recorded, layout, TicketMarks()))
    expected = [
        "BRICO", "12 rue des Forges", "21000 Dijon", "Tel. 03 80 00 00 00", "SIRET 123\u00a0456\u00a0789\u00a000012",
        "FR12123456789", "Bonjour", "Ticket no. 4", "24/11/2026 12:00", "Till C1", "Cashier DUPOND",
        "Customer ATELIER DUVAL", "Vis", "6,50", "13,00", "Peinture", "34,00", "\u22123,40", "30,60", "Total TTC",
        "43,60\u00a0€", "of which VAT", "3,77\u00a0€", "39,83\u00a0€", "Carte bancaire", "40,00\u00a0€", "Espèces",
        "5,00\u00a0€", "Change", "1,40\u00a0€", "A", "20\u00a0%", "10,83", "2,17", "13,00", "B", "5,5\u00a0%", "29,00",
        "1,60", "30,60", "Merci", "de votre visite", f"C1-4 · {seal(recorded.chain_sha256)}",
    ]  # fmt: skip
    assert [word for word in expected if word not in words] == []
    if layout.paper.is_small:  # A4 has quantity, price and discount in columns of their own
        positions = accumulate(expected, lambda start, word: words.index(word, start) + len(word), initial=0)
        assert len(list(positions)) == len(expected) + 1


def test_quantity_and_price_are_shown_where_they_say_more_than_the_total(page: JinjaTicketPage) -> None:
    lines = (
        a_line("Vis", 650, "2"),
        a_line("Clou", 650),
        a_line("Colle", 3400, discount=340),
        a_line("Bois", 99, "2.5"),
    )
    html = page(a_recorded_ticket(lines=lines), W80, TicketMarks())
    details = [unescape(detail) for detail in re.findall(r"<small>(.*?)</small>", html)]
    assert details == ["2 × 6,50", "34,00 · discount \u22123,40", "2,5 × 0,99"]


def test_a_walk_in_customer_is_not_named(page: JinjaTicketPage) -> None:
    assert "DIVERS" not in page(a_recorded_ticket(), W80, TicketMarks())


def test_a_credit_is_called_so_and_names_what_it_corrects(page: JinjaTicketPage) -> None:
    recorded = a_recorded_ticket(12)
    credit = replace(recorded, ticket=replace(recorded.ticket, kind=DocumentType.CREDIT, credit_of="C1-4"))
    words = words_of(page(credit, W80, TicketMarks()))
    assert "AVOIR" in words
    assert "Credit note no. 12" in words
    assert "Corrects ticket C1-4" in words


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=lambda layout: layout.id)
def test_a_copy_and_a_specimen_say_so(layout: TicketLayout, page: JinjaTicketPage) -> None:
    original = page(a_recorded_ticket(), layout, TicketMarks())
    assert "DUPLICATA" not in original
    assert "SPECIMEN" not in original
    assert "svg" not in original.partition("<body")[2]
    copy = page(a_recorded_ticket(), layout, TicketMarks(reprint=3, specimen=True))
    assert "DUPLICATA 3" in copy
    assert "SPECIMEN" in copy
    assert 'class="watermark"' in copy


def test_a_ticket_of_the_training_shop_is_a_specimen_whoever_asks(page: JinjaTicketPage) -> None:
    assert "SPECIMEN" in page(a_recorded_ticket(training=True), W80, TicketMarks())


def test_a_long_specimen_is_marked_all_the_way_down(page: JinjaTicketPage) -> None:
    lines = tuple(a_line(f"Article {number}") for number in range(100))
    html = page(a_recorded_ticket(lines=lines, training=True), W80, TicketMarks())
    assert html.count('class="watermark"') == 8


def test_the_time_printed_is_the_time_at_the_till(page: JinjaTicketPage) -> None:
    moment = datetime(2026, 7, 1, 0, 5, 59, tzinfo=timezone(timedelta(hours=2)))
    html = page(a_recorded_ticket(issued_at=moment), W80, TicketMarks())
    assert "01/07/2026 00:05" in html
    assert '<meta name="dcterms.created" content="2026-06-30T22:05:59Z">' in html


def test_the_language_is_that_of_the_company_when_the_ticket_was_issued(page: JinjaTicketPage) -> None:
    html = page(a_recorded_ticket(company=a_company(language="en")), W80, TicketMarks())
    assert '<html lang="en">' in html
    assert "Total incl. VAT" in html
    assert "€24.50" in html


def test_missing_facts_of_the_company_leave_no_empty_words(page: JinjaTicketPage) -> None:
    company = a_company(address=("", " "), postal_code="", city="", phone="", siret="", vat_number="", footer="")
    words = words_of(page(a_recorded_ticket(company=company), W80, TicketMarks()))
    assert not re.search("Tel|SIRET|VAT no", words)


def test_amounts_too_long_to_stand_side_by_side_are_stacked(page: JinjaTicketPage) -> None:
    short = page(a_recorded_ticket(), W58, TicketMarks())
    long = page(a_recorded_ticket(lines=(a_line("Grue", 123_456_789),)), W58, TicketMarks())
    assert len(re.findall(r'<div class="vat">\n<table>', short)) == 1
    assert "<th>Net</th>" not in short
    assert "<th>Net</th>" in long


@pytest.mark.parametrize("layout", BUILT_IN_LAYOUTS, ids=lambda layout: layout.id)
@pytest.mark.parametrize("marks", [TicketMarks(), TicketMarks(9, specimen=True)])
def test_no_field_can_write_markup(layout: TicketLayout, marks: TicketMarks, page: JinjaTicketPage) -> None:
    html = page(hostile_ticket(80), layout, marks)
    tags = set(re.findall(r"<(/?[a-z0-9]+)", html))
    assert not tags & {"script", "iframe", "img", "link", "object", "/script", "/iframe"}
    assert html.count("</title>") == html.count("</style>") == html.count("</head>") == 1
    assert not re.search(r"<meta[^>]*pdfkit", html)
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", html)
    assert printable(HOSTILE.replace("{port}", "80")) in words_of(html)


def test_a_page_begins_with_the_policy_that_engines_ask_for(page: JinjaTicketPage) -> None:
    html = page(a_recorded_ticket(), W80, TicketMarks())
    first = re.search(r"<head>\s*<meta http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\">", html)
    assert first
    assert first[1] == CONTENT_POLICY


def test_more_than_a_thousand_lines_are_refused(page: JinjaTicketPage) -> None:
    recorded = a_recorded_ticket(lines=(a_line(),) * 1001)
    with pytest.raises(PdfFailure) as caught:
        page(recorded, W80, TicketMarks())
    assert caught.value.reason == "too_big"


def test_a_thousand_lines_stay_below_what_engines_take(page: JinjaTicketPage) -> None:
    lines = tuple(a_line(f"{number} " + "Vis à bois " * 6, 123_456, "2", discount=1) for number in range(1000))
    for layout in BUILT_IN_LAYOUTS:
        assert len(page(a_recorded_ticket(lines=lines), layout, TicketMarks()).encode()) < 256 * 1024


def test_without_a_catalogue_the_words_are_english(tmp_path: Path) -> None:
    (tmp_path / "ticket_layouts").symlink_to(LAYOUT_FOLDER)
    assert "Total incl. VAT" in JinjaTicketPage(frontend=tmp_path)(a_recorded_ticket(), W80, TicketMarks())


def test_a_compiled_catalogue_is_read_unless_its_source_is_newer(tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, compiled = folder / "messages.po", folder / "messages.mo"
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Net"\nmsgstr "HT"\n')
    assert translate_into("fr", tmp_path)("Net") == "HT"
    with compiled.open("wb") as file:
        catalogue = Catalog("fr")
        catalogue.add("Net", "Base HT")
        write_mo(file, catalogue)
    os.utime(source, ns=(1, 1))
    assert translate_into("fr", tmp_path)("Net") == "Base HT"
    os.utime(compiled, ns=(0, 0))
    assert translate_into("fr", tmp_path)("Net") == "HT"
