"""The text of a mail as simple HTML: the same words, the company's logo above, right on phones and on dark screens.

No colour is set but behind the logo: each program shows its own, light or dark, and the reader's text size.
"""

from __future__ import annotations

import html
import re

from backend.domain.logo import Logo

LOGO_PX_PER_CSS_PX = 2

_PAGE = """\
<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}</style>
</head>
<body style="margin: 0; padding: 0">
<div style="max-width: 600px; margin: 0 auto; padding: 24px 16px; font: 16px/1.5 Arial, Helvetica, sans-serif; \
word-wrap: break-word; overflow-wrap: anywhere">
{content}
</div>
</body>
</html>
"""
# A logo drawn in black would vanish on a dark screen: it brings the paper that it was drawn for.
_LOGO = """\
<p style="margin: 0 0 20px"><img src="cid:{content_id}" width="{width}" height="{height}" alt="{name}" \
style="max-width: 100%; height: auto; background: #ffffff; padding: 8px; border-radius: 6px; border: 0"></p>
"""
_PARAGRAPH = '<p dir="auto" style="margin: 0 0 16px">{}</p>'


def mail_page(text: str, title: str, logo: Logo | None = None, *, logo_id: str = "", logo_name: str = "") -> str:
    """Return a text with Unix line ends as a page: paragraphs and line breaks, no link that nobody wrote."""
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip("\n")) if part]
    content = "\n".join(_PARAGRAPH.format(_lines(part)) for part in paragraphs)
    if logo:
        content = _logo(logo, logo_id, logo_name) + content
    return _PAGE.format(title=html.escape(title), content=content)


def _lines(paragraph: str) -> str:
    spaced = html.escape(paragraph).replace("\t", "    ").replace("  ", "&nbsp; ")
    return spaced.replace("\n", "<br>\n")


def _logo(logo: Logo, content_id: str, name: str) -> str:
    return _LOGO.format(
        content_id=html.escape(content_id),
        name=html.escape(name),
        width=max(1, logo.width_px // LOGO_PX_PER_CSS_PX),
        height=max(1, logo.height_px // LOGO_PX_PER_CSS_PX),
    )
