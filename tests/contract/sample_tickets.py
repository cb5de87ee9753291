"""The tickets that every PDF engine must set: whoever sends one of these can send any."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

from PIL import Image, ImageDraw

from backend.adapters.pdf.logo_pixels import clean_picture
from backend.domain.document_type import DocumentType
from backend.domain.logo import Logo
from backend.domain.shop import Company
from backend.domain.ticket import Payment, RecordedTicket, TicketLine
from backend.domain.ticket_layout import TicketMarks
from tests.builders import VAT_5_5, VAT_20, a_company, a_line, a_recorded_ticket, a_ticket

DRAWN, PHOTOGRAPH = "drawn", "photograph"  # what these samples name their logo by
LONG_WORD = "Antiskid" * 37 + "Ende"  # 300 characters without a place to break
HOSTILE = (
    "</title></style></p><b>gras</b><script>document.body.innerHTML='0'</script>"
    "<img src='http://127.0.0.1:{port}/img' onerror=alert(1)><iframe src='file:///etc/passwd'></iframe>"
    '<meta name="pdfkit-enable-local-file-access" content=""><link rel=stylesheet href=http://127.0.0.1:{port}/css>'
    "{{7*7}}{% raw %}\x00\x07\u202egnp.exe\u202c\u2066x\u2069 fin"
)


def sample_tickets() -> dict[str, tuple[RecordedTicket, TicketMarks]]:
    """Return the samples by name."""
    plain = TicketMarks()
    return {
        "walk-in": (a_recorded_ticket(), plain),
        "customer": (_customer(), plain),
        "credit": (_credit(), plain),
        "one line": (a_recorded_ticket(lines=(a_line(),)), plain),
        "200 lines": (a_recorded_ticket(lines=_lines(200)), plain),
        "1,000 lines": (a_recorded_ticket(lines=_lines(1000)), plain),
        "long words": (_long_words(), plain),
        "many VAT rates": (_many_rates(), plain),
        "Greek and Cyrillic": (_greek_and_cyrillic(), plain),
        "large amounts": (_large_amounts(), plain),
        "specimen, third copy": (a_recorded_ticket(lines=_lines(40), training=True), TicketMarks(2, specimen=True)),
        "nothing but a name": (a_recorded_ticket(company=a_company(address=(), footer="", siret="", city="")), plain),
        "big logo": (a_recorded_ticket(company=a_company(logo_sha256=DRAWN)), plain),
        "photograph as logo": (a_recorded_ticket(company=a_company(logo_sha256=PHOTOGRAPH)), plain),
        "hostile": (hostile_ticket(9), plain),
    }


def hostile_ticket(port: int) -> RecordedTicket:
    """Return a ticket with an attack in every field; `port` is where it would call."""
    text = HOSTILE.replace("{port}", str(port))
    fields = ("name", "postal_code", "city", "phone", "siret", "vat_number", "header", "footer")
    company = replace(a_company(), address=(text,), **dict.fromkeys(fields, text))
    return a_recorded_ticket(
        lines=(a_line(text), a_line(text, quantity="2", discount=100)),
        payments=(Payment(text, 3650),),
        company=company,
        cashier_name=text,
        customer_code=text,
        customer_name=text,
        credit_of=text,
    )


def _lines(count: int) -> tuple[TicketLine, ...]:
    labels = ("Vis à bois 4 × 40, boîte de {}", "Œillet n° {}", "Peinture mate blanche pour murs et plafonds, pot {}")
    rates = (VAT_20, VAT_5_5)
    return tuple(
        a_line(labels[i % 3].format(i), 100 + i, str(1 + i % 2), vat_rate=rates[i % 2], discount=10 * (i % 5 == 0))
        for i in range(count)
    )


def _customer() -> RecordedTicket:
    lines = (
        a_line("Perceuse-visseuse 18 V", 8990),
        a_line("Vis à bois 4 × 40, boîte de 200", 650, "2"),
        a_line("Peinture mate blanche 2,5 L", 3400, discount=340),
        a_line("Guide du bricolage (livre)", 1490, vat_rate=VAT_5_5),
    )
    return a_recorded_ticket(
        lines=lines,
        payments=(Payment("Carte bancaire", 10000), Payment("Espèces", 5000)),
        change_due=160,
        customer_code="DUVAL",
        customer_name="ATELIER DUVAL",
        company=a_company(header="Ouvert du lundi au samedi\nde 8 h à 19 h"),
    )


def _credit() -> RecordedTicket:
    lines = (a_line("Perceuse-visseuse 18 V", 8990, "-1"),)
    ticket = a_ticket(number=12, lines=lines, kind=DocumentType.CREDIT, credit_of="C1-4")
    return replace(a_recorded_ticket(12), ticket=ticket)


def _long_words() -> RecordedTicket:
    return a_recorded_ticket(
        lines=(a_line(LONG_WORD), a_line("Marteau " * 30), a_line("W" * 90, quantity="3")),
        company=a_company(name="Établissements Quincaillerie-Droguerie-Peinture", footer=LONG_WORD),
        payments=(Payment("x" * 120, 6250),),
        customer_code="LONG",
        customer_name="Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch SARL",
        cashier_name="Marie-Antoinette-Joséphine de La Rochefoucauld",
    )


def _many_rates() -> RecordedTicket:
    return a_recorded_ticket(
        lines=tuple(a_line(f"Article au taux {i}", 1000 + i, vat_rate=Decimal(i) / 4) for i in range(30))
    )


def _greek_and_cyrillic() -> RecordedTicket:
    lines = (
        a_line("Ελληνικό ελαιόλαδο εξαιρετικό παρθένο", 1250),
        a_line("Черный хлеб «Бородинский»", 320, "2", vat_rate=VAT_5_5),
        a_line("Žluťoučký kůň, pšenka, Łódź, İzmir, Ġgantija", 480, vat_rate=VAT_5_5),
    )
    return a_recorded_ticket(lines=lines, company=a_company(name="Καφενείο Столовая", footer="Ευχαριστώ · Спасибо"))


def _large_amounts() -> RecordedTicket:
    return a_recorded_ticket(lines=(a_line("Machine-outil", 123_456_789, "3.125"), a_line("Pose", 99_999_999)))


def sample_logo(company: Company) -> Logo | None:
    """Return the logo of a sample's company: as large as logos may be, and taller than wide."""
    if company.logo_sha256 == DRAWN:
        picture = Image.new("RGB", (1400, 1600), "white")
        pen = ImageDraw.Draw(picture)
        for inset in range(0, 600, 60):
            pen.ellipse((inset, inset, 1399 - inset, 1599 - inset), outline=(20, 60, 140), width=20)
        pen.rectangle((0, 1500, 1399, 1599), fill=(240, 140, 0))
    elif company.logo_sha256 == PHOTOGRAPH:
        picture = Image.effect_mandelbrot((1600, 1200), (-2, -1.5, 1, 1.5), 30).convert("RGB")
    else:
        return None
    file = io.BytesIO()
    picture.save(file, "PNG")
    return clean_picture(file.getvalue())
