import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.shop import TillKindError
from backend.domain.ticket import Payment, TicketNumber
from backend.usecases.import_ticket import import_ticket_file
from backend.usecases.load_shop import load_shop
from backend.usecases.located_json import ImportFileError, line_of
from backend.usecases.record_ticket import record_ticket
from tests.builders import a_cashier, a_company, a_foreign_till, a_line, a_ticket_entry, a_till
from tests.fakes import FakeServices

EXAMPLES = Path("backend/usecases/formats/examples")


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1"), a_foreign_till("K1")], [a_cashier()])
    return services


def test_a_recorded_ticket_has_the_next_number_and_the_names_of_its_time(services: FakeServices) -> None:
    first = record_ticket(a_ticket_entry(), services)
    second = record_ticket(a_ticket_entry(payments=(Payment("Espèces", 2000),)), services)
    assert [str(first.ticket.key), str(second.ticket.key)] == ["C1-1", "C1-2"]
    assert second.previous_sha256 == first.chain_sha256
    assert second.ticket.change_due == 750
    assert second.ticket.cashier_name == "DUPOND"
    assert second.ticket.company == a_company()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lines": ()}, "line_count"),
        ({"lines": (a_line("  "),)}, "label_missing"),
        ({"lines": (a_line(quantity="-1"),)}, "quantity_sign"),
        ({"lines": (a_line(vat_rate=Decimal(120)),)}, "vat_rate"),
        ({"payments": (Payment("CB", 1),)}, "payments_missing"),
        ({"kind": DocumentType.CREDIT}, "quantity_sign"),
    ],
)
def test_an_entry_that_does_not_agree_is_refused_and_takes_no_number(
    services: FakeServices, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        record_ticket(a_ticket_entry(**changes), services)
    assert refusal.value.reason == reason
    assert record_ticket(a_ticket_entry(), services).ticket.number == 1


def test_the_total_of_a_line_is_worked_out_anew_whatever_was_sent(services: FakeServices) -> None:
    cheap = replace(a_line(), gross_total=1)
    assert record_ticket(a_ticket_entry(lines=(cheap,)), services).ticket.gross_total == 1250


def test_a_foreign_till_an_unknown_cashier_and_an_unknown_customer_are_refused(services: FakeServices) -> None:
    with pytest.raises(TillKindError):
        record_ticket(a_ticket_entry(till_code="K1"), services)
    with pytest.raises(NotFoundError, match="cashier"):
        record_ticket(a_ticket_entry(cashier_code="X"), services)
    with pytest.raises(NotFoundError, match="customer"):
        record_ticket(a_ticket_entry(customer_code="X"), services)


@pytest.mark.parametrize("name", ["ticket-walk-in", "ticket-customer", "ticket-credit"])
def test_each_published_example_is_imported_once(services: FakeServices, name: str) -> None:
    report = import_ticket_file(EXAMPLES / f"{name}.json", services)
    again = import_ticket_file(EXAMPLES / f"{name}.json", services)
    assert report.recorded == again.known
    assert len(report.recorded) == 1
    assert not report.known
    assert not again.recorded


def test_an_import_keeps_a_new_customer_with_all_addresses_and_leaves_a_known_one(services: FakeServices) -> None:
    import_ticket_file(EXAMPLES / "ticket-customer.json", services)
    customer = services.customers.find("CLI042")
    assert customer.billing_address.email == "compta@atelier-duval.example"
    assert customer.delivery_address.email == "atelier@atelier-duval.example"
    assert services.customers.contact(customer.main_contact).email == "julien@atelier-duval.example"
    services.customers.save([replace(customer, name="Duval & fils")])
    import_ticket_file(EXAMPLES / "ticket-credit.json", services)
    assert services.customers.find("CLI042").name == "Duval & fils"


def test_the_address_for_mailing_is_no_part_of_the_ticket(services: FakeServices) -> None:
    report = import_ticket_file(EXAMPLES / "ticket-walk-in.json", services)
    assert report.mail_to_ignored
    assert "client@example.org" not in repr(services.tickets.find(TicketNumber("K1", 1041)))


def test_the_same_number_with_other_content_is_refused(services: FakeServices, tmp_path: Path) -> None:
    import_ticket_file(EXAMPLES / "ticket-walk-in.json", services)
    value = _example("ticket-walk-in")
    value["lines"][0]["label"] = "Croissant"
    with pytest.raises(ImportFileError) as refusal:
        import_ticket_file(_file(tmp_path, value), services)
    assert refusal.value.reason == "other_content"


def test_a_company_that_moved_meanwhile_makes_no_other_content(services: FakeServices) -> None:
    import_ticket_file(EXAMPLES / "ticket-walk-in.json", services)
    services.settings.save_company(a_company(city="Beaune"))
    assert import_ticket_file(EXAMPLES / "ticket-walk-in.json", services).known == ("K1-1041",)


def test_an_own_till_numbers_an_imported_ticket_itself_and_knows_it_by_its_reference(
    services: FakeServices, tmp_path: Path
) -> None:
    record_ticket(a_ticket_entry(), services)
    value = _example("ticket-walk-in")
    del value["number"]
    value |= {"till": "C1", "reference": "web-17"}
    assert import_ticket_file(_file(tmp_path, value), services).recorded == ("C1-2",)
    assert import_ticket_file(_file(tmp_path, value), services).known == ("C1-2",)


def test_one_bad_ticket_in_a_list_refuses_the_whole_file(services: FakeServices, tmp_path: Path) -> None:
    good, bad = _example("ticket-walk-in"), _example("ticket-credit")
    bad["total"] = "-89.91"
    with pytest.raises(ImportFileError) as refusal:
        import_ticket_file(_file(tmp_path, [good, bad]), services)
    assert (refusal.value.where, refusal.value.reason) == ("[2].total", "total_differs")
    with pytest.raises(NotFoundError):
        services.tickets.find(TicketNumber("K1", 1041))


def _set(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(value: Any) -> None:  # noqa: ANN401 - JSON
        for part in path[:-1]:
            value = value[part]
        value[path[-1]] = to

    return change


BAD = {
    "total": (_set("total", to="17.60"), "total", "total_differs"),
    "line total": (_set("lines", 1, "total", to="6.20"), "lines[2].total", "line_total_differs"),
    "amount with three decimals": (_set("lines", 0, "unit_price", to=1.234), "lines[1].unit_price", "wrong_value"),
    "amount as a word": (_set("lines", 0, "unit_price", to="un euro"), "lines[1].unit_price", "wrong_value"),
    "amount true": (_set("total", to=True), "total", "wrong_type"),
    "no lines": (_set("lines", to=[]), "lines", "too_few"),
    "unknown field": (_set("colour", to="red"), "colour", "unknown_field"),
    "unknown field below": (_set("lines", 0, "size", to=3), "lines[1].size", "unknown_field"),
    "rate missing in the VAT table": (
        _set("vat", to=[{"rate": 20, "net": 7.5, "vat": 1.5, "gross": 9}]),
        "vat",
        "vat_rate_missing",
    ),
    "rate that no line has": (_set("vat", 0, "rate", to="10"), "vat[1].rate", "vat_rate_unused"),
    "VAT amount": (_set("vat", 0, "vat", to="1.40"), "vat[1].vat", "vat_sum_differs"),
    "VAT far off": (
        _set("vat", 0, to={"rate": "20", "net": "7.40", "vat": "1.60", "gross": "9.00"}),
        "vat[1].vat",
        "vat_amount_differs",
    ),
    "VAT gross": (_set("vat", 0, "gross", to="9.10"), "vat[1].gross", "vat_gross_differs"),
    "payments": (_set("payments", 0, "amount", to="19.99"), "payments", "payments_differ"),
    "change": (_set("change_due", to="0"), "payments", "payments_differ"),
    "negative change": (_set("change_due", to="-1.00"), "payments", "payments_differ"),
    "date without offset": (_set("issued_at", to="2026-11-23T10:42:00"), "issued_at", "wrong_value"),
    "no such day": (_set("issued_at", to="2026-02-30T10:42:00Z"), "issued_at", "wrong_value"),
    "far future": (_set("issued_at", to="2030-01-01T00:00:00Z"), "issued_at", "date_in_future"),
    "unknown till": (_set("till", to="Z9"), "till", "till_unknown"),
    "till in small letters": (_set("till", to="k1"), "till", "wrong_value"),
    "number of an own till": (_set("till", to="C1"), "number", "own_till_numbers"),
    "number zero": (_set("number", to=0), "number", "wrong_value"),
    "number as text": (_set("number", to="1041"), "number", "wrong_type"),
    "kind": (_set("kind", to="invoice"), "kind", "wrong_value"),
    "credit with a plus": (_set("kind", to="credit"), "total", "credit_sign"),
    "credit_of on a sale": (_set("credit_of", to="K1-1"), "credit_of", "credit_of_ticket"),
    "cashier without a name": (_set("cashier", to={"code": "D"}), "cashier.name", "missing"),
    "empty label": (_set("lines", 0, "label", to=""), "lines[1].label", "missing"),
    "walk-in with an address": (
        _set("customer", to={"code": "DIVERS", "name": "x", "billing_address": {"email": "a@x.fr"}}),
        "customer",
        "walk_in_address",
    ),
    "bad address of a customer": (
        _set("customer", to={"code": "A", "name": "x", "billing_address": {"email": "a@@x"}}),
        "customer.billing_address.email",
        "email",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_ticket_is_refused_with_line_and_reason(services: FakeServices, tmp_path: Path, name: str) -> None:
    change, where, reason = BAD[name]
    value = _example("ticket-walk-in")
    change(value)
    file = _file(tmp_path, value)
    with pytest.raises(ImportFileError) as refusal:
        import_ticket_file(file, services)
    assert (refusal.value.where, refusal.value.reason) == (where, reason)
    shown = file.read_text("utf-8").splitlines()[refusal.value.line - 1]
    assert f'"{where.split(".")[-1].split("[")[0]}"' in shown or reason == "missing" or "[" in where


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (b'{\n "till": "K1",\n "till": "K1"\n}', 0, "duplicate_key"),
        (b'{\n "till": "K1",\n', 3, "json"),
        (b'{\n "total": NaN\n}', 0, "json"),
        (b'{\n "till": "\xe9"\n}', 2, "encoding"),
        (b"", 1, "json"),
        (b"[" * 100_000, 0, "json"),
        (b"[]", 1, "too_few"),
        (b'"x"', 1, "wrong_type"),
    ],
)
def test_what_is_no_ticket_file_at_all_is_refused(
    services: FakeServices, tmp_path: Path, raw: bytes, line: int, reason: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(raw)
    with pytest.raises(ImportFileError) as refusal:
        import_ticket_file(file, services)
    assert (refusal.value.line, refusal.value.reason) == (line, reason)


def test_a_missing_file_is_refused(services: FakeServices, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="unreadable"):
        import_ticket_file(tmp_path / "none.json", services)


def test_the_line_of_a_value_is_found_through_strings_that_look_like_structure() -> None:
    text = '{\n  "a\\"{[": "}],",\n  "b": [1,\n  {"c": "x"},\n  2]\n}'
    assert line_of(text, ["b", 1, "c"]) == 4
    assert line_of(text, ["b", 2]) == 5
    assert line_of(text, ["none"]) == 1


def test_the_sample_shop_is_loaded_whole(services: FakeServices) -> None:
    counts = load_shop(EXAMPLES / "sample-shop.json", services)
    assert counts["customers"] == 10
    assert services.shop.till("C2").printer == "serial"
    company = services.settings.company()
    assert company is not None
    assert company.name == "BRICO"
    assert services.customers.find("CLI001").main_contact == "CT001"


def test_a_shop_file_with_a_bad_address_changes_nothing(services: FakeServices, tmp_path: Path) -> None:
    file = _file(
        tmp_path, {"cashiers": [{"code": "N", "name": "Neu"}], "contacts": [{"code": "A", "name": "A", "email": "x"}]}
    )
    with pytest.raises(ImportFileError) as refusal:
        load_shop(file, services)
    assert refusal.value.where == "contacts[1].email"
    assert [cashier.code for cashier in services.shop.cashiers()] == ["DUPOND"]


def _example(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
    return deepcopy(value)


def _file(folder: Path, value: object) -> Path:
    file = folder / "ticket.json"
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False), "utf-8")
    return file
