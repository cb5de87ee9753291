"""Texts as headers and mails can hold them: no control characters, and no line break where one line is meant."""

from __future__ import annotations

import re
import unicodedata


def one_line(text: str) -> str:
    """Return a text as one line that can't end its header; no-break spaces stay, other runs of spaces become one."""
    return re.sub(r" +", " ", "".join(" " if _is_control(char) else char for char in text)).strip(" ")


def text_lines(text: str) -> str:
    """Return a text with Unix line ends and one at its end, without control characters."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char for char in unified if char in "\n\t" or not _is_control(char))
    return kept.rstrip("\n") + "\n"


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
