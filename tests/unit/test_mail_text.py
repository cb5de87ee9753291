"""Mail texts filled for a ticket: values as text, formats, empty values; slips in addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from backend.domain.email_address import likely_slip
from backend.domain.field_catalogue import FIELDS, ROOT, TABLES, Field, Link, TicketSources, read_value
from backend.domain.mail_template import fill_text
from backend.domain.placeholder import Placeholder, fill_placeholders
from backend.domain.value_format import format_date, format_number, format_value, number_text
from backend.usecases.fill_mail_text import fill_ticket_text
from tests.builders import PARIS_WINTER, a_cashier, a_customer, a_ticket
from tests.fakes import FakeServices

CASHIER = Placeholder("NOM CAISSIER", "Nom du caissier", "CAISSIER.NOM")
CUSTOMER = Placeholder("NOM CLIENT", "Nom du client", "CLIENT.NOM")


def test_the_example_of_the_source_is_filled_as_written() -> None:
    ticket = a_ticket(cashier_name="DUPOND")
    filled = fill_text("Vous avez été reçu(e) par M. [NOM CAISSIER]", [CASHIER], TicketSources(ticket))
    assert filled.text == "Vous avez été reçu(e) par M. DUPOND"
    assert filled.empty == ()


def test_an_empty_value_is_named_and_leaves_neither_its_code_nor_its_space() -> None:
    filled = fill_text("Bonjour [NOM CLIENT],", [CUSTOMER, CASHIER], TicketSources(a_ticket()))
    assert filled.text == "Bonjour,"
    assert filled.empty == (CUSTOMER,)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("[X] bonjour", "bonjour"),
        ("a\n[X] b", "a\nb"),
        ("a [X] b", "a b"),
        ("a [X]", "a"),
        ("[X][X]", ""),
        ("[Y] [sic]", "[Y] [sic]"),
        ("a [X] [X] b", "a b"),
        ("[X] [X] b", "b"),
        ("a [F] [X] b", "a f b"),
        ("[F] [X]", "f"),
        ("[X]\n[X]\n", "\n\n"),
    ],
)
def test_what_stands_around_an_empty_value_closes_up(text: str, filled: str) -> None:
    assert fill_placeholders(text, {"X": "", "F": "f"}) == filled


def test_a_value_is_one_line_of_text_and_is_not_read_again() -> None:
    ticket = a_ticket(cashier_name="X\r\nBcc: a@b.fr [NOM CLIENT]")
    filled = fill_text("[NOM CAISSIER]", [CASHIER, CUSTOMER], TicketSources(ticket)).text
    assert "\r" not in filled
    assert "\n" not in filled
    assert filled.endswith("[NOM CLIENT]")


def test_a_field_or_format_that_is_not_known_any_more_never_shows_its_code() -> None:
    gone = Placeholder("A", "a", "GONE.FIELD")
    odd = replace(CASHIER, code="B", format="???")
    date = Placeholder("D", "d", "TICKET.DATE", "nothing")
    sources = TicketSources(a_ticket(cashier_name="DUPOND"))
    assert fill_text("[A][B]", [gone, odd], sources).text == "DUPOND"
    assert "[D]" not in fill_text("[D]", [date], sources).text


def test_every_link_leads_to_a_table_and_every_field_has_labels_and_a_sample() -> None:
    reached = {ROOT}
    for table in TABLES.values():
        reached |= {entry.table for entry in table.entries if isinstance(entry, Link)}
        for entry in table.entries:
            assert entry.label.fr
            assert entry.label.en
            assert not isinstance(entry, Field) or entry.sample
    assert reached == set(TABLES)


@pytest.mark.parametrize("code", sorted(FIELDS))
def test_every_field_is_text_even_where_nothing_is_known(code: str) -> None:
    bare = a_ticket(cashier_code="", cashier_name="")
    assert "None" not in format_value(read_value(code, TicketSources(bare)))


def test_the_records_behind_the_links_are_found_and_absent_ones_are_empty(tmp_path: Path) -> None:
    services = FakeServices(tmp_path)
    services.shop.save(cashiers=[a_cashier()])
    services.customers.save([a_customer()])
    first_name = Placeholder("P", "p", "CAISSIER.PRENOM")
    town = Placeholder("V", "v", "CLIENT.VILLE")
    ticket = a_ticket(cashier_code="DUPOND", customer_code="MARTIN")
    assert fill_ticket_text("[P] [V]", [first_name, town], ticket, services).text == "Zoé Beaune"
    stranger = a_ticket(cashier_code="?", customer_code="?", till_code="F9")
    assert fill_ticket_text("[P] [V]", [first_name, town], stranger, services).empty == (first_name, town)


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("JJ/MM/AAAA", "04/08/2026"),
        ("JJ/MM/AA", "04/08/26"),
        ("J MMMM AAAA", "4 août 2026"),
        ("JJJJ J MMMM AAAA", "mardi 4 août 2026"),
        ("AAAA-MM-JJ HH:mm", "2026-08-04 09:05"),
        ("DD/MM/YYYY", "04/08/2026"),
    ],
)
def test_dates_read_as_their_format_says(pattern: str, shown: str) -> None:
    assert format_date(datetime(2026, 8, 4, 9, 5, tzinfo=PARIS_WINTER), pattern) == shown


@pytest.mark.parametrize(
    ("number", "pattern", "shown"),
    [
        ("148.4", "0,00", "148,40"),
        ("-1234.5", "# ##0,00 €", "-1\u00a0234,50\u00a0€"),
        ("4", "000000", "000004"),
        ("0.055", "0,0 %", "5,5\u00a0%"),
        ("-0.001", "0,00", "0,00"),
        ("2.5", "0", "3"),
    ],
)
def test_numbers_read_as_their_format_says(number: str, pattern: str, shown: str) -> None:
    assert format_number(Decimal(number), pattern) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [("148.40", "148,40"), ("4", "4"), ("29.680", "29,68"), ("-0.0000001", "0"), ("100", "100")]
)
def test_numbers_without_a_format_keep_the_places_of_money(number: str, shown: str) -> None:
    assert number_text(Decimal(number)) == shown


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zoe@gmial.com", "zoe@gmail.com"),
        ("zoe@gmail.con", "zoe@gmail.com"),
        ("zoe@gmailcom", "zoe@gmail.com"),
        ("zoe@orage.fr", "zoe@orange.fr"),
        ("zoe@orange.f", "zoe@orange.fr"),
        ("zoe@gmail.co", "zoe@gmail.com"),
        ("zoe@wanado.fr", "zoe@wanadoo.fr"),
        ("Zoe@Hotmial.FR", "Zoe@hotmail.fr"),
        ("zoe@laposte.nte", "zoe@laposte.net"),
        ("zoe@brico.con", "zoe@brico.com"),
    ],
)
def test_a_likely_slip_is_found(typed: str, meant: str) -> None:
    assert likely_slip(typed) == meant


@pytest.mark.parametrize(
    "address",
    [
        "a@gmail.com",
        "a@ymail.com",
        "a@gmx.de",
        "a@line.fr",
        "a@brico.co",
        "a@brico.example",
        "a@email.com",
        "a@sfr.fr",
        "a",
        "",
        "@",
    ],
)
def test_an_address_that_may_be_right_is_left_alone(address: str) -> None:
    assert likely_slip(address) == ""
