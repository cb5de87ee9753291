"""What every PDF engine keeps (ports.PdfEngine): width, content, order, fonts, silence towards the outside."""

from __future__ import annotations

import re
import subprocess
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from backend.adapters.pdf.browser import BrowserEngine
from backend.adapters.pdf.page_picture import last_ink_pt, page_count, page_size_pt, page_text
from backend.adapters.pdf.ticket_figures import figures_of
from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.adapters.pdf.wkhtmltopdf import WkhtmltopdfEngine
from backend.domain.pdf_settings import PageFormat, PdfFailure
from backend.domain.ticket import RecordedTicket
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LogoSize, PaperFormat, TicketLayout, TicketMarks
from backend.ports import PdfEngine
from tests.browser_program import a_browser
from tests.contract.sample_tickets import hostile_ticket, sample_logo, sample_tickets

POINTS_PER_MM = 72 / 25.4
MARGIN_PT = 4.7 * POINTS_PER_MM
SAMPLES = sample_tickets()
LAYOUTS = {layout.paper: layout for layout in BUILT_IN_LAYOUTS}
SMALL = (PaperFormat.W58, PaperFormat.W80)
FIGURES = figures_of("fr")
ENGINES = [
    pytest.param("wkhtmltopdf", marks=pytest.mark.wkhtmltopdf),
    pytest.param("browser", marks=pytest.mark.chromium),
]
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PdfEngine]:
    folder = tmp_path_factory.mktemp("engine")
    engine: PdfEngine
    if request.param == "browser":
        engine = BrowserEngine(folder, program=a_browser(folder))
    else:
        engine = WkhtmltopdfEngine(folder)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def page() -> JinjaTicketPage:
    return JinjaTicketPage(cache(sample_logo))


def page_format(layout: TicketLayout) -> PageFormat:
    if layout.paper is PaperFormat.A4:
        return PageFormat(layout.paper.width_mm, 297, bottom_margin_mm=15)
    return PageFormat(layout.paper.width_mm)


