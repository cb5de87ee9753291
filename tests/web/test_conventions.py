"""The convention of pages (endpoint, function, template, block, DOM id) and what templates must not hold."""

from __future__ import annotations

import ast
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import FRONTEND
from backend.web.htmx import HTMX_FILE
from tests.web.routes import READS, all_routes
from tests.web.state import state_of

if TYPE_CHECKING:
    from flask import Flask

    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor

WEB = FRONTEND.parent / "backend" / "web"
TEMPLATES = FRONTEND / "templates"
# Failures and the entrance are no screens; a name that begins with _ is a part that two pages share.
PAGES = [path for path in TEMPLATES.glob("*/*.html") if path.parent.name != "errors" and path.name[0] != "_"]
ALL_TEMPLATES = sorted(TEMPLATES.rglob("*.html"))
RENDERERS = {"render_page", "render_block", "refuse_form", "render_template"}
BLOCK = re.compile(r"{%-?\s*block (\w+)")
# A block that is only ever sent along with another one, and says itself where it goes.
SENT_ALONG = re.compile(r"{%-?\s*block (\w+)\s*-?%}{% if oob %}")
FRAME = "".join(path.read_text("utf-8") for path in sorted(TEMPLATES.glob("*.html")))
# What an attribute may begin with where an address stands.
ADDRESS = re.compile(r"""\b(?:href|src|action|hx-(?:get|post|put|patch|delete))="(?!{{|{%|#)([^"]*)\"""")


@dataclass(frozen=True)
class Rendering:
    """A call that renders a template, in the function `view` of the screen `screen`."""

    screen: str
    view: str
    renderer: str
    template: str
    block: str


def _name(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


def _renderings() -> list[Rendering]:
    return [
        Rendering(path.stem, view.name, renderer, *arguments)
        for path in WEB.glob("*.py")
        if path.stem != "htmx"
        for view in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(view, ast.FunctionDef)
        for renderer, arguments in _calls(view)
    ]


def _calls(view: ast.FunctionDef) -> list[tuple[str, tuple[str, str]]]:
    return [
        (call.func.id, (_text(call, 0), _text(call, 1)))
        for call in ast.walk(view)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RENDERERS
    ]


def _text(call: ast.Call, place: int) -> str:
    if place < len(call.args) and isinstance(argument := call.args[place], ast.Constant):
        return str(argument.value)
    return ""


@pytest.fixture(params=ALL_TEMPLATES, ids=_name)
def template(request: pytest.FixtureRequest) -> str:
    """Give the text of each template in turn, without its comments."""
    text: str = request.param.read_text("utf-8")
    return re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)


# Names


def test_an_endpoint_is_the_name_of_its_function_in_the_module_of_its_screen(app: Flask) -> None:
    named = {"static": "static"}
    for route in all_routes(app):
        view = app.view_functions[route.endpoint]
        named[route.endpoint] = f"{view.__module__.removeprefix('backend.web.')}.{view.__name__}"
    named["static"] = "static"
    assert named == {endpoint: endpoint for endpoint in named}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_page_has_the_name_of_the_view_that_shows_it(app: Flask, page: Path) -> None:
    endpoint = f"{page.parent.name}.{page.stem}"
    reads = {route.endpoint for route in all_routes(app) if route.method == "GET"}
    shown = {(call.screen, call.view) for call in _renderings() if call.template == _name(page)}
    assert endpoint in reads or shown, "no view shows it"
    if endpoint not in reads:
        pytest.fail(f"{_name(page)} is shown by {shown}, and there is no view {endpoint}")


def test_views_render_templates_of_their_own_screen(app: Flask) -> None:
    strangers = [
        call
        for call in _renderings()
        if call.template and call.template.split("/")[0] != call.screen and call.screen in app.blueprints
    ]
    assert strangers == []


