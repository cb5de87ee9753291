"""Every page in Chromium: axe finds nothing, the policy stops nothing, keys and narrow windows work."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from sample_shops import SHOPS, sample_shops
from screen import Screen
from screens import SCREENS
from shown_shop import browser, enter, running_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from backend.ports import Services

pytestmark = [pytest.mark.chromium, pytest.mark.wkhtmltopdf]

# WCAG 2.2 A and AA and axe's own best practices; `target-size` is off by default.
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "rules": {"target-size": {"enabled": True}},
}
# What looks smaller reaches 44 by its ::after.
SMALL_TARGETS = """() => {
  const candidates = "a[href], button, select, input:not([type=hidden]), summary, label.option";
  return [...document.querySelectorAll(candidates)]
    .filter((element) => element.checkVisibility() && !element.matches(".skip-link, label input, .row-link, .titles a"))
    .map((element) => {
      const after = getComputedStyle(element, "::after");
      const box = element.getBoundingClientRect();
      const grows = after.content !== "none" && after.position === "absolute";
      const [x, y] = grows ? [-2 * parseFloat(after.left), -2 * parseFloat(after.top)] : [0, 0];
      return [element.outerHTML.slice(0, 80), box.width + x, box.height + y];
    })
    .filter(([, width, height]) => width < 43.5 || height < 43.5);
}"""
# What moves without anybody's doing (https://web.dev/articles/cls: up to 0.1 is good).
COUNT_SHIFTS = """window.moved = window.movedInAll = 0;
for (const name of ["keydown", "pointerdown", "input", "change"])
  addEventListener(name, () => { window.touched = true; }, true);
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.movedInAll += entry.value;
    if (!window.touched) window.moved += entry.value;
  }
}).observe({ type: "layout-shift", buffered: true });"""
SHIFT_MAX = 0.05
DROP_BESIDE = """() => {
  const files = new DataTransfer();
  files.items.add(new File(["x"], "x.pdf"));
  return document.body.dispatchEvent(
    new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }));
}"""


@pytest.fixture(scope="module")
def shops() -> Iterator[dict[str, Services]]:
    with sample_shops() as opened:
        yield opened


@pytest.fixture(scope="module")
def addresses(shops: dict[str, Services]) -> Iterator[dict[str, Callable[[], str]]]:
    """Give what makes a fresh address of each shop."""
    training = shops["training"]
    with ExitStack() as stack:
        yield {name: stack.enter_context(running_app(shop, "fr", lambda: training)) for name, shop in shops.items()}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


class Visit:
    """A window in which everything that the browser complains of is kept."""

    def __init__(self, chromium: Browser, addresses: dict[str, Callable[[], str]]) -> None:
        self._chromium = chromium
        self._addresses = addresses
        self.complaints: list[str] = []

    def open(self, screen: Screen, *, size: tuple[int, int] = (1366, 768)) -> Page:
        page = self._chromium.new_page(
            viewport={"width": size[0], "height": size[1]}, locale="fr-FR", reduced_motion="reduce"
        )
        page.add_init_script(COUNT_SHIFTS)
        page.on("console", lambda message: self._keep(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        enter(page, self._addresses[screen.shop](), screen)
        return page

    def _keep(self, kind: str, text: str) -> None:
        # A refused form answers 422, an unknown ticket 404: the browser notes both.
        if kind in {"error", "warning"} and not re.search(r"status of 4\d\d", text):
            self.complaints.append(text)


@pytest.fixture
def visit(chromium: Browser, addresses: dict[str, Callable[[], str]]) -> Iterator[Visit]:
    visit = Visit(chromium, addresses)
    yield visit
    for context in chromium.contexts:
        context.close()
    assert visit.complaints == [], "the policy or a script stopped something"


def _screen(name: str) -> Screen:
    return next(screen for screen in SCREENS if screen.name == name)


def _faults(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_page_passes_axe_in_both_themes_and_fits_fingers_and_narrow_windows(visit: Visit, screen: Screen) -> None:
    page = visit.open(screen, size=(1024, 600))
    try:
        assert page.evaluate("window.moved") < SHIFT_MAX, "moved by itself"
        assert _faults(page) == [], "light"
        assert page.evaluate(SMALL_TARGETS) == [], "under 44 pixels"
        page.emulate_media(color_scheme="dark")
        assert _faults(page) == [], "dark"
        page.set_viewport_size({"width": 512, "height": 384})  # 1024x768 at 200 %
        assert page.evaluate("document.documentElement.scrollWidth") <= 512, "scrolls sideways"
    finally:
        if screen.undo:
            page.set_viewport_size({"width": 1024, "height": 600})
            screen.undo(page)


# Keys


def test_f3_goes_to_the_search_and_typing_finds(visit: Visit) -> None:
    page = visit.open(_screen("tickets"))
    page.keyboard.press("F3")
    page.keyboard.type("duval")
    page.wait_for_url(re.compile("text=duval"))
    page.locator("#tickets-list .row-link", has_text="C1-4").wait_for()
    assert page.locator("#tickets-list .row-link").count() == 1
    assert page.evaluate("document.activeElement.name") == "text"
    page.reload()
    assert page.locator("[name=text]").input_value() == "duval"


def test_f9_saves_a_form(visit: Visit) -> None:
    page = visit.open(_screen("company"))
    page.locator("[name=city]").fill("Beaune")
    page.keyboard.press("F9")
    page.wait_for_url(re.compile("/settings/$"))
    assert page.locator(".toast").count() == 1
    page.goto(page.url + "company")
    assert page.locator("[name=city]").input_value() == "Beaune"


def test_what_has_to_be_mended_is_in_sight_and_has_the_focus(visit: Visit) -> None:
    page = visit.open(_screen("company-refused"), size=(1024, 600))
    note, foot = page.locator("#siret-note").bounding_box(), page.locator(".page-foot").bounding_box()
    assert note
    assert foot
    assert note["y"] + note["height"] <= foot["y"]
    assert page.evaluate("document.activeElement.name") == "siret"


def test_escape_closes_a_dialog_and_the_page_stays(visit: Visit) -> None:
    page = visit.open(Screen("mail", "/practice-mailbox/1"))
    page.locator("button", has_text="C1-4-BRICO.pdf").click()
    page.locator("dialog[open]").wait_for()
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert "practice-mailbox" in page.url


def test_the_keyboard_alone_reaches_a_ticket(visit: Visit) -> None:
    page = visit.open(_screen("tickets"))
    page.locator("[name=period]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    second = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.locator("#ticket-title", has_text=second).wait_for()
    assert page.locator("tr[aria-current]").inner_text().startswith(second)


def test_the_first_tab_skips_to_the_content(visit: Visit) -> None:
    page = visit.open(_screen("home"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.url.endswith("#page")


# The list and the ticket


def test_going_back_shows_the_ticket_before(visit: Visit) -> None:
    page = visit.open(_screen("tickets"))
    for number in ("C1-4", "C1-3"):
        page.locator(".row-link", has_text=re.compile(f"^{number}$")).click()
        page.locator("#ticket-title", has_text=number).wait_for()
    page.go_back()
    page.locator("#ticket-title", has_text="C1-4").wait_for()
    assert page.locator("tr[aria-current]").inner_text().startswith("C1-4")


def test_on_a_narrow_window_the_ticket_stands_alone_and_leads_back(visit: Visit) -> None:
    page = visit.open(Screen("narrow", "/tickets/"), size=(512, 700))
    assert not page.locator("#tickets-detail").is_visible()
    page.locator(".row-link", has_text="C1-4").click()
    page.locator("#ticket-title").wait_for()
    assert not page.locator("#tickets-list").is_visible()
    page.reload()
    assert page.locator("#ticket-title").is_visible()
    page.locator(".only-narrow").click()
    assert page.locator("#tickets-list").is_visible()


def test_nothing_moves_while_the_ticket_is_drawn(visit: Visit) -> None:
    page = visit.open(_screen("tickets"))
    before = page.evaluate("window.movedInAll")
    page.locator(".row-link", has_text="C1-4").click()
    page.locator("img.paper-picture[src*='C1-4']").wait_for()
    page.wait_for_timeout(300)
    assert page.evaluate("window.movedInAll") - before < 0.01


# Sign-in and training


def test_the_training_mode_is_one_click_from_the_first_start_and_back(visit: Visit) -> None:
    page = visit.open(_screen("first-start"))
    page.locator(".school button").click()
    page.locator(".training-banner").wait_for()
    page.locator(".side-user", has_text="DUPOND").wait_for()
    page.locator(".training-banner button").click()
    page.locator("[name=company_name]").wait_for()
    assert page.locator(".training-banner").count() == 0


def test_the_language_changes_at_once(visit: Visit) -> None:
    page = visit.open(_screen("sign-in"))
    page.locator(".languages label", has_text="English").click()
    page.locator("html[lang=en]").wait_for()
    assert page.locator("h1").inner_text() == "Who works here?"


def test_dropping_files_beside_a_zone_leaves_the_page(visit: Visit) -> None:
    page = visit.open(_screen("home"))
    assert page.evaluate(DROP_BESIDE) is False


def test_a_server_that_does_not_answer_is_said(visit: Visit) -> None:
    page = visit.open(_screen("tickets"))
    page.route("**/tickets/C1-4**", lambda route: route.abort())
    page.locator(".row-link", has_text="C1-4").click()
    page.locator(".toast.bad").wait_for()
    visit.complaints.clear()  # the browser and htmx note it too


def test_pictures_of_every_page_are_taken_by_one_command(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "build" / "screens.py"
    ended = subprocess.run(
        [sys.executable, script, tmp_path, "--only", "sign-in", "--quick"], capture_output=True, text=True, check=True
    )
    assert {path.name for path in tmp_path.iterdir()} == {"sign-in-1366-fr-light.png", "sign-in-1024-fr-light.png"}
    assert "2 pictures" in ended.stdout
    assert {screen.shop for screen in SCREENS} == set(SHOPS)
