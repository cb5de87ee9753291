"""The help: every screen has its page, in both languages, and nothing in it leads nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from backend.web.guide_pages import HELP, TOPICS, read_page
from tests.web.routes import all_routes

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from backend.web.guide_pages import Topic
    from tests.web.visitor import Visitor

LINK = re.compile(r"(?<!!)\[[^]]*\]\((\w+):([\w.-]+)\)")
PICTURE = re.compile(r"!\[([^]]*)\]\(([^)]*)\)")
PAGES = sorted(HELP.glob("*/*.md"))
# Nobody is signed in there, or it is no page that one looks at.
UNEXPLAINED = {"security", "session", "static"}


def test_every_screen_has_a_page_of_the_help(app: Flask) -> None:
    screens = {route.endpoint.partition(".")[0] for route in all_routes(app)} - UNEXPLAINED
    explained = {screen.partition(".")[0] for topic in TOPICS for screen in topic.screens}
    assert screens == explained


def test_every_named_screen_exists(app: Flask) -> None:
    named = {screen for topic in TOPICS for screen in topic.screens}
    assert named <= {*app.blueprints, *app.view_functions}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_both_languages_say_the_same(topic: Topic) -> None:
    french, english = (read_page(topic, language) for language in ("fr", "en"))
    assert french.title != english.title
    assert [len(part.blocks) for part in french.parts] == [len(part.blocks) for part in english.parts]
    both = [(HELP / language / f"{french.topic.slug}.md").read_text("utf-8") for language in ("fr", "en")]
    assert len({tuple(sorted(LINK.findall(text))) for text in both}) == 1
    assert len({tuple(name for _text, name in PICTURE.findall(text)) for text in both}) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_a_page_leads_somewhere_and_its_pictures_are_there(app: Flask, page: Path) -> None:
    text = page.read_text("utf-8")
    language = page.parent.name
    slugs = {topic.slug for topic in TOPICS}
    for kind, target in LINK.findall(text):
        assert target in (slugs if kind == "help" else app.view_functions), target
    for words, name in PICTURE.findall(text):
        assert words
        assert (HELP / "pictures" / f"{name}-{language}.webp").is_file(), name
    assert {path.stem for path in PAGES if path.parent.name == language} == slugs


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_a_page_shows_its_text_its_pictures_and_no_markdown(cashier: Visitor, topic: Topic) -> None:
    page = read_page(topic, "fr")
    shown = cashier.get(f"/help/{page.topic.slug}").text
    assert page.title in shown
    assert all(f">{part.title}</h2>" in shown for part in page.parts if part.title)
    assert not re.search(r"\*\*|\]\(|^#", shown, re.MULTILINE)
    for address in re.findall(r'src="(/help/pictures/[\w-]+)"', shown):
        assert cashier.get(address).content_type == "image/webp"


def test_an_unknown_page_and_a_picture_from_elsewhere_are_not_found(cashier: Visitor) -> None:
    assert cashier.get("/help/nothing").status_code == 404
    assert cashier.get("/help/pictures/..%2f..%2fapp").status_code == 404
    assert cashier.get("/help/pictures/nothing").status_code == 404


def test_the_help_of_a_screen_is_one_key_away(cashier: Visitor) -> None:
    assert re.search(r'href="/help/tickets"\s+aria-keyshortcuts="F1"', cashier.get("/tickets/").text)
    assert re.search(r'href="/help/closings"\s+aria-keyshortcuts="F1"', cashier.get("/closings/").text)
    assert re.search(r'href="/help/"\s+aria-keyshortcuts="F1"', cashier.get("/help/tickets").text)
