"""Text of unknown origin made fit for paper: nothing invisible, nothing that turns the order of letters."""

from __future__ import annotations

import re

# Controls, bidirectional marks, embeddings, overrides and isolates (UAX 9), zero-width and interlinear characters,
# lone surrogates, noncharacters, and tag characters.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]+"
)
_BREAK = re.compile(r"[ \t]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029])[ \t]*")


def printable(text: str) -> str:
    """Return one line of text: breaks and tabs become spaces, what can't be seen or reorders text is dropped."""
    if not _INVISIBLE.search(text) and not _BREAK.search(text):
        return text
    return _INVISIBLE.sub("", _BREAK.sub(" ", text).replace("\t", " "))


def printable_lines(text: str) -> list[str]:
    """Return the lines of a text, each printable; empty ones at both ends are dropped."""
    return [printable(line) for line in _BREAK.split(text.strip())] if text.strip() else []
