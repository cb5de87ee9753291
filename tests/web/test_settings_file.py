"""The settings as a file, in the window: saved, read, looked at part by part, taken over or refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from backend.domain.pdf_settings import PdfFailure
from backend.web.security import UPLOAD_TYPE
from tests.builders import a_company, a_tested_sender

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

HEAD = {"format": "facteur-settings", "version": 1}
SENDER = {"user": "martin", "email": "caisse@brico.example", "host": "smtp.brico.example", "username": "caisse"}


def _give(visitor: Visitor, value: object, name: str = "reglages.json") -> TestResponse:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return visitor.post("/settings/file/", {"file": (io.BytesIO(raw), name)}, content_type=UPLOAD_TYPE)


def _reviewed(visitor: Visitor, **parts: Any) -> str:  # noqa: ANN401 - JSON
    answer = _give(visitor, HEAD | parts)
    assert answer.headers["HX-Redirect"] == "/settings/file/review"
    return visitor.get("/settings/file/review").text


def test_it_is_reached_from_the_settings(administrator: Visitor) -> None:
    assert 'href="/settings/file/"' in administrator.get("/settings/").text


def test_the_file_is_saved_under_the_shop_and_the_day_without_secrets(
    administrator: Visitor, shop: FakeServices
) -> None:
    shop.settings.save_company(a_company())
    shop.settings.save_sender_profile(a_tested_sender("MARTIN"))
    saved = administrator.get("/settings/file/export")
    assert "Facteur-BRICO-2026-11-24.json" in saved.headers["Content-Disposition"]
    value = json.loads(saved.data)
    assert value["company"]["name"] == "BRICO"
    assert "secret_version" not in saved.text
    assert "tested" not in saved.text


def test_a_file_is_shown_before_anything_changes_and_survives_f5(administrator: Visitor, shop: FakeServices) -> None:
    shop.settings.save_company(a_company())
    page = _reviewed(
        administrator, company={"name": "BRICO", "city": "Beaune"}, senders=[SENDER, SENDER | {"user": "X"}]
    )
    for shown in ("reglages.json", "Dijon", "Beaune", "smtp.brico.example"):
        assert shown in page
    assert "avant un test réussi ici\N{NO-BREAK SPACE}: MARTIN." in page
    assert administrator.get("/settings/file/review").text == page
    assert shop.settings.company() == a_company()
    assert shop.settings.sender_profile("MARTIN") is None


def test_the_ticked_parts_are_taken_over_and_the_file_is_forgotten(administrator: Visitor, shop: FakeServices) -> None:
    _reviewed(administrator, company={"name": "BRICO"}, senders=[SENDER])
    answer = administrator.post("/settings/file/take-over", {"section": ["senders"]})
    assert answer.headers["HX-Redirect"] == "/users/"
    assert shop.settings.company() is None
    profile = shop.settings.sender_profile("MARTIN")
    assert profile is not None
    assert not profile.gate_is_open
    assert administrator.get("/settings/file/review").headers["Location"] == "/settings/file/"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"PK\3\4", "reglages.json"),
        ({"format": "other"}, "reglages.json"),
        (HEAD | {"version": 7}, "version"),
        (HEAD | {"senders": [SENDER | {"email": "caisse"}]}, "senders[1].email"),
        (HEAD | {"senders": [SENDER | {"password": "s3cr3t"}]}, "senders[1].password"),
    ],
)
def test_a_wrong_file_is_refused_in_its_place(administrator: Visitor, value: object, told: str) -> None:
    answer = _give(administrator, value)
    assert answer.status_code == 422
    assert told in answer.text
    assert 'role="alert"' in answer.text
    assert "s3cr3t" not in answer.text
    assert administrator.get("/settings/file/review").headers["Location"] == "/settings/file/"


def test_no_file_at_all_is_said(administrator: Visitor) -> None:
    answer = administrator.post("/settings/file/", {}, content_type=UPLOAD_TYPE)
    assert answer.status_code == 422


def test_a_program_of_the_file_has_to_be_confirmed(administrator: Visitor, shop: FakeServices, tmp_path: Path) -> None:
    pdf = {"engine": "browser", "browser": "/opt/inconnu", "folder": str(tmp_path)}
    page = _reviewed(administrator, company={"name": "BRICO"}, pdf=pdf)
    assert "/opt/inconnu" in page
    ticked = {"section": ["company", "pdf"]}
    refused = administrator.post("/settings/file/take-over", ticked)
    assert refused.status_code == 422
    assert "/opt/inconnu" in refused.text
    assert shop.settings.company() is None
    assert shop.pdf_engines.asked == []
    administrator.post("/settings/file/take-over", ticked | {"accepts_programs": "yes"})
    assert shop.settings.pdf_settings().browser == "/opt/inconnu"
    assert shop.settings.company() is not None


def test_a_part_that_fails_here_keeps_the_page_and_what_was_ticked(administrator: Visitor, shop: FakeServices) -> None:
    shop.pdf_engines.engine.failure = PdfFailure("died")
    _reviewed(administrator, company={"name": "BRICO"}, pdf={"open_each_pdf": True})
    refused = administrator.post("/settings/file/take-over", {"section": ["pdf"]})
    assert refused.status_code == 422
    assert 'value="pdf" checked' in refused.text
    assert 'value="company">' in refused.text
    assert administrator.get("/settings/file/review").status_code == 200


def test_leaving_forgets_the_file(administrator: Visitor) -> None:
    _reviewed(administrator, company={"name": "BRICO"})
    administrator.post("/settings/file/leave")
    assert administrator.get("/settings/file/review").headers["Location"] == "/settings/file/"
