"""Hostile text in every field of an imported ticket, of the company and of the sender: text it stays, everywhere."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from tests.import_files import a_shop_value, a_ticket_value, json_file
from tests.pdf_text import said_by, squeezed, text_of
from tests.program import Program, set_tested_sender
from tests.servers.canary import canary
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script

pytestmark = pytest.mark.wkhtmltopdf
# What no paper can show, and what would turn letters round, is left out of the PDF (backend/adapters/pdf/printable.py).
LEFT_OUT = re.compile("[\x00-\x1f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SECRET_FILE = Path("/etc/passwd")
SENDER_NAME = '{{7*7}} <script>alert(1)</script>, "Brico"'


def payloads(port: int) -> list[str]:
    """Return texts of up to 100 characters, the longest that every field takes."""
    address = f"http://127.0.0.1:{port}"
    return [
        f"<img src='{address}/img'>",
        f"<script src='{address}/js'></script>",
        "<script>document.body.innerHTML='rien'</script>",
        f"<iframe src='{SECRET_FILE.as_uri()}'></iframe>",
        f"<link rel=stylesheet href='{address}/css'>",
        f"</style><style>@import '{address}/import';</style>",
        f"\"><object data='{address}/object'></object>",
        "</title></head><body><h1>0,00</h1>",
        '<meta name="pdfkit-enable-local-file-access" content="">',
        f"<meta http-equiv=refresh content='0; url={address}/meta'>",
        "{{7*7}}{% include '/etc/passwd' %}${7*7}",
        "%(host)s %s {0} [NUMERO TICKET]",
        "a\0b\x07c\x1bd",
        "\u202egnp.exe\u202c \u2066x\u2069\u200f",
        "<!-- <![CDATA[ &amp;&#0; &lt;b&gt;",
        "..\\..\\..//etc//passwd",
        "=1+1;DROP TABLE tickets;--'\"`$(id)",
    ]


@dataclass(frozen=True)
class Hostile:
    """The values of a shop and a ticket whose every field of text is hostile, and all that must be printed of them."""

    shop: dict[str, Any]
    ticket: dict[str, Any]
    printed: list[str]


def hostile_values(texts: list[str]) -> Hostile:
    """Fill every field with the next text, as much of it as the field takes."""
    some = cycle(texts)
    lines = [next(some) for _ in range(3)]
    short = [next(some)[:length] for length in (12, 80, 80, 20, 20)]
    header = ["W" * 300, texts[0], texts[3]]
    footer = texts[8:12]
    company: dict[str, Any] = {
        "name": "BRICO <b>& Fils</b> ../x",
        "address": lines,
        **dict(zip(("postal_code", "city", "phone", "siret", "vat_number"), short, strict=True)),
        "header": "\n".join(header),
        "footer": "\n".join(footer),
    }
    cashier = {"code": next(some)[:20], "name": next(some)}
    customer = {"code": next(some)[:20], "name": next(some), "billing_address": {"lines": lines, "city": short[1]}}
    method = next(some)[:40]
    labels = [*texts, "W" * 200]
    ticket = a_ticket_value(7, labels=labels, cashier=cashier, customer=customer)
    ticket["payments"][0]["method"] = method
    for line in ticket["lines"]:
        line["product"] = next(some)[:40]
    shop = a_shop_value(company=company, cashiers=[cashier], customers=[customer])
    printed = [company["name"], *lines, *short, *header, *footer, cashier["name"], customer["name"], method, *labels]
    return Hostile(shop, ticket, printed)


def shown(text: str) -> str:
    """Return a text as pdftotext must find it."""
    return squeezed(LEFT_OUT.sub("", text))


def test_hostile_text_is_printed_and_mailed_as_text_and_reaches_nobody(
    shop: Program, scripted_smtp: Callable[[Script], ScriptedSmtp]
) -> None:
    server = scripted_smtp(Script())
    set_tested_sender(shop, server.port, name=SENDER_NAME)
    with canary() as (port, requests):
        hostile = hostile_values(payloads(port))
        assert shop.call("shop", "load", json_file(shop.folder / "shop.json", hostile.shop)).exit_code == 0
        assert shop.call("ticket", "import", json_file(shop.folder / "ticket.json", hostile.ticket)).exit_code == 0
        sent = shop.run("send", "K1-7", "--to", "client@example.org", "--json")
        assert (sent.exit_code, sent.stderr) == (0, ""), sent
        for layout in ("58mm", "a4"):
            output = shop.folder / f"{layout}.pdf"
            assert shop.call("ticket", "pdf", "K1-7", "--layout", layout, "--output", output).exit_code == 0
            assert_printed_as_text(output, hostile)
    assert requests == []
    (mail,) = server.messages()
    pdf = pdf_of(mail, shop.folder)
    assert_printed_as_text(pdf, hostile)
    assert re.fullmatch(r"K1-7-[\w &.-]+\.pdf", pdf.name)
    assert str(mail["Subject"]) == "Votre ticket de caisse n° 7 du 23/11/2024"
    assert mail["From"].addresses[0].display_name == SENDER_NAME
    body = mail.get_body(("plain",))
    assert body
    assert "votre ticket de caisse n° 7" in body.get_content()
    # What is recorded, and proved by its hash, is what came, whatever the paper can show.
    recorded = shop.call("ticket", "show", "K1-7", "--json").json
    assert [line["label"] for line in recorded["lines"]] == [line["label"] for line in hostile.ticket["lines"]]


def assert_printed_as_text(pdf: Path, hostile: Hostile) -> None:
    text = text_of(pdf)
    for printed in hostile.printed:
        assert shown(printed) in text, printed
    raw = said_by("pdftotext", "-raw", pdf, "-")
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", raw)
    assert SECRET_FILE.read_text("utf-8").splitlines()[0] not in raw
    assert b"/JavaScript" not in pdf.read_bytes()


def pdf_of(mail: EmailMessage, folder: Path) -> Path:
    (part,) = mail.iter_attachments()
    name, content = part.get_filename(), part.get_payload(decode=True)
    assert name
    assert isinstance(content, bytes)
    assert Path(name).name == name
    target = folder / name
    target.write_bytes(content)
    return target


def test_the_canary_would_sing() -> None:
    with canary() as (port, requests):
        with pytest.raises(OSError, match="closed"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/img")
        assert requests == ["GET /img HTTP/1.1\r\n"]


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        ({"lines": [{"label": "W" * 300, "unit_price": 1, "vat_rate": 20, "total": 1}]}, "lines[1].label", "too_long"),
        ({"cashier": {"name": "half a \ud800 character"}}, "cashier.name", "wrong_value"),
        ({"customer": {"code": "A", "name": "A", "billing_address": {"email": "a@b.fr\nBcc: c@d.fr"}}}, None, "email"),
        ({"payments": [{"method": "", "amount": "1.20"}]}, "payments[1].method", "missing"),
        ({"till": "../K1"}, "till", "wrong_value"),
        ({"issued_at": "0001-01-01T00:00:00+23:00"}, "issued_at", "wrong_value"),
        ({"<script>": 1}, "<script>", "unknown_field"),
    ],
)
def test_what_no_ticket_can_hold_is_refused_with_its_place(
    changes: dict[str, Any], where: str | None, reason: str, shop: Program
) -> None:
    refused = shop.call("ticket", "import", json_file(shop.folder / "t.json", a_ticket_value(9, **changes)), "--json")
    assert refused.exit_code == 1
    (report,) = refused.json["files"]
    assert (report["status"], report["reason"]) == ("refused", reason)
    assert report["where"] == (where or "customer.billing_address.email")
    assert report["line"] > 1
