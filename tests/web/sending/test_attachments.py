"""Files behind the PDF: added, listed with sizes and warnings, refused, taken out, and sent."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from backend.domain.attachment import LIMIT_BYTES
from backend.usecases.edit_attachments import size_limit
from tests.builders import a_tested_sender
from tests.web.sending_parts import form, mail_of, send, start
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from tests.fakes import FakeServices

UPLOAD = "multipart/form-data"


def files_of(url: str) -> str:
    return url.replace("/sending/", "/attachments/")


def add(visitor: Visitor, url: str, **files: bytes) -> TestResponse:
    given = [(io.BytesIO(content), name.replace("_", ".")) for name, content in files.items()]
    return visitor.post(files_of(url), {"files": given}, content_type=UPLOAD)


def names(shop: FakeServices, url: str) -> list[str]:
    return [attachment.name for attachment in mail_of(shop, url).attachments]


def test_files_are_added_behind_the_pdf_and_listed_with_their_sizes(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    answer = add(cashier, url, a_txt=b"a" * 4000, b_pdf=b"b" * 12_000)
    assert names(shop, url) == ["C1-1-BRICO.pdf", "a.txt", "b.pdf"]
    assert "<strong>a.txt</strong><small>4\N{NO-BREAK SPACE}kB</small>" in answer.text
    assert "always attached" in answer.text
    assert "20.0\N{NO-BREAK SPACE}MB can leave" in answer.text
    assert "a.txt" in cashier.get(url).text, "F5 shows them too"


def test_reset_is_active_only_with_added_files_and_leaves_the_pdf(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    button = re.compile(r'<button[^>]*hx-delete="/attachments/[^"]*"[^>]*>.{0,120}Reset', re.DOTALL)
    assert " disabled" in button.search(cashier.get(url).text)[0]  # type: ignore[index]  # no match fails the test
    assert " disabled" not in button.search(add(cashier, url, a_txt=b"a").text)[0]  # type: ignore[index]
    answer = cashier.write("DELETE", files_of(url))
    assert names(shop, url) == ["C1-1-BRICO.pdf"]
    assert shop.outbox.files == {}, "erased, not only forgotten"
    assert " disabled" in button.search(answer.text)[0]  # type: ignore[index]


def test_one_file_is_taken_out_and_the_pdf_can_not_be(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    text = add(cashier, url, a_txt=b"a", b_txt=b"b").text
    found = re.findall(r'hx-delete="(/attachments/[^"/]*/[^"]*)"', text)
    assert len(found) == 2, "none for the PDF"
    cashier.write("DELETE", found[0])
    cashier.write("DELETE", found[0])
    assert names(shop, url) == ["C1-1-BRICO.pdf", "b.txt"]
    cashier.write("DELETE", f"{files_of(url)}/{mail_of(shop, url).pdf.key}")
    assert names(shop, url) == ["C1-1-BRICO.pdf", "b.txt"]


def test_a_file_too_big_for_the_server_is_refused_with_its_limit(cashier: Visitor, shop: FakeServices) -> None:
    shop.settings.save_sender_profile(replace(a_tested_sender("DUPOND"), tested_size_limit=300_000))
    url = start(cashier)
    answer = add(cashier, url, film_mp4=bytes(400_000))
    assert answer.status_code == 422
    said = answer.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "With “film.mp4” the mail would have 568 kB: up to 300 kB can leave" in said
    assert names(shop, url) == ["C1-1-BRICO.pdf"]
    assert shop.outbox.files == {}


def test_a_kind_that_servers_refuse_is_warned_about(cashier: Visitor) -> None:
    assert "Many mail servers refuse a file such as run.exe" in add(cashier, start(cashier), run_exe=b"MZ").text


def test_added_files_leave_with_the_mail_and_are_erased(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    add(cashier, url, a_txt=b"inside")
    assert "HX-Redirect" in send(cashier, url, form()).headers
    assert [(each.name, each.content) for each in shop.transport.sent[0].added_files] == [("a.txt", b"inside")]
    assert shop.outbox.files == {}


def test_a_file_that_vanished_meanwhile_is_named(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    add(cashier, url, garantie_pdf=b"%PDF")
    shop.outbox.files.clear()
    answer = send(cashier, url, form())
    assert "The file “garantie.pdf”, which was to go with the mail, is no longer there." in answer.text
    assert shop.transport.tried == []


def test_a_mail_under_way_or_ended_takes_no_file(cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    send(cashier, url, form())
    answer = add(cashier, url, a_txt=b"a")
    assert answer.status_code in {204, 422}
    assert shop.outbox.files == {}


def test_an_administrator_sets_a_lower_limit_and_what_can_not_be_one_is_said(
    administrator: Visitor, shop: FakeServices
) -> None:
    assert 'name="megabytes" value=""' in administrator.get("/attachments/limit").text
    for typed in ("-3", "x", "41", "1.5", "9" * 5_000):
        refused = administrator.post("/attachments/limit", {"megabytes": typed})
        assert (refused.status_code, f'value="{typed}"' in refused.text) == (422, True)
    administrator.post("/attachments/limit", {"megabytes": "5"})
    assert size_limit("DUPOND", shop) == 5_000_000
    assert 'name="megabytes" value="5"' in administrator.get("/attachments/limit").text
    administrator.post("/attachments/limit", {"megabytes": ""})
    assert size_limit("DUPOND", shop) == LIMIT_BYTES


def test_nobody_adds_to_the_mail_of_somebody_else(app: Flask, cashier: Visitor, shop: FakeServices) -> None:
    url = start(cashier)
    other = Visitor(app).sign_in("MARTIN")
    assert add(other, url, a_txt=b"a").status_code == 404
    assert other.write("DELETE", files_of(url)).status_code == 404
    assert names(shop, url) == ["C1-1-BRICO.pdf"]
