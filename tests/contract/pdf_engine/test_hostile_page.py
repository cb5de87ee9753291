"""What every PDF engine keeps from a hostile page: the network and the files of the PC."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import pytest

from backend.adapters.pdf.ticket_page import JinjaTicketPage
from backend.domain.pdf_settings import PageFormat, PdfFailure
from backend.domain.ticket_layout import PaperFormat, TicketMarks
from backend.ports import PdfEngine
from tests.contract.pdf_engine.printing import (
    bare_page,
    made,
    run,
    squeezed,
)
from tests.contract.sample_tickets import hostile_ticket
from tests.servers.canary import canary


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
