"""The pages of the help: one Markdown file per task and language in frontend/help/, read as a tree for the template.

A page begins with `# Title` and a sentence; each `## Part` is a card; a numbered list shows as steps. Links go to
`help:slug` (another page of the help) or `page:endpoint` (a screen); `![what it shows](name)` is the picture
`pictures/name-fr.webp`, made by build/help_pictures.py. HTML stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

HELP = Path(__file__).resolve().parents[2] / "frontend" / "help"


@dataclass(frozen=True, slots=True)
class Topic:
    """A page of the help; `screens` are the blueprints or endpoints that it explains."""

    slug: str
    icon: str
    screens: tuple[str, ...] = ()


# In the order of a shop's first weeks.
TOPICS = (
    Topic("start", "house", ("home", "shop", "diagnostics")),
    Topic("send", "mail", ("sending", "addresses", "attachments")),
    Topic("not-sent", "circle-alert", ("outbox",)),
    Topic("till", "shopping-basket", ("till", "till_recorded")),
    Topic("tickets", "receipt-text", ("tickets", "saving", "verification", "credit_notes")),
    Topic("closings", "lock", ("closings",)),
    Topic("sender", "send", ("sender_settings", "sender_sign_in", "passphrase")),
    Topic("pdf", "printer", ("pdf_settings",)),
    Topic("layouts", "file-text", ("layouts", "company")),
    Topic("mail-texts", "pencil", ("mail_templates", "mail_variables", "mail_formulas")),
    Topic("records", "book-user", ("records", "record_files", "erasure", "incoming")),
    Topic("users", "users", ("users",)),
    Topic("backups", "inbox", ("backups",)),
    Topic("privacy", "eye", ("notice",)),
    Topic("other-pc", "file-text", ("settings_file",)),
    Topic("training", "graduation-cap", ("training",)),
    Topic("keys", "info", ("guide",)),
)


@dataclass(frozen=True, slots=True)
class Part:
    """A card of a page: its heading ("" for what comes before the first one) and the blocks below."""

    title: str
    blocks: Sequence[SyntaxTreeNode]


@dataclass(frozen=True, slots=True)
class HelpPage:
    """A page as the template shows it."""

    topic: Topic
    title: str
    lead: str
    parts: Sequence[Part]


def topic_of_screen() -> str:
    """Return the slug of the page about the screen that is shown, "" where there is none."""
    for screen in (request.endpoint, request.blueprint):
        for topic in TOPICS:
            if screen in topic.screens:
                return topic.slug
    return ""


@lru_cache(maxsize=64)
def read_page(topic: Topic, language: str) -> HelpPage:
    """Read a page of the help; raises OSError where its file is missing."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    text = (HELP / language / f"{topic.slug}.md").read_text(encoding="utf-8")
    title, lead, *blocks = SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).parse(text)).children
    return HelpPage(topic, _plain(title), _plain(lead), _parts(blocks))


def _parts(blocks: Sequence[SyntaxTreeNode]) -> list[Part]:
    starts = [place for place, block in enumerate(blocks) if block.type == "heading"]
    cuts = sorted({0, *starts, len(blocks)})
    return [
        Part(_plain(blocks[start]), blocks[start + 1 : end]) if start in starts else Part("", blocks[start:end])
        for start, end in pairwise(cuts)
    ]


def _plain(block: SyntaxTreeNode) -> str:
    return "".join(node.content for node in block.walk() if node.type in {"text", "code_inline"})
