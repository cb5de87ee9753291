"""What the browser itself makes of our policy, and of pages that attack us from another port of this host."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from backend.desktop.browser import LaunchPage
from backend.web.security import TOKEN_HEADER
from tests.e2e.attacker import Attacker
from tests.e2e.conftest import ADMINISTRATOR, CASHIER, LiveShop, Visit
from tests.web.routes import Route, all_routes

if TYPE_CHECKING:
    from pathlib import Path

# What the browser says when it refuses something; a listener in the page hears the same and more.
LISTENER = """
document.addEventListener("securitypolicyviolation",
    event => console.error(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
# Another page of this host, and another site.
NEIGHBOURS = ["127.0.0.1", "localhost"]
FORM_TYPES = ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data")


@pytest.fixture
def attacker() -> Iterator[Attacker]:
    running = Attacker()
    yield running
    running.stop()


@pytest.mark.parametrize("user", ["", CASHIER, ADMINISTRATOR])
def test_no_page_violates_the_policy(live: LiveShop, visit: Callable[[str], Visit], user: str) -> None:
    here = visit(user)
    here.page.add_init_script(LISTENER)
    for route in _pages(live):
        url = f"{live.origin}{route.path}"
        if not here.page.request.get(url).headers["content-type"].startswith("text/html"):
            continue  # the page that the browser itself puts around a picture is none of ours
        here.page.goto(url, wait_until="load")
        assert here.page.locator("h1, h2").count() > 0, route
        assert here.complaints == [], route


def test_the_policy_stops_what_a_page_should_not_hold(live: LiveShop, visit: Callable[[str], Visit]) -> None:
    here = visit(CASHIER)
    here.page.goto(f"{live.origin}/")
    stopped = here.page.evaluate(
        """async () => {
            const heard = [];
            document.addEventListener("securitypolicyviolation", event => heard.push(event.effectiveDirective));
            document.body.insertAdjacentHTML("beforeend",
                '<img src="http://127.0.0.1:9/x.png"><img src="x" onerror="document.title = `broken`">'
                + '<p style="color: red">x</p><iframe src="/"></iframe>');
            const script = document.createElement("script");
            script.textContent = "document.title = 'broken'";
            document.body.append(script);
            await fetch("http://127.0.0.1:9/").catch(() => 0);
            await new Promise(done => setTimeout(done, 300));
            return [heard, document.title];
        }"""
    )
    heard, title = stopped
    assert {"img-src", "script-src-attr", "style-src-attr", "frame-src", "script-src-elem", "connect-src"} <= set(heard)
    assert title != "broken"
    here.complaints.clear()  # they are what was asked for


@pytest.mark.parametrize("host", NEIGHBOURS)
def test_a_form_of_another_page_changes_nothing(
    live: LiveShop, visit: Callable[[str], Visit], attacker: Attacker, host: str
) -> None:
    here = visit(ADMINISTRATOR)
    first, *others = _writes(live)
    forms = [(first.path, kind) for kind in FORM_TYPES] + [(route.path, FORM_TYPES[0]) for route in others]
    attacker.page = "".join(
        f'<iframe name="f{at}"></iframe><form target="f{at}" method="post" action="{live.origin}{path}"'
        f' enctype="{kind}"><input name="name" value="x"></form>'
        for at, (path, kind) in enumerate(forms)
    )
    attacker.page += "<script>for (const form of document.forms) form.submit()</script>"
    before = len(live.answers)
    here.page.goto(attacker.url(host))
    for _ in range(100):
        if len(live.answers) - before >= len(forms):
            break
        here.page.wait_for_timeout(100)
    sent = [(answer.path, answer.status) for answer in live.answers[before:] if answer.method == "POST"]
    assert sorted(sent) == sorted((path, 403) for path, _ in forms)
    here.complaints.clear()  # the browser complains about the attacker


@pytest.mark.parametrize("host", NEIGHBOURS)
def test_a_fetch_of_another_page_changes_nothing_and_reads_nothing(
    live: LiveShop, visit: Callable[[str], Visit], attacker: Attacker, host: str
) -> None:
    here = visit(ADMINISTRATOR)
    attacker.page = "<h1>hello</h1>"
    here.page.goto(attacker.url(host))
    before = len(live.answers)
    for route in [*_writes(live), *_pages(live)]:
        read = here.page.evaluate(_FETCHES, [f"{live.origin}{route.path}", route.method, TOKEN_HEADER])
        assert read == [], route
    assert {answer.status for answer in live.answers[before:]} == {403}
    here.complaints.clear()  # the browser complains about the attacker


@pytest.mark.parametrize("host", NEIGHBOURS)
def test_another_page_can_not_show_ours(
    live: LiveShop, visit: Callable[[str], Visit], attacker: Attacker, host: str
) -> None:
    here = visit(CASHIER)
    before = len(live.answers)
    style = f"{live.origin}{live.app.static_url_path}/css/tokens.css"
    attacker.page = (
        f'<iframe src="{live.origin}/"></iframe><img src="{live.origin}/"><script src="{live.origin}/"></script>'
        f'<link rel="stylesheet" href="{style}"><object data="{live.origin}/"></object>'
    )
    here.page.goto(attacker.url(host), wait_until="load")
    here.page.evaluate(f"open({json.dumps(live.origin)} + '/')")
    here.page.wait_for_timeout(300)
    ours = [answer for answer in live.answers[before:] if answer.path != "/favicon.ico"]  # of the page that says no
    assert {answer.status for answer in ours} == {403}
    here.complaints.clear()  # the browser complains about the attacker


def test_a_link_of_another_page_is_closed_and_our_own_still_works(
    live: LiveShop, visit: Callable[[str], Visit], attacker: Attacker
) -> None:
    page = visit(CASHIER).page
    attacker.page = f'<a href="{live.origin}/">a link</a>'
    page.goto(attacker.url("localhost"))
    with page.expect_navigation() as went:
        page.get_by_role("link").click()
    assert went.value is not None
    assert went.value.status == 403
    answer = page.goto(f"{live.origin}/")
    assert answer is not None
    assert answer.status == 200


def test_the_launch_file_brings_the_browser_in(live: LiveShop, visit: Callable[[str], Visit], tmp_path: Path) -> None:
    context = visit("").page.context
    context.clear_cookies()
    page = context.new_page()
    launch_page = LaunchPage(tmp_path)
    opened = launch_page.write(live.server.launch.new_url())
    page.goto(opened.as_uri())
    page.wait_for_url(lambda url: url.startswith(live.origin) and "enter" not in url)
    assert page.locator("h1").count() == 1
    assert live.session_of(context).user == ""


_FETCHES = """async ([url, method, header]) => {
    const read = [];
    const forms = { method, credentials: "include", body: method === "GET" ? undefined : "name=x" };
    const tries = [
        { ...forms, mode: "no-cors", headers: { "Content-Type": "application/x-www-form-urlencoded" } },
        { ...forms, mode: "no-cors", headers: { "Content-Type": "text/plain" } },
        { ...forms, mode: "cors", headers: { [header]: "x" } },
        { ...forms, mode: "cors" },
    ];
    for (const options of tries) {
        try {
            if (["PUT", "PATCH", "DELETE"].includes(method)) options.mode = "cors";
            const answer = await fetch(url, options);
            if (answer.type !== "opaque") read.push(await answer.text());
        } catch {}
    }
    return read;
}"""


def _pages(live: LiveShop) -> list[Route]:
    apart = {"static", "security.enter"}
    return [route for route in all_routes(live.app) if route.method == "GET" and route.endpoint not in apart]


def _writes(live: LiveShop) -> list[Route]:
    return [route for route in all_routes(live.app) if route.method == "POST"]
