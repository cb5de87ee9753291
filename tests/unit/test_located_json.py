"""What is wrong in a file of other software is said at once, in its place, and never by a traceback."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from backend.usecases.import_ticket import import_ticket_file
from backend.usecases.load_shop import load_shop
from backend.usecases.located_json import ImportFileError, check_schema, read_json
from tests.builders import a_company, a_foreign_till, a_till
from tests.fakes import FakeServices
from tests.import_files import a_shop_value, a_ticket_value, json_file


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path)
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1"), a_foreign_till("K1")])
    return services


def test_ten_thousand_tickets_with_the_same_fault_are_refused_at_once(tmp_path: Path) -> None:
    wrong = a_ticket_value()
    del wrong["total"]
    document = read_json(json_file(tmp_path / "t.json", [wrong] * 10_000))
    began = time.process_time()
    with pytest.raises(ImportFileError) as refusal:
        check_schema(document, "ticket")
    assert time.process_time() - began < 5
    assert (refusal.value.where, refusal.value.line) == ("[1].total", 2)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"cashier": {"name": "a \ud83d b"}}, "cashier.name"),
        ({"lines": [{"label": "\udc00", "unit_price": 1, "vat_rate": 20, "total": 1}]}, "lines[1].label"),
        ({"a\ud800": 1}, ""),
        ({"customer": {"code": "A", "name": "B", "\udfff": 1}}, "customer"),
    ],
)
def test_half_a_character_is_refused_in_its_place(changes: dict[str, Any], where: str, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError) as refusal:
        read_json(json_file(tmp_path / "t.json", a_ticket_value(**changes)))
    assert (refusal.value.where, refusal.value.reason) == (where, "wrong_value")
    refusal.value.value.encode()


def test_whole_characters_outside_the_basic_plane_are_taken(services: FakeServices, tmp_path: Path) -> None:
    file = json_file(tmp_path / "t.json", a_ticket_value(labels=["Carte cadeau \U0001f381"]))
    assert "\\ud83c\\udf81" in file.read_text("ascii")
    assert import_ticket_file(file, services).recorded == ("K1-1",)


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"lines": [{"label": " \t", "unit_price": 1, "vat_rate": 20, "total": 1}]}, "lines[1].label", "missing"),
        ({"issued_at": "0001-01-01T00:00:00+01:00"}, "issued_at", "wrong_value"),
    ],
)
def test_values_that_only_look_right_are_refused(
    changes: dict[str, Any], where: str, reason: str, services: FakeServices, tmp_path: Path
) -> None:
    with pytest.raises(ImportFileError) as refusal:
        import_ticket_file(json_file(tmp_path / "t.json", a_ticket_value(**changes)), services)
    assert (refusal.value.where, refusal.value.reason) == (where, reason)


@pytest.mark.parametrize(("till", "field"), [("K1", "number"), ("C1", "reference")])
def test_of_two_tickets_that_contradict_each_other_the_second_is_named(
    till: str, field: str, services: FakeServices, tmp_path: Path
) -> None:
    tickets = [a_ticket_value(8, till=till), a_ticket_value(8, till=till, labels=["Autre chose"])]
    with pytest.raises(ImportFileError) as refusal:
        import_ticket_file(json_file(tmp_path / "t.json", tickets), services)
    assert (refusal.value.where, refusal.value.reason) == (f"[2].{field}", "other_content")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"products": [{"code": "A", "label": "B", "gross_price": 1e12, "vat_rate": 20}]}, "products[1].gross_price"),
        ({"products": [{"code": "A", "label": "B", "gross_price": 1, "vat_rate": 120}]}, "products[1].vat_rate"),
        ({"products": [{"code": "A", "label": "B", "gross_price": 1, "vat_rate": -1}]}, "products[1].vat_rate"),
        ({"company": {"name": "  "}}, "company.name"),
    ],
)
def test_a_shop_file_is_refused_whole_for_one_impossible_value(
    changes: dict[str, Any], where: str, services: FakeServices, tmp_path: Path
) -> None:
    with pytest.raises(ImportFileError) as refusal:
        load_shop(json_file(tmp_path / "s.json", a_shop_value(**changes)), services)
    assert refusal.value.where == where
    assert refusal.value.line > 1
    assert services.settings.company() == a_company()
    assert services.shop.products() == []


def test_the_published_schemas_are_json_schema() -> None:
    from jsonschema import Draft202012Validator

    for path in Path("backend/usecases/formats").glob("*.schema.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))