def test_every_block_that_is_rendered_exists(app: Flask) -> None:
    absent = [
        call
        for call in _renderings()
        if call.renderer in {"render_block", "refuse_form"}
        and call.template
        and call.block
        and call.block not in app.jinja_env.get_template(call.template).blocks
    ]
    assert absent == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_block_of_a_page_is_the_element_of_that_name(page: Path) -> None:
    text = page.read_text("utf-8")
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    own_blocks = set(BLOCK.findall(text)) - set(BLOCK.findall(FRAME)) - set(SENT_ALONG.findall(text))
    wanted = {f"{page.parent.name}-{name.replace('_', '-')}" for name in own_blocks}
    assert wanted - ids == set()


def test_every_target_is_a_block_of_its_screen(app: Flask, template: str) -> None:
    blocks = {
        f"#{path.parent.name}-{name.replace('_', '-')}"
        for path in TEMPLATES.glob("*/*.html")
        for name in BLOCK.findall(path.read_text("utf-8"))
    }
    targets = set(re.findall(r"""hx[-_]target=["'](#[^"']+)["']""", template))
    frame_ids = set(re.findall(r'\bid="([^"]+)"', FRAME))
    assert targets - blocks - {f"#{name}" for name in frame_ids} == set()


def test_every_template_compiles(app: Flask) -> None:
    for path in ALL_TEMPLATES:
        app.jinja_env.get_template(_name(path))


# What templates must not hold


def test_addresses_come_from_url_for(template: str) -> None:
    assert ADDRESS.findall(re.sub(r"{% macro .*?%}", "", template)) == []


def test_text_is_always_escaped(app: Flask, template: str) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", template)
    assert app.jinja_env.from_string("{{ name }}").render(name="<b>") == "&lt;b&gt;"
    assert app.select_jinja_autoescape("tickets/index.html")


def test_no_python_of_the_pages_calls_text_markup() -> None:
    marked = [
        path.name for path in WEB.glob("*.py") if re.search(r"\bMarkup\(|\bmarkupsafe\b", path.read_text("utf-8"))
    ]
    assert marked == []


def test_nothing_is_inline(template: str) -> None:
    assert not re.search(r"<style\b|\sstyle=", template)
    assert not re.search(r"<script(?![^>]*\bsrc=)", template)
    assert not re.search(r"\son\w+=|\bhx[-_]on\b|hx-on:|javascript:|\bjs:", template)


def test_triggers_need_no_evaluation(template: str) -> None:
    assert not re.search(r'hx-trigger="[^"]*\[', template)


def test_macros_are_globals_because_a_block_alone_runs_no_import(template: str) -> None:
    assert not re.search(r"{%-?\s*(import|from)\b", template)


def test_a_form_is_sent_by_htmx(template: str) -> None:
    for form in re.findall(r"<form\b[^>]*>", template):
        if 'method="dialog"' in form:
            continue  # closes its dialog, sends nothing
        assert "hx-" in form, form
        # A search may work without htmx; a write can't (the header), and must not put its values into an address.
        assert "action=" not in form or "hx-get=" in form, form
        assert "method=" not in form or 'method="post"' in form, form


# GET


def test_a_rule_that_reads_never_writes(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        methods = rule.methods or set()
        assert methods <= READS or not methods & {"GET", "HEAD"}, rule


def test_get_changes_nothing(app: Flask, shop: FakeServices, administrator: Visitor, cashier: Visitor) -> None:
    before = state_of(shop)
    for route in all_routes(app):
        if route.method == "GET" and route.endpoint != "security.enter":
            for who in (cashier, administrator):
                who.get(route.path)
                assert state_of(shop) == before, route


# Files of others


def test_files_of_others_are_as_they_came() -> None:
    table = (FRONTEND / "static" / "vendor" / "VENDOR.md").read_text("utf-8")
    sums = dict(re.findall(r"\| `([^`]+)` .*`([0-9a-f]{64})` \|", table))
    files = [path for path in (FRONTEND / "static" / "vendor").iterdir() if path.suffix in {".js", ".css"}]
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == sums
    assert HTMX_FILE.removeprefix("vendor/") in sums
