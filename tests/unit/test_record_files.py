from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.customer import Customer, Handover
from backend.domain.errors import InvalidInputError
from backend.domain.record_kind import KINDS
from backend.domain.shop import VatRate
from backend.usecases.edit_records import check_record, remove_record
from backend.usecases.record_files import FilePreview, export_records, import_records, read_records_file
from tests.builders import a_contact, a_customer, a_product, a_till
from tests.fakes import FakeServices

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTS = KINDS["products"]
CUSTOMERS = KINDS["customers"]
NAMES = {field.name: field.name for kind in KINDS.values() for field in kind.fields} | {"libellé": "label"}


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    return FakeServices(tmp_path)


def exported(kind: str, services: FakeServices) -> str:
    headings = {field.name: field.name for field in KINDS[kind].fields}
    return "".join(export_records(KINDS[kind], headings, services))


def read(text: str | bytes, services: FakeServices, kind: str = "products") -> FilePreview:
    content = text if isinstance(text, bytes) else text.encode()
    return read_records_file(content, KINDS[kind], NAMES, services)


HEAD = "code;label;gross_price;vat_rate\n"


def test_a_file_of_semicolons_and_decimal_commas_is_read(services: FakeServices) -> None:
    preview = read("Code;Libellé;gross_price;vat_rate;family\nVIS;Vis à bois;1 234,50;5,5;Bois\n", services)
    assert preview.records == (
        a_product("VIS", label="Vis à bois", gross_price=123450, vat_rate=Decimal("5.5"), family="Bois", barcode=""),
    )
    assert (preview.new, preview.changed, preview.unchanged, preview.faults) == (1, 0, 0, ())
    assert import_records(PRODUCTS, preview, services) == 1
    assert services.shop.products("bois")[0].gross_price == 123450


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters_of_spreadsheets_are_read(
    services: FakeServices, encoding: str, delimiter: str
) -> None:
    text = 'code;label;gross_price;vat_rate\r\nŒUF;"Œuf à 1 €";"0,35";20\r\n'.replace(";", delimiter)
    (record,) = read(text.encode(encoding), services).records
    assert record == a_product("ŒUF", label="Œuf à 1 €", gross_price=35, family="", barcode="")