def made(
    engine: PdfEngine,
    page: JinjaTicketPage,
    recorded: RecordedTicket,
    marks: TicketMarks,
    paper: PaperFormat,
    out: Path,
) -> Path:
    target = out / "C1-4-BRICO.pdf"
    layout = replace(LAYOUTS[paper], logo=LogoSize.LARGE)
    html = page(recorded, layout, marks)
    assert html.count("<img") == bool(recorded.ticket.company.logo_sha256)
    pages = engine.make_pdf(html, page_format(layout), target)
    assert pages == page_count(target)
    return target


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def squeezed(text: str) -> str:
    """Drop every space: lines may break anywhere."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def expected_in_order(recorded: RecordedTicket) -> list[str]:
    ticket = recorded.ticket
    company = [ticket.company.name, *ticket.company.address, ticket.company.city, ticket.company.phone]
    company += ticket.company.header.splitlines()
    lines = [part for line in ticket.lines for part in (line.label, FIGURES.amount(line.gross_total))]
    totals = [FIGURES.euros(amount) for amount in (ticket.gross_total, ticket.vat_amount, ticket.net_total)]
    payments = [part for payment in ticket.payments for part in (payment.method, FIGURES.euros(payment.amount))]
    rates = [
        part for total in ticket.vat_totals for part in (FIGURES.rate(total.rate), FIGURES.amount(total.net_amount))
    ]
    moment = ticket.issued_at.strftime("%d/%m/%Y %H:%M")
    closing = [*ticket.company.footer.splitlines(), recorded.chain_sha256[:4]]
    return [*company, str(ticket.number), moment, *lines, *totals, *payments, *rates, *closing]


def assert_in_order(parts: list[str], text: str) -> None:
    position, whole = 0, squeezed(text)
    for part in map(squeezed, parts):
        found = whole.find(part, position)
        assert found >= 0, f"{part!r} is missing after {whole[max(0, position - 60) : position]!r}"
        position = found + len(part)


@pytest.mark.parametrize("paper", PaperFormat)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_a_ticket_is_complete_in_order_and_of_the_right_width(
    name: str, paper: PaperFormat, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    recorded, marks = SAMPLES[name]
    pdf = made(engine, page, recorded, marks, paper, tmp_path)
    assert_in_order(expected_in_order(recorded), run("pdftotext", "-raw", pdf, "-"))
    for number in range(1, page_count(pdf) + 1):
        width_pt, height_pt = page_size_pt(pdf, number)
        assert abs(width_pt - paper.width_mm * POINTS_PER_MM) < 1
        assert height_pt <= 5000 * POINTS_PER_MM + 1
    assert run("qpdf", "--check", pdf)


@pytest.mark.parametrize("paper", SMALL)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "1,000 lines"])
def test_a_small_format_ends_just_below_its_last_ink(
    name: str, paper: PaperFormat, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    pdf = made(engine, page, *SAMPLES[name], paper, tmp_path)
    assert page_count(pdf) == 1
    free_pt = page_size_pt(pdf)[1] - last_ink_pt(pdf, dots_per_pt=4)
    assert MARGIN_PT <= free_pt <= MARGIN_PT + 4


@pytest.mark.parametrize("paper", PaperFormat)
@pytest.mark.parametrize("name", ["long words", "large amounts", "many VAT rates", "hostile"])
def test_nothing_is_cut_at_the_sides(
    name: str, paper: PaperFormat, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    pdf = made(engine, page, *SAMPLES[name], paper, tmp_path)
    width_pt = page_size_pt(pdf)[0]
    words = re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', run("pdftotext", "-bbox", pdf, "-"))
    assert words
    assert min(float(left) for left, _ in words) > 2 * POINTS_PER_MM
    assert max(float(right) for _, right in words) < width_pt - 2 * POINTS_PER_MM


def test_a_thousand_long_lines_are_broken_into_pages_between_lines(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    pdf = made(engine, page, *SAMPLES["1,000 lines"], PaperFormat.W58, tmp_path)
    pages = page_count(pdf)
    assert pages > 1
    assert page_size_pt(pdf, pages)[1] < page_size_pt(pdf, 1)[1]
    labels = [line.label.split()[0] for line in SAMPLES["1,000 lines"][0].ticket.lines]
    for number in range(2, pages + 1):
        assert page_text(pdf, number).split()[0] in labels
    free_pt = page_size_pt(pdf, pages)[1] - last_ink_pt(pdf, pages)
    assert MARGIN_PT - 1 <= free_pt <= MARGIN_PT + 6


def test_the_watermark_of_a_specimen_does_not_get_between_the_words(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    recorded, marks = SAMPLES["specimen, third copy"]
    text = run("pdftotext", made(engine, page, recorded, marks, PaperFormat.W80, tmp_path), "-")
    assert text.count("SPECIMEN") == 1
    assert [line for line in text.splitlines() if len(line) == 1] == []
    assert [line.label for line in recorded.ticket.lines if line.label[:16] not in text] == []


@pytest.mark.parametrize("name", ["customer", "Greek and Cyrillic", "hostile"])
def test_every_font_is_embedded(name: str, engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path) -> None:
    pdf = made(engine, page, *SAMPLES[name], PaperFormat.W80, tmp_path)
    fonts = run("pdffonts", pdf).splitlines()[2:]
    assert fonts
    assert all(re.search(r"\byes\s+(?:yes|no)\s+yes\s+\d+\s+\d+$", font) for font in fonts), fonts
    assert all("IBMPlexSans" in font for font in fonts)


def test_a_hostile_ticket_is_printed_as_text_and_reaches_nobody(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    with canary() as (port, requests):
        pdf = made(engine, page, hostile_ticket(port), TicketMarks(), PaperFormat.W80, tmp_path)
    assert requests == []
    text = run("pdftotext", "-raw", pdf, "-")
    assert squeezed("<script>document.body.innerHTML='0'</script>") in squeezed(text)
    assert "{{7*7}}" in squeezed(text)
    assert "gnp.exex" in squeezed(text)
    assert "root:x:0:0" not in text
    assert not re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize(
    "attack",
    [
        "<img src='{url}'>",
        "<iframe src='{url}'></iframe>",
        "<link rel=stylesheet href='{url}'>",
        "<style>@import '{url}'; @font-face {{ font-family: x; src: url('{url}') }} p {{ font-family: x }}</style>",
        "<p style=\"background: url('{url}')\">x</p>",
        "<object data='{url}'></object><embed src='{url}'>",
        "<script src='{url}'></script><script>new Image().src = '{url}'</script>",
        "<img src=x onerror=\"new Image().src = '{url}'\"><body onload=\"new Image().src = '{url}'\">",
        "<meta http-equiv=refresh content='0; url={url}'>",
        "<svg xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='{url}' width='9' height='9'/></svg>",
        "<iframe src='file:///etc/passwd' width='400' height='400'></iframe>",
        "<script>while (true) {{}}</script>",
    ],
)
@pytest.mark.parametrize("height_mm", [None, 297])
def test_markup_that_got_into_a_page_reaches_neither_network_nor_files(
    attack: str, height_mm: int | None, engine: PdfEngine, tmp_path: Path
) -> None:
    """The layouts let no markup in; should one of them ever fail, the engine still holds."""
    target = tmp_path / "x.pdf"
    with canary() as (port, requests):
        html = bare_page(f"<p>before</p>{attack.format(url=f'http://127.0.0.1:{port}/')}<p>after</p>")
        with suppress(PdfFailure):
            engine.make_pdf(html, PageFormat(80, height_mm), target)
    assert requests == []
    assert not target.exists() or "root:x:0:0" not in run("pdftotext", target, "-")


def test_a_page_without_the_policy_is_refused(engine: PdfEngine, tmp_path: Path) -> None:
    html = bare_page("<p>x</p>").replace("default-src", "x-src")
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(html, PageFormat(80), tmp_path / "x.pdf")
    assert caught.value.reason == "refused"


def test_a_page_of_more_than_256_kb_without_its_pictures_is_refused(engine: PdfEngine, tmp_path: Path) -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    picture = f"<img src='data:image/png;base64,{dot}'>"
    assert engine.make_pdf(bare_page("<p>x</p>" + picture), PageFormat(80), tmp_path / "x.pdf") == 1
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(bare_page("<p>x</p>" * 40_000), PageFormat(80), tmp_path / "y.pdf")
    assert caught.value.reason == "too_big"
    assert not (tmp_path / "y.pdf").exists()


def test_the_same_ticket_gives_the_same_bytes(engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path) -> None:
    recorded, marks = SAMPLES["customer"]
    first, again, other = (tmp_path / name for name in ("1.pdf", "2.pdf", "3.pdf"))
    html = page(recorded, LAYOUTS[PaperFormat.W80], marks)
    engine.make_pdf(html, PageFormat(80), first)
    engine.make_pdf(page(recorded, LAYOUTS[PaperFormat.A4], marks), PageFormat(210, 297, 15), other)
    engine.make_pdf(html, PageFormat(80), again)
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_a_pdf_bears_the_title_and_the_time_of_its_ticket(
    engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path
) -> None:
    recorded, marks = SAMPLES["customer"]
    facts = run("pdfinfo", "-isodates", made(engine, page, recorded, marks, PaperFormat.W80, tmp_path))
    assert re.search(r"Title:\s+Ticket n.* 4|Title:\s+Ticket no\. 4", facts)
    assert re.search(r"CreationDate:\s+2026-11-24T11:00:00Z", facts)


def test_an_unwritable_place_is_named_and_nothing_is_left_there(engine: PdfEngine, tmp_path: Path) -> None:
    with pytest.raises(PdfFailure) as caught:
        engine.make_pdf(bare_page("<p>x</p>"), PageFormat(80), tmp_path / "missing" / "x.pdf")
    assert caught.value.reason == "unwritable"
    assert list(tmp_path.iterdir()) == []


def test_threads_take_turns(engine: PdfEngine, page: JinjaTicketPage, tmp_path: Path) -> None:
    names = ["walk-in", "customer", "credit", "Greek and Cyrillic"]
    pages = [page(*(SAMPLES[name][0], LAYOUTS[PaperFormat.W80], SAMPLES[name][1])) for name in names]
    targets = [tmp_path / f"{number}.pdf" for number in range(16)]
    threads = [
        threading.Thread(target=engine.make_pdf, args=(pages[number % 4], PageFormat(80), target))
        for number, target in enumerate(targets)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contents = [target.read_bytes() for target in targets]
    assert len(set(contents)) == 4
    assert all(one == other for one, other in pairwise(contents[::4]))


def bare_page(body: str) -> str:
    head = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><meta charset="utf-8"><title>x</title>'
    style = "<style>body { width: 70mm; overflow: hidden }</style>"
    return f"<!doctype html><html><head>{head}{style}</head><body>{body}</body></html>"


@contextmanager
def canary() -> Iterator[tuple[int, list[str]]]:
    """Listen on loopback; whoever asks for anything is written down."""
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port, requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
