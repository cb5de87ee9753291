"""The blocks of the look (_ui.html), the frame around every page, and how figures and days read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from flask_babel import force_locale

from backend.web.create_app import FRONTEND, create_app
from backend.web.format import amount, clock_time, file_size, long_date, moment, money, short_date
from backend.web.forms import Form
from backend.web.launch import LaunchTokens
from tests.builders import NOON
from tests.fakes import FakeServices
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

Render = Callable[..., str]
STATIC = FRONTEND / "static"


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    return create_app(shop, launch=launch, language="en")


@pytest.fixture
def render(app: Flask) -> Iterator[Render]:
    """Give what renders a piece of a template on one line."""

    def on_one_line(source: str, **context: object) -> str:
        return re.sub(r"\s+", " ", app.jinja_env.from_string(source).render(**context)).strip()

    with app.test_request_context("/"):
        yield on_one_line


# Macros


def test_further_attributes_are_written_with_hyphens_and_escaped(render: Render) -> None:
    html = render(
        '{{ ui.button("Go", hx_post=url, hx_target="#x", disabled=false, title=none, autofocus=true) }}', url='/a"b'
    )
    assert 'hx-post="/a&#34;b" hx-target="#x" autofocus>' in html
    assert "disabled" not in html
    assert "title" not in html


def test_a_button_with_an_address_is_a_link(render: Render) -> None:
    assert render('{{ ui.button("Go", href="/x") }}') == '<a class="button" href="/x">Go</a>'
    assert render('{{ ui.button("Go", kind="primary") }}') == '<button class="button primary" type="button">Go</button>'


def test_a_key_stands_in_the_button_and_for_the_machine(render: Render) -> None:
    html = render('{{ ui.button("Send", key="Control+Enter") }}')
    assert 'aria-keyshortcuts="Control+Enter"' in html
    assert "<kbd>Ctrl ↵</kbd>" in html


def test_a_button_without_words_has_a_name(render: Render) -> None:
    html = render('{{ ui.button("Close", "x", "icon-only") }}')
    assert 'aria-label="Close"' in html
    assert html.endswith("</svg></button>")


def test_a_field_shows_help_until_something_is_to_be_mended(render: Render) -> None:
    form = Form({"email": "caisse@"})
    source = '{{ ui.field(form, "email", "E-mail", "Of the till.") }}'
    assert '<p class="field-note" id="email-note">Of the till.</p>' in render(source, form=form)
    form.refuse("email", "What follows the @ is missing.")
    form.refuse("email", "A second note.")
    html = render(source, form=form)
    assert 'value="caisse@"' in html
    assert 'aria-invalid="true"' in html
    assert "What follows the @ is missing.</p>" in html
    assert "Of the till." not in html


def test_the_field_to_mend_is_where_one_goes_on(render: Render) -> None:
    form = Form()
    source = '{{ ui.field(form, "name", "N", autofocus=true) }}{{ ui.text_area(form, "text", "T") }}'
    assert 'name="name" value="" aria-describedby="name-note" autofocus>' in render(source, form=form)
    form.refuse("text", "Too long.")
    html = render(source, form=form)
    assert html.count("autofocus") == 1
    assert 'aria-describedby="text-note" aria-invalid="true" autofocus>' in html


def test_a_password_is_never_written_into_a_page(render: Render) -> None:
    form = Form({"password": "s3cret"})
    assert "s3cret" not in render('{{ ui.field(form, "password", "Password", type="password") }}', form=form)


def test_what_was_typed_stays_text(render: Render) -> None:
    form = Form({"name": '"><script>', "text": "</textarea><script>", "role": '"x'})
    html = render(
        '{{ ui.field(form, "name", "N") }}{{ ui.text_area(form, "text", "T") }}'
        '{{ ui.select(form, "role", "R", [(form["role"], form["name"])]) }}',
        form=form,
    )
    assert "<script>" not in html


def test_choices_mark_what_was_chosen(render: Render) -> None:
    form = Form({"role": "b", "open": "yes"})
    assert render('{{ ui.segmented(form, "role", "R", [("a", "A"), ("b", "B")]) }}', form=form).count(" checked") == 1
    assert 'value="b" selected' in render('{{ ui.select(form, "role", "R", [("a", "A"), ("b", "B")]) }}', form=form)
    assert " checked" in render('{{ ui.check(form, "open", "Open") }}', form=form)
    assert " checked" not in render('{{ ui.check(form, "other", "Other") }}', form=form)
    assert 'value="b" checked' in render('{{ ui.options(form, "role", "R", [("b", "B", "That one.")]) }}', form=form)


def test_steps_say_their_state_in_words_too(render: Render) -> None:
    steps = [
        SimpleNamespace(state=state, label=state.title(), detail="", time="")
        for state in ("done", "failed", "running", "waiting")
    ]
    html = render("{{ ui.progress_list(steps) }}", steps=steps)
    for word in ("succeeded", "failed", "in progress", "not tried yet"):
        assert f'<span class="visually-hidden">: {word}</span>' in html
    assert html.count('class="step-mark') == 4


def test_the_current_step_is_marked(render: Render) -> None:
    html = render('{{ ui.stepper(["Printer", "Folder", "Test"], 2) }}')
    assert html.count('aria-current="step"') == 1
    assert 'class="step-mark done"' in html
    assert "3</span>Test" in html


def test_a_dialog_opens_by_itself_and_has_a_name(render: Render) -> None:
    html = render('{% call ui.dialog("failure", "It did not leave", mark="failed") %}<p>Why</p>{% endcall %}')
    assert html.startswith('<dialog class="dialog" id="failure" data-open aria-labelledby="failure-title">')
    assert '<h2 id="failure-title">It did not leave</h2>' in html


def test_parts_that_hold_something_show_it(render: Render) -> None:
    for macro in ('banner("bad", title="T")', 'toast("T")', 'empty("inbox", "T")', 'file("T")', 'fold("T")'):
        assert "<b>inside</b>" in render(f"{{% call ui.{macro} %}}<b>inside</b>{{% endcall %}}"), macro
    assert 'class="badge warn">Waiting' in render('{{ ui.badge("Waiting", "warn") }}')
    assert "2<span" in render('{{ ui.count(2, "waiting") }}')


# The frame


def test_every_icon_in_use_is_in_the_sprite() -> None:
    sprite = ET.parse(STATIC / "img" / "icons.svg").getroot()  # noqa: S314 - our own file
    drawn = {symbol.get("id") for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")}
    templates = "".join(path.read_text("utf-8") for path in (FRONTEND / "templates").rglob("*.html"))
    python = "".join(path.read_text("utf-8") for path in (FRONTEND.parent / "backend" / "web").glob("*.py"))
    used = set(re.findall(r'ui\.icon\("([\w-]+)"\)', templates)) | set(re.findall(r'icons\.svg#([\w-]+)"', templates))
    used |= set(re.findall(r'Entry\("[\w.]+", "([\w-]+)"', python))
    used |= set(re.findall(r'ui\.(?:button|empty)\((?:_\("[^"]*"\), )?"([\w-]+)"', templates))
    assert used - drawn == set()


def test_files_that_the_styles_name_are_there() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        for address in re.findall(r'url\("([^"]+)"\)', sheet.read_text("utf-8")):
            assert (sheet.parent / address).is_file(), address


def test_no_file_of_ours_asks_another_server() -> None:
    for path in [*(STATIC / "css").glob("*.css"), *(STATIC / "js").glob("*.js")]:
        assert not re.search(
            r"https?:|@import|//\w", re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        )


def test_a_page_carries_the_write_token_and_the_rules_of_htmx(cashier: Visitor) -> None:
    page = cashier.get("/").text
    assert cashier.session.header_token in page
    for rule in ("allowEval&#34;: false", "selfRequestsOnly&#34;: true", "includeIndicatorStyles&#34;: false"):
        assert rule in page


def test_a_confirmation_is_shown_once(cashier: Visitor) -> None:
    cashier.session.toasts.append("Saved <b>.")
    assert "Saved &lt;b&gt;." in cashier.get("/help/").text
    assert "Saved" not in cashier.get("/help/").text


def test_the_navigation_marks_where_one_is(administrator: Visitor) -> None:
    for path, entry in (
        ("/", "Home"),
        ("/tickets/", "Tickets"),
        ("/users/", "Settings"),
        ("/settings/company", "Settings"),
        ("/attachments/limit", "Settings"),
    ):
        page = administrator.get(path).text
        assert page.count('aria-current="page"') == 1
        assert re.search(rf'aria-current="page">.*?<span>{entry}</span>', page, re.DOTALL), path


# Figures and days


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (0, "0,00\u00a0€", "€0.00"),
        (128600, "1\u00a0286,00\u00a0€", "€1,286.00"),
        (-3400, "\u221234,00\u00a0€", "\u2212€34.00"),
        (5, "0,05\u00a0€", "€0.05"),
        (123456789, "1\u00a0234\u00a0567,89\u00a0€", "€1,234,567.89"),
    ],
)
def test_money_reads_as_people_write_it(app: Flask, cents: int, french: str, english: str) -> None:
    with app.test_request_context("/"), force_locale("fr"):
        assert money(cents) == french
        assert amount(cents) == french.removesuffix("\u00a0€")
    with app.test_request_context("/"), force_locale("en"):
        assert money(cents) == english


def test_days_and_times_read_as_people_say_them(app: Flask) -> None:
    today = NOON.date()
    with app.test_request_context("/"), force_locale("fr"):
        assert long_date(today, today) == "Mardi 24 novembre"
        assert long_date(date(2025, 8, 1), today) == "Vendredi 1 août 2025"
        assert short_date(today) == "24/11/2026"
        assert clock_time(NOON) == "12:00"
    with app.test_request_context("/"), force_locale("en"):
        assert long_date(today, today) == "Tuesday 24 November"
        assert moment(NOON, NOON) == "today at 12:00"
        assert moment(NOON - timedelta(days=1), NOON) == "yesterday at 12:00"
        assert moment(NOON - timedelta(days=2), NOON) == "on 22/11/2026 at 12:00"


@pytest.mark.parametrize(
    ("size", "french", "english"),
    [(1, "1\u00a0Ko", "1\u00a0kB"), (38_400, "38\u00a0Ko", "38\u00a0kB"), (2_400_000, "2,4\u00a0Mo", "2.4\u00a0MB")],
)
def test_sizes_are_rounded(app: Flask, size: int, french: str, english: str) -> None:
    with app.test_request_context("/"), force_locale("fr"):
        assert file_size(size) == french
    with app.test_request_context("/"), force_locale("en"):
        assert file_size(size) == english