def test_each_fault_is_named_with_its_line_and_nothing_is_taken(services: FakeServices) -> None:
    text = (
        HEAD + 'A;"Vis\nlongue";1,00;20\nB;;1,00;20\nC;Clou;cher;120\n\nA;Vis;1,00;20\nD;Dé;1,00;20;zu;viel\n/;X;1;20\n'
    )
    preview = read(text, services)
    assert [(fault.line, fault.error.where, fault.error.reason) for fault in preview.faults] == [
        (8, "code", "csv_too_many_cells"),
        (4, "label", "missing_value"),
        (5, "gross_price", "amount"),
        (5, "vat_rate", "vat_rate"),
        (7, "code", "csv_twice"),
        (9, "code", "record_code"),
    ]
    with pytest.raises(InvalidInputError):
        import_records(PRODUCTS, preview, services)
    assert services.shop.products() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "csv_empty"),
        (b"\n\n", "csv_empty"),
        (b"name;price\nx;1\n", "csv_no_key"),
        (b"code;label;label\n", "csv_column_twice"),
        (b'code;label\nA;"open\n', "csv_broken"),
        (b"code;label\nA;\x81\n", "csv_encoding"),
        ("code;label\n".encode("utf-16"), "csv_encoding"),
    ],
)
def test_what_is_no_such_file_is_refused(services: FakeServices, content: bytes, reason: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read(content, services)
    assert caught.value.reason == reason


def test_a_column_that_is_not_there_leaves_its_field_and_the_same_file_twice_changes_nothing(
    services: FakeServices,
) -> None:
    services.shop.save(products=[a_product()])
    preview = read("code;gross_price;colour\nVIS;9,99;red\n", services)
    assert (preview.new, preview.changed, preview.unknown_columns) == (0, 1, ("colour",))
    import_records(PRODUCTS, preview, services)
    assert services.shop.products() == [a_product(gross_price=999)]
    again = read("code;gross_price\nVIS;9,99\n", services)
    assert (again.new, again.changed, again.unchanged, again.records) == (0, 0, 1, ())


@pytest.mark.parametrize("typed", ["5,5", "5.50"])
def test_a_rate_is_found_however_it_is_typed(services: FakeServices, typed: str) -> None:
    services.records.save("vat-rates", [VatRate(Decimal("5.5"), "Livres")])
    preview = read(f"rate\n{typed}\n", services, "vat-rates")
    assert (preview.new, preview.changed, preview.unchanged, preview.records) == (0, 0, 1, ())


def test_the_walk_in_customer_is_exported_and_taken_in_only_as_it_is(services: FakeServices) -> None:
    assert read(exported("customers", services), services, "customers").faults == ()
    changed = read("code;name;billing_email\nDIVERS;DIVERS;x@example.org\n", services, "customers")
    assert [fault.error.reason for fault in changed.faults] == ["walk_in_fixed"]


@pytest.mark.parametrize("text", ["=1+1", "+33 3 80", "-2", "@SUM(A1)", "'quoted", "'=x", 'plain; "x"'])
def test_no_exported_cell_is_a_formula_and_it_comes_back_as_it_was(services: FakeServices, text: str) -> None:
    services.customers.save([], [a_contact("K1", name=text, phone=text)])
    content = exported("contacts", services)
    cells = [cell for row in csv.reader(io.StringIO(content), delimiter=";") for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    services.customers.save([], [a_contact("K1", name="other", phone="")])
    import_records(KINDS["contacts"], read(content, services, "contacts"), services)
    assert services.customers.contact("K1") == a_contact("K1", name=text, phone=text)


printable = st.text("aZé€;,'\"=+-@#", min_size=1, max_size=8)


@given(
    name=printable,
    city=printable,
    lines=st.lists(printable, max_size=5),
    exempt=st.booleans(),
    handover=st.sampled_from(Handover),
)
def test_any_customer_goes_out_and_comes_back_the_same(
    name: str, city: str, lines: list[str], exempt: bool, handover: Handover
) -> None:
    services = FakeServices.__new__(FakeServices)
    FakeServices.__init__(services, None)  # type: ignore[arg-type]  # nothing here is a file
    before = a_customer("K1", name, is_exempt=exempt, handover=handover)
    before = replace(before, billing_address=replace(before.billing_address, city=city, lines=tuple(lines)))
    services.customers.save([before])
    content = exported("customers", services)
    services.records.erase("customers", ["K1"])
    import_records(CUSTOMERS, read(content, services, "customers"), services)
    assert services.customers.find("K1") == before


@pytest.mark.parametrize("kind", KINDS)
def test_the_texts_of_every_kind_make_the_same_record_again(services: FakeServices, kind: str) -> None:
    services.shop.save([a_till()], products=[a_product()])
    for record in services.records.search(kind):
        assert KINDS[kind].read(KINDS[kind].texts(record)) == (record, [])


def test_a_form_says_everything_that_is_wrong_at_once(services: FakeServices) -> None:
    texts = {"code": "K1", "name": "", "billing_email": "nobody", "exempt": "perhaps", "handover": "fax"}
    record, faults = check_record(CUSTOMERS, texts, services)
    assert record is None
    assert [(fault.where, fault.reason) for fault in faults] == [
        ("name", "missing_value"),
        ("billing_email", "email"),
        ("exempt", "record_flag"),
        ("handover", "record_choice"),
    ]


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"code": "DIVERS"}, "code", "walk_in_fixed"),
        ({"code": "MARTIN"}, "code", "record_exists"),
        ({"main_contact": "?"}, "main_contact", "contact_unknown"),
        ({"billing_lines": "a\nb\nc\nd\ne\nf"}, "billing_lines", "address_too_long"),
        ({"name": "x" * 201}, "name", "text_too_long"),
    ],
)
def test_what_can_not_be_saved_is_refused(
    services: FakeServices, changes: dict[str, str], where: str, reason: str
) -> None:
    services.customers.save([a_customer()])
    _record, faults = check_record(CUSTOMERS, {"code": "K1", "name": "Name", **changes}, services)
    assert [(fault.where, fault.reason) for fault in faults] == [(where, reason)]


def test_the_code_of_a_record_that_is_there_stays(services: FakeServices) -> None:
    services.customers.save([a_customer(main_contact="")])
    record, _faults = check_record(CUSTOMERS, {"code": "X", "name": "New"}, services, known_code="MARTIN")
    assert isinstance(record, Customer)
    assert (record.code, record.name) == ("MARTIN", "New")


@pytest.mark.parametrize(("kind", "code"), [("customers", "DIVERS"), ("tills", "C1")])
def test_what_the_program_needs_stays(services: FakeServices, kind: str, code: str) -> None:
    from backend.domain.record_kind import RecordKeptError

    services.shop.save([a_till()])
    with pytest.raises(RecordKeptError):
        remove_record(KINDS[kind], code, services)
    assert services.records.find(kind, code).code == code
