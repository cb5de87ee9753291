"""A PDF mailed, printed, saved, altered and from elsewhere, by the real engine and reader; hostile ones end in time."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.adapters.pdf.pdf_reading import pdf_text
from backend.bootstrap import open_services
from backend.domain.pdf_verdict import PdfStanding, PdfVerdict
from backend.domain.ticket import TicketNumber
from backend.ports import Services
from backend.usecases.make_ticket_pdf import save_ticket_pdf
from backend.usecases.print_ticket import print_ticket
from backend.usecases.send_ticket import SendingWishes, send_ticket
from backend.usecases.test_sender import TEST_FILE
from backend.usecases.verify_ticket_pdf import verify_ticket_pdf

pytestmark = pytest.mark.wkhtmltopdf
KEY = TicketNumber("C1", 4)
PROGRAM = (sys.executable, str(Path(__file__).parents[2] / "app.py"))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with open_services(tmp_path_factory.mktemp("shop"), training=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def issued(services: Services, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give the PDF of C1-4 as it was mailed, printed and saved, one after the other."""
    send_ticket(KEY, "DUPOND", SendingWishes(to="compta@atelier-duval.example"), services)
    (attachment,) = (part for part in _mailed(services) if part.startswith(b"%PDF-"))
    shown: list[bytes] = []
    print_ticket(KEY, "58mm", "DUPOND", services, lambda path: shown.append(path.read_bytes()))
    target = tmp_path_factory.mktemp("saved") / "x.pdf"
    save_ticket_pdf(KEY, "a4", target, "DUPOND", services)
    return {"mailed": attachment, "printed": shown[0], "saved": target.read_bytes()}


def _mailed(services: Services) -> list[bytes]:
    from email import message_from_bytes

    parts = message_from_bytes(services.mailbox.raw(1)).walk()
    return [payload for part in parts if isinstance(payload := part.get_payload(decode=True), bytes)]


def _verdict(pdf: bytes, services: Services) -> PdfVerdict:
    return verify_ticket_pdf(pdf, services)


@pytest.mark.parametrize(("event", "reprint"), [("mailed", 0), ("printed", 1), ("saved", 2)])
def test_what_was_issued_is_genuine_however_it_was(
    services: Services, issued: dict[str, bytes], event: str, reprint: int
) -> None:
    verdict = _verdict(issued[event], services)
    assert (verdict.standing, verdict.ticket) == (PdfStanding.GENUINE, KEY)
    assert [(entry.event, entry.reprint) for entry in verdict.issues] == [(event, reprint)]


@pytest.mark.parametrize("event", ["mailed", "printed", "saved"])
def test_one_other_byte_makes_it_altered(services: Services, issued: dict[str, bytes], event: str) -> None:
    pdf = issued[event]
    place = pdf.index(b"/CreationDate (D:20") + len("/CreationDate (D:20")
    for altered in (pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :], pdf + b"\n"):
        verdict = _verdict(altered, services)
        assert (verdict.standing, verdict.ticket, verdict.seal_fits) == (PdfStanding.ALTERED, KEY, True)


def test_a_pdf_from_elsewhere_is_unknown(services: Services) -> None:
    assert _verdict(TEST_FILE.path.read_bytes(), services).standing is PdfStanding.UNKNOWN


def test_a_pdf_of_another_shop_is_unknown(services: Services, issued: dict[str, bytes], tmp_path: Path) -> None:
    assert issued
    with open_services(tmp_path, training=False) as elsewhere:
        assert _verdict(issued["mailed"], elsewhere).standing is PdfStanding.UNKNOWN


def _document(*objects: bytes) -> bytes:
    numbered = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(objects, 1))
    return b"%PDF-1.4\n" + numbered + b"trailer << /Root 1 0 R >>\n%%EOF\n"


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
BOMB = zlib.compress(b"BT (A) Tj ET\n" * 20_000_000)
HOSTILE = {
    "nothing but a beginning": b"%PDF-1.4",
    "noise": b"%PDF-1.4" + bytes(range(256)) * 4000,
    "pages that are their own children": _document(CATALOGUE, b"<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"),
    "a billion pages": _document(CATALOGUE, b"<< /Type /Pages /Count 1000000000 /Kids [3 0 R] >>"),
    "a page that unpacks to 260 MB": _document(
        CATALOGUE,
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(BOMB), BOMB),
    ),
}


@pytest.mark.parametrize("pdf", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_pdf_is_unknown_and_ends(services: Services, pdf: bytes) -> None:
    assert _verdict(pdf, services).standing is PdfStanding.UNKNOWN


def test_a_reader_that_hangs_is_ended(tmp_path: Path) -> None:
    script = tmp_path / "hangs.py"
    script.write_text("import time\ntime.sleep(600)\n")
    assert pdf_text(b"%PDF-1.4", (sys.executable, str(script)), patience_s=0.5) == ""


def test_a_reader_that_dies_or_is_missing_reads_nothing(tmp_path: Path) -> None:
    script = tmp_path / "dies.py"
    script.write_text("import os\nos.abort()\n")
    assert pdf_text(b"%PDF-1.4", (sys.executable, str(script))) == ""
    assert pdf_text(b"%PDF-1.4", (str(tmp_path / "absent"),)) == ""


def test_the_text_of_an_issued_pdf_holds_its_number_and_seal(services: Services, issued: dict[str, bytes]) -> None:
    recorded = services.tickets.find(KEY)
    for pdf in issued.values():
        assert recorded.chain_sha256[:16] in pdf_text(pdf, PROGRAM).replace(" ", "").replace("\r\n", "")
