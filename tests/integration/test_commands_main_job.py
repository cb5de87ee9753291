"""The main job in training mode, from an empty folder to a mail with a readable PDF in the mailbox."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from backend.adapters.pdf.page_picture import last_ink_pt, page_size_pt
from backend.usecases.read_captured_mail import attachments_of, parse_mail
from tests.pdf_text import assert_in_order, said_by, text_of
from tests.program import Program, Ran

pytestmark = pytest.mark.wkhtmltopdf
POINTS_PER_MM = 72 / 25.4
MARGIN_PT = 4.7 * POINTS_PER_MM
IN_ORDER = [
    *("SPECIMEN", "BRICO", "12 rue des Forges", "21000 Dijon", "03 80 00 00 00"),
    *("123 456 789 00012", "FR12 123456789", "4", "10:42", "C1", "DUPOND", "ATELIER DUVAL"),
    *("Perceuse-visseuse 18 V", "89,90", "Vis à bois 4 × 40, boîte de 200", "2 × 6,50", "13,00"),
    *("Peinture mate blanche 2,5 L", "-3,40", "30,60", "Guide du bricolage (livre)", "14,90"),
    *("148,40 €", "23,03", "125,37", "Carte bancaire", "100,00", "Espèces", "50,00", "1,60"),
    *("20 %", "111,25", "22,25", "133,50", "5,5 %", "14,12", "0,78", "14,90", "Merci de votre visite", "C1-4"),
]


def test_one_command_on_an_empty_folder_mails_a_ticket_whose_pdf_is_the_one_it_named(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    program = Program(tmp_path, ("--training",)).with_environment(TMPDIR=temporary)
    sending = program.run("send", "C1-4", "--to", "client@example.org", "--json")
    assert (sending.exit_code, sending.stderr) == (0, ""), sending
    sent = sending.json
    assert sent["status"] == "sent"
    assert sent["recipients"] == {"client@example.org": "accepted"}
    assert sent["pdf"]["name"] == "C1-4-BRICO.pdf"
    showing = program.run("mailbox", "show", "1", "--json")
    assert (showing.exit_code, showing.stderr) == (0, "")
    mail = showing.json
    assert mail["from"] == "BRICO <caisse@brico.example>"
    assert mail["to"] == ["client@example.org"]
    day = program.call("ticket", "show", "C1-4", "--json").json["issued_at"][:10]
    shown_day = "/".join(reversed(day.split("-")))
    assert mail["subject"] == f"Votre ticket de caisse n° 4 du {shown_day}"
    assert f"votre ticket de caisse n° 4 du {shown_day}." in mail["text"]
    assert mail["headers"]["Message-ID"] == sent["message_id"]
    assert mail["attachments"] == [sent["pdf"]]
    assert list((program.shop_dir / "pdf").iterdir()) == []
    assert list(temporary.iterdir()) == []
    pdf = attached_pdf(program, tmp_path)
    assert hashlib.sha256(pdf.read_bytes()).hexdigest() == sent["pdf"]["sha256"]
    assert_is_the_ticket(pdf)


@pytest.mark.parametrize(("language", "words"), [("fr", "Le mail est envoyé."), ("en", "The mail has been sent.")])
def test_the_cashiers_language_is_that_of_the_messages_and_the_companys_that_of_the_pdf(
    training: Program, tmp_path: Path, language: str, words: str
) -> None:
    plain = training.with_options("--lang", language).call("send", "C1-4", "--to", "client@example.org")
    assert plain == Ran(0, words + "\n", "")
    sent = training.with_options("--lang", language).call("send", "C1-4", "--to", "client@example.org", "--json").json
    assert sent["status"] == "sent"
    mail = training.with_options("--lang", language).call("mailbox", "show", "2", "--json").json
    assert mail["attachments"] == [sent["pdf"]]
    assert list((training.shop_dir / "pdf").iterdir()) == []
    assert_is_the_ticket(attached_pdf(training, tmp_path))


def attached_pdf(program: Program, folder: Path) -> Path:
    """Take the PDF out of the first captured mail."""
    with program.opened() as services:
        ((name, content),) = attachments_of(parse_mail(services.mailbox.raw(1)))
    pdf = folder / name
    pdf.write_bytes(content)
    return pdf


def assert_is_the_ticket(pdf: Path) -> None:
    assert_in_order(IN_ORDER, text_of(pdf))
    fonts = said_by("pdffonts", pdf).splitlines()[2:]
    assert fonts
    assert all(re.search(r"\byes\s+(?:yes|no)\s+yes\s+\d+\s+\d+$", font) for font in fonts), fonts
    facts = said_by("pdfinfo", pdf)
    width = re.search(r"Page size:\s+([\d.]+) x", facts)
    assert width
    assert abs(float(width[1]) - 80 * POINTS_PER_MM) < 1
    assert re.search(r"Pages:\s+1$", facts, re.MULTILINE)
    assert MARGIN_PT <= page_size_pt(pdf)[1] - last_ink_pt(pdf, dots_per_pt=4) <= MARGIN_PT + 4
