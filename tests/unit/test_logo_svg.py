"""An SVG logo keeps its drawing and loses everything else; what could act is refused by name."""

from __future__ import annotations

import pytest

from backend.adapters.pdf.logo_refusal import RefusedLogoError
from backend.adapters.pdf.logo_svg import clean_svg, is_svg

HEAD = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"'
DOCTYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'


def an_svg(inside: str, before: str = "") -> bytes:
    return f"{before}<svg {HEAD}>{inside}</svg>".encode()


def refused(svg: bytes) -> tuple[str, str]:
    with pytest.raises(RefusedLogoError) as caught:
        clean_svg(svg)
    return caught.value.reason, caught.value.found


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<script>alert(1)</script>", "script"),
        ("<g><script href='http://evil.example/x.js'/></g>", "script"),
        ("<path d='M0 0' onload='alert(1)'/>", "onload"),
        ("<path d='M0 0' ONCLICK='alert(1)'/>", "ONCLICK"),
        ("<metadata><x onbegin='alert(1)'/></metadata>", "onbegin"),
        ("<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>", "foreignObject"),
        ("<h:script xmlns:h='http://www.w3.org/1999/xhtml'>alert(1)</h:script>", "script"),
        ("<image href='http://evil.example/x.png'/>", "image"),
        ("<image xlink:href='file:///etc/passwd'/>", "image"),
        ("<use href='http://evil.example/x.svg#a'/>", "href"),
        ("<use xlink:href='file:///etc/passwd#a'/>", "href"),
        ("<use href='data:image/svg+xml;base64,PHN2Zy8+#a'/>", "href"),
        ("<a href='javascript:alert(1)'><set attributeName='href' to='x'/></a>", "set"),
        ("<animate attributeName='href' values='javascript:alert(1)'/>", "animate"),
        ("<path d='M0 0' fill='url(http://evil.example/x)'/>", "url()"),
        ("<path d='M0 0' style='fill: URL( \"//evil.example/x\" )'/>", "url()"),
        ("<path d='M0 0' style='fill: u\\72l(x)'/>", "\\"),
        ("<style>@import 'http://evil.example/x.css';</style>", "@"),
        ("<style>@font-face { font-family: x; src: url(http://evil.example/f) }</style>", "@"),
        ("<style>path { fill: url(data:image/png;base64,AAAA) }</style>", "url()"),
        ("<style>p/**/ath { behavior: url(#x) }</style>", "behavior"),
    ],
)
def test_what_could_act_or_load_is_refused_and_named(inside: str, found: str) -> None:
    assert refused(an_svg(inside)) == ("svg_active", found)


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        f'{DOCTYPE}<!DOCTYPE svg SYSTEM "http://evil.example/x.dtd">',
        '<!DOCTYPE html SYSTEM "http://evil.example/x.dtd">',
    ],
)
def test_a_document_type_that_defines_anything_is_refused(before: str) -> None:
    assert refused(an_svg("<path d='M0 0'/>", before))[0] in {"svg_active", "damaged"}
    assert refused(an_svg("<text>&x;</text>", before))[0] in {"svg_active", "damaged"}


def test_a_style_sheet_by_instruction_is_refused() -> None:
    assert refused(an_svg("", '<?xml-stylesheet href="http://evil.example/x.css"?>')) == (
        "svg_active",
        "xml-stylesheet",
    )


def test_the_drawing_of_an_editor_comes_through_without_its_notes() -> None:
    svg = an_svg(
        '<!-- made by hand --><title>Logo</title><metadata><who xmlns="urn:x">Marie Martin</who></metadata>'
        '<i:pgf xmlns:i="urn:illustrator">AAAA</i:pgf><style>/* c */ .a { fill: url(#sky) }</style>'
        '<linearGradient id="sky"><stop offset="0" stop-color="#00f"/></linearGradient>'
        '<a xlink:href="#sky"><path class="a" d="M0 0h9v9z" inkscape-x="1" data-name="Marie"/></a>'
        '<text x="1" y="5">R &amp; D <tspan font-weight="bold">é</tspan></text>',
        f'\ufeff<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n',
    )
    clean = clean_svg(svg)
    assert 'path class="a" d="M0 0h9v9z"' in clean
    assert ".a { fill: url(#sky) }" in clean
    assert "R &amp; D <tspan" in clean
    assert [word for word in ("Marie", "made by hand", "DOCTYPE", "pgf", "Logo", "AAAA", "<a") if word in clean] == []
    assert clean_svg(clean.encode()) == clean


def test_what_repeats_itself_without_end_is_refused() -> None:
    uses = ("<use href='#l" + f"{i}'/>" for i in range(9))
    levels = "".join(f"<g id='l{i}'>{use * 10}</g>" for i, use in enumerate(uses, 1))
    assert refused(an_svg(f"<g id='l0'><path d='M0 0'/></g>{levels}")) == ("damaged", "it repeats itself")
    assert refused(an_svg("<g id='a'><use href='#a'/></g>")) == ("damaged", "it repeats itself")
    assert refused(an_svg("<g>" * 100 + "</g>" * 100)) == ("damaged", "too many elements")
    assert refused(an_svg("<path d=''/>" * 20_001)) == ("damaged", "too many elements")


@pytest.mark.parametrize(
    "svg",
    [
        b"<svg",
        b"<svg/>",
        b"<?xml version='1.0'?><html/>",
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"\xff\xfe<",
    ],
)
def test_what_is_no_drawing_is_damaged(svg: bytes) -> None:
    assert refused(svg)[0] == "damaged"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (an_svg(""), True),
        (b"\xef\xbb\xbf \n<?xml version='1.0'?><svg>", True),
        (b"<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>", True),
        (b"<!-- x --><svg width='1'>", True),
        (b"<html><svg></svg></html>", False),
        (b"\x1f\x8b\x08", False),
        (b"", False),
    ],
)
def test_an_svg_is_known_by_its_beginning(content: bytes, expected: bool) -> None:
    assert is_svg(content) is expected
