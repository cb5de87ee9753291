"""Mail texts filled for a ticket: values as text, formats, empty values; slips in addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.email_address import likely_slip
from backend.domain.field_catalogue import FIELDS, ROOT, TABLES, Field, Link, TicketSources, read_value
from backend.domain.formula.errors import FormulaError
from backend.domain.mail_template import FilledText, default_template, fill_text
from backend.domain.placeholder import Placeholder, fill_placeholders
from backend.domain.value_format import format_date, format_number, format_value, number_text
from backend.usecases.edit_mail_template import edit_mail_template
from backend.usecases.fill_mail_text import ticket_sources
from tests.builders import PARIS_WINTER, a_cashier, a_customer, a_ticket, a_till
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
    known = ticket_sources(ticket, services)
    assert fill_text("[P] [V]", [first_name, town], known).text == "Zoé Beaune"
    stranger = a_ticket(cashier_code="?", customer_code="?", till_code="F9")
    unknown = ticket_sources(stranger, services)
    assert fill_text("[P] [V]", [first_name, town], unknown).empty == (first_name, town)


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


def test_a_text_that_is_a_formula_is_worked_out_and_its_brackets_are_text() -> None:
    sources = TicketSources(a_ticket(number=4, cashier_name="DUPOND"))
    filled = fill_text('formule="[NOM CAISSIER]\nM. " & NOMPROPRE(CAISSIER.NOM)', [CASHIER], sources)
    assert filled == FilledText("[NOM CAISSIER]\nM. Dupond")


def test_a_variable_may_show_a_formula_in_a_format() -> None:
    half = Placeholder("MOITIE", "La moitié", "", "0,00 €", formula="TICKET.TTC / 2")
    greeting = Placeholder("BONJOUR", "Formule d'appel", "", formula='SI(VIDE(CLIENT.NOM); ""; "cher " & CLIENT.NOM)')
    filled = fill_text("Bonjour [BONJOUR], [MOITIE]", [half, greeting], TicketSources(a_ticket()))
    assert filled.text == "Bonjour, 12,25\u00a0€"
    assert filled.empty == (greeting,)


def test_a_formula_that_fails_leaves_nothing_and_says_why() -> None:
    sources = TicketSources(a_ticket())
    failing = Placeholder("X", "x", "", formula="1 / (TICKET.LIGNES - 2)")
    assert fill_text("a [X] b", [failing], sources) == FilledText("a b", (failing,))
    filled = fill_text(f"formule={failing.formula}", [], sources)
    assert filled.text == ""
    assert filled.fault is not None
    assert (filled.fault.reason, filled.fault.column) == ("division_by_zero", 14)


def test_a_value_in_a_formula_is_one_line_of_text_and_is_no_formula() -> None:
    ticket = a_ticket(cashier_name='formule=1\r\nBcc: a@b.fr "& [NOM CLIENT]')
    assert fill_text("formule=CAISSIER.NOM", [CUSTOMER], TicketSources(ticket)).text == (
        'formule=1 Bcc: a@b.fr "& [NOM CLIENT]'
    )
    assert fill_text("[NOM CAISSIER]", [CASHIER], TicketSources(ticket)).text.startswith("formule=1 ")


@pytest.mark.parametrize("name", ["👩‍👩‍👧 Zoé", "\u200fמשה", "1\u00a0234\u00a0€"])
def test_joined_emoji_directions_and_no_break_spaces_stay_whole(name: str) -> None:
    sources = TicketSources(a_ticket(cashier_name=name))
    assert fill_text("[NOM CAISSIER]", [CASHIER], sources).text == name
    assert fill_text("formule=CAISSIER.NOM", [], sources).text == name


def saved(tmp_path: Path, subject: str, body: str) -> FakeServices:
    services = FakeServices(tmp_path)
    services.shop.save(tills=[a_till()])
    services.tickets.record(a_ticket())
    typed = replace(default_template(DocumentType.TICKET), subject=subject, body=body)
    edit_mail_template(typed, services)
    return services


@pytest.mark.parametrize(
    ("subject", "body", "where", "reason"),
    [
        ("formule=TICKET.NUMRO", "x", "subject", "unknown_field"),
        ("x", "formule=1 / (TICKET.LIGNES - 2)", "body", "division_by_zero"),
    ],
)
def test_a_formula_is_tried_on_the_latest_ticket_before_it_is_kept(
    tmp_path: Path, subject: str, body: str, where: str, reason: str
) -> None:
    with pytest.raises(FormulaError) as caught:
        saved(tmp_path, subject, body)
    assert (caught.value.where, caught.value.reason) == (where, reason)


def test_a_formula_is_kept_as_it_was_typed(tmp_path: Path) -> None:
    services = saved(tmp_path, 'formule="Ticket " & TICKET.NUMERO', 'formule:"a"\r\n& "b"')
    kept = services.settings.mail_template(DocumentType.TICKET)
    assert kept is not None
    assert (kept.subject, kept.body) == ('formule="Ticket " & TICKET.NUMERO', 'formule:"a"\n& "b"')
