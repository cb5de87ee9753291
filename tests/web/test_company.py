"""The company page: its logo is given by a file, shown, refused with a reason, taken away and put back."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from backend.web.company import UPLOAD_MAX_BYTES
from backend.web.create_app import create_app
from backend.web.launch import LaunchTokens
from backend.web.security import TOKEN_HEADER, UPLOAD_TYPE
from tests.builders import a_company, a_logo

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.settings.save_company(a_company())
    return create_app(shop, launch=launch, language="en")


def _given(visitor: Visitor, content: bytes, name: str = "logo.png") -> TestResponse:
    headers = {"HX-Request": "true", "HX-Target": "company-logo"}
    return visitor.post(
        "/settings/company/logo", {"logo": (BytesIO(content), name)}, content_type=UPLOAD_TYPE, headers=headers
    )


def _sha256(shop: FakeServices) -> str:
    company = shop.settings.company()
    assert company
    return company.logo_sha256


def test_a_logo_is_kept_and_shown_in_colour_and_in_black(administrator: Visitor, shop: FakeServices) -> None:
    assert "data:image/png" not in administrator.get("/settings/company").text
    answer = _given(administrator, b"\x89PNG a file")
    assert answer.status_code == 200
    assert shop.logos.find(_sha256(shop)) == a_logo(300, 100)
    for page in (answer.text, administrator.get("/settings/company").text):
        assert page.count('src="data:image/png;base64,') == 2
        assert "Remove" in page


def test_what_is_no_logo_is_refused_beside_the_box(administrator: Visitor, shop: FakeServices) -> None:
    answer = _given(administrator, b"GIF89a", "logo.gif")
    assert answer.status_code == 422
    assert "This is no picture that Facteur can print." in answer.text
    assert "PNG, JPEG or SVG" in answer.text
    assert 'id="company-logo"' in answer.text
    assert _sha256(shop) == ""
    without = administrator.post("/settings/company/logo", {}, content_type=UPLOAD_TYPE)
    assert without.status_code == 422


def test_a_huge_file_is_refused_before_it_is_read(administrator: Visitor, shop: FakeServices) -> None:
    headers = {"HX-Request": "true", TOKEN_HEADER: administrator.session.header_token}
    answer = administrator.ask(
        "POST",
        "/settings/company/logo",
        data=bytes(UPLOAD_MAX_BYTES + 1),
        content_type=f"{UPLOAD_TYPE}; boundary=x",
        headers=headers,
    )
    assert answer.status_code == 413
    assert "Choose a smaller file" in answer.text
    assert _sha256(shop) == ""


def test_a_logo_taken_away_comes_back(administrator: Visitor, shop: FakeServices) -> None:
    _given(administrator, b"\x89PNG")
    given = _sha256(shop)
    gone = administrator.write("DELETE", "/settings/company/logo")
    assert _sha256(shop) == ""
    assert "Undo" in gone.text
    assert "data:image/png" not in gone.text
    back = administrator.post("/settings/company/logo/restore")
    assert _sha256(shop) == given
    assert "data:image/png" in back.text
    assert administrator.post("/settings/company/logo/restore").status_code == 404


def test_a_logo_that_was_lost_is_said(administrator: Visitor, shop: FakeServices) -> None:
    assert "any more" not in administrator.get("/settings/company").text
    shop.settings.save_company(a_company(logo_sha256="0" * 64))
    assert "Your logo can&#39;t be read any more" in administrator.get("/settings/company").text


def test_saving_the_fields_keeps_the_logo(administrator: Visitor, shop: FakeServices) -> None:
    _given(administrator, b"\x89PNG")
    given = _sha256(shop)
    assert administrator.post("/settings/company", {"company_name": "BRICO 2"}).status_code == 204
    assert _sha256(shop) == given


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_cashier_can_neither_give_nor_take(method: str, cashier: Visitor, shop: FakeServices) -> None:
    more = {"content_type": UPLOAD_TYPE} if method == "POST" else {}
    assert cashier.write(method, "/settings/company/logo", {}, **more).status_code == 403
    assert cashier.post("/settings/company/logo/restore").status_code == 403
