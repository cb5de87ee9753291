#!/usr/bin/env python3
"""Take a picture of every page: `python3 build/screens.py FOLDER [--only home,tickets] [--quick]`.

Starts Facteur in the training mode on a temporary data folder, walks every page at 1366x768 and 1024x600, in French and
English, light and dark, and writes `tickets-1024-fr-dark.png` and so on. `--quick` takes French and light only.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from formula_screens import FORMULA_SCREENS
from record_screens import RECORD_SCREENS
from screen import Screen, refused
from sending_screens import DRAFT, SENDING_SCREENS, fill_closed, fill_failing
from settings_screens import SETTINGS_SCREENS

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from backend.ports import Services

SIZES = ((1366, 768), (1024, 600))
PASSWORD = "4711"  # noqa: S105 - of a shop that lives for a minute
# The sample shop; a shop before its first start; one after it, with an administrator and nothing else; the sample shop
# with a mail server that takes nothing; with sender settings that were never tested; one that awaits its passphrase.
SHOPS = ("training", "new", "started", "failing", "closed", "protected")


def _settle(page: Page) -> None:
    page.evaluate("document.fonts.ready")
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")


def _drawn(page: Page) -> None:
    page.locator("img.paper-picture").first.wait_for()


def _drawn_on_a4(page: Page) -> None:
    _drawn(page)
    page.locator("select[name=layout]").select_option("a4")
    page.locator("img.paper-picture:not(.torn)").wait_for()


def _wrong_password(page: Page) -> None:
    page.locator("[name=password]").fill("0000")
    refused(page)


def _empty_company(page: Page) -> None:
    page.locator("[name=siret]").fill("123")
    refused(page)


def _give_logo(page: Page) -> None:
    page.locator("input[name=logo]").set_input_files(ROOT / "frontend" / "static" / "img" / "mark.svg")
    page.locator(".logo-shown").scroll_into_view_if_needed()


def _unknown_field(page: Page) -> None:
    _drawn(page)
    page.locator("[name=footer]").fill("Carte [CARTE.CODE]")
    refused(page)


def _short_password(page: Page) -> None:
    page.locator("[name=name]").fill("PETIT")
    page.locator("[name=password]").fill("12")
    refused(page)


def _typed_first_start(page: Page) -> None:
    for name, text in {"name": "Martin", "password": "12", "company_name": "BRICO", "siret": "123 456"}.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=password_again]").fill("12")
    refused(page)


def _other_program(page: Page) -> None:
    page.locator("[value=program]").check()
    page.locator("[name=program]").fill("/usr/bin/imprime\n{html}")
    refused(page)


def _try_folder(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Essayer|Try this")).click()
    page.locator(".banner.ok").wait_for()


def _refused_folder(page: Page) -> None:
    page.locator("[name=folder]").fill("PDF")
    refused(page)


def _test_pdf(page: Page) -> None:
    page.locator(".primary").click()
    page.locator(".banner.ok").wait_for()
    page.locator("img.paper-picture").wait_for()


def _check_itself(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "C1-4-BRICO.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 of somebody else"}
    )
    page.locator(".banner").wait_for()


def _delete_user(page: Page) -> None:
    page.locator("button.danger:not([disabled])").first.click()
    page.locator(".toast").first.wait_for()


def _ask_to_close(page: Page) -> None:
    page.locator(".card .button", has_text=re.compile("Clôturer|Close")).first.click()
    page.locator("dialog[open]").wait_for()


def _two_weeks(page: Page) -> None:
    page.locator("svg.bars").scroll_into_view_if_needed()


def _delete_mail(page: Page) -> None:
    page.locator("button.danger").first.click()
    page.locator(".toast").first.wait_for()


def _undo(page: Page) -> None:
    page.locator(".toast .button").click()
    _settle(page)


def _with_empty_value(page: Page) -> None:
    page.locator("#body").fill("Bonjour,\n\nVotre ticket n° [NUMERO TICKET] du [DATE TICKET] est ci-joint.")
    _settle(page)


def _unknown_code(page: Page) -> None:
    page.locator("#body").fill("Bonjour,\n\nVotre ticket n° [NUMRO TICKET] est ci-joint.")
    refused(page)


def _wrong_recipient(page: Page) -> None:
    page.locator("[name=free_addresses]").fill("compta@brico.example; zoe@gmial.com")
    refused(page)


def _choose_field(page: Page) -> None:
    page.locator("#mail_variables-card .card-head button").click()
    page.locator("[value='link:CAISSIER']").check()
    page.locator("[value='CAISSIER.NOM']").check()


def _name_field(page: Page) -> None:
    page.locator("#mail_variables-card .card-head button").click()
    page.locator("[value='TICKET.DATE']").check()
    page.locator("dialog .primary").click()
    page.locator("dialog #code").wait_for()


def _change_variable(page: Page) -> None:
    page.locator("#mail_variables-card li .icon-only").first.click()
    page.locator("dialog #label").wait_for()


def _keys_layer(page: Page) -> None:
    _drawn(page)
    page.keyboard.press("?")
    page.locator("#keys-dialog[open]").wait_for()


def _tour(page: Page) -> None:
    page.locator("[hx-post='/help/tour']").click()
    page.locator("aside.tour").wait_for()


def _end_tour(page: Page) -> None:
    page.locator("[hx-post='/help/end-tour']").click()
    page.locator("aside.tour").wait_for(state="detached")


def _look_into_backup(page: Page) -> None:
    page.locator("td form button").first.click()
    page.locator("#backups-result .banner.ok").wait_for()


def _prepare_restore(page: Page) -> None:
    _look_into_backup(page)
    page.locator(".page-foot .primary").click()
    page.wait_for_url("**/backups/")
    page.locator(".banner.warn").wait_for()


def _drop_restore(page: Page) -> None:
    page.locator(".banner .button").click()
    page.locator(".banner.warn").wait_for(state="detached")


def _refused_backup(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "vacances.zip", "mimeType": "application/zip", "buffer": b"PK no backup"}
    )
    page.locator("#backups-result .banner.bad").wait_for()


SCREENS = (
    Screen("first-start", "/first-start", shop="new", signs_in=False),
    Screen("first-start-refused", "/first-start", _typed_first_start, shop="new", signs_in=False),
    Screen("sign-in", "/sign-in", signs_in=False),
    Screen("sign-in-password", "/sign-in?user=Martin", shop="started", signs_in=False),
    Screen("home-started", "/", shop="started"),
    Screen("tickets-empty", "/tickets/", shop="started"),
    Screen("sign-in-refused", "/sign-in?user=Julie", _wrong_password, shop="started", signs_in=False),
    Screen("home", "/", _two_weeks),
    Screen("tickets", "/tickets/", _drawn),
    Screen("ticket-a4", "/tickets/C1-4", _drawn_on_a4),
    Screen("tickets-found", "/tickets/?text=duval&period=month", _drawn),
    Screen("tickets-none", "/tickets/?text=zzzz&period=days&from_day=2026-01-01&to_day=2026-01-31"),
    Screen("mailbox", "/practice-mailbox/"),
    Screen("mailbox-pdf", "/practice-mailbox/1?attachment=1", _drawn),
    Screen("settings", "/settings/"),
    Screen("company", "/settings/company"),
    Screen("company-logo", "/settings/company", _give_logo),
    Screen("pdf-settings", "/settings/pdf/"),
    Screen("pdf-engine", "/settings/pdf/engine"),
    Screen("pdf-engine-refused", "/settings/pdf/engine", _other_program),
    Screen("pdf-folder", "/settings/pdf/folder", _try_folder),
    Screen("pdf-folder-refused", "/settings/pdf/folder", _refused_folder),
    Screen("pdf-test", "/settings/pdf/test", _test_pdf),
    Screen("backups-none", "/settings/backups/"),
    Screen("backups", "/settings/backups/", shop="closed"),
    Screen("backup-look", "/settings/backups/", _look_into_backup, shop="closed"),
    Screen("backup-refused", "/settings/backups/", _refused_backup, shop="closed"),
    Screen("backup-waits", "/settings/backups/", _prepare_restore, shop="closed", undo=_drop_restore),
    Screen("about", "/about/"),
    Screen("licences", "/about/licences"),
    Screen("verify", "/verify/"),
    Screen("verify-unknown", "/verify/", _check_itself),
    Screen("company", "/settings/company"),
    Screen("company-lacking", "/settings/company", shop="started"),
    Screen("layout-list", "/settings/layouts/"),
    Screen("layout-list-lacking", "/settings/layouts/", shop="started"),
    Screen("layout", "/settings/layouts/80mm", _drawn),
    Screen("layout-a4", "/settings/layouts/a4", _drawn),
    Screen("layout-refused", "/settings/layouts/58mm", _unknown_field),
    Screen("company-refused", "/settings/company", _empty_company),
    Screen("mail-list", "/settings/mails/"),
    Screen("mail-list-deleted", "/settings/mails/", _delete_mail, undo=_undo),
    Screen("mail-view", "/settings/mails/credit"),
    Screen("mail-of-tickets", "/settings/mails/ticket/edit", _with_empty_value),
    Screen("mail-refused", "/settings/mails/ticket/edit", _unknown_code),
    Screen("mail-recipients", "/settings/mails/credit/edit?tab=recipients"),
    Screen("mail-recipients-refused", "/settings/mails/credit/edit?tab=recipients", _wrong_recipient),
    Screen("mail-variable-field", "/settings/mails/ticket/edit", _choose_field),
    Screen("mail-variable-code", "/settings/mails/ticket/edit", _name_field),
    Screen("mail-variable-change", "/settings/mails/ticket/edit", _change_variable),
    Screen("users", "/users/"),
    Screen("users-deleted", "/users/", _delete_user, undo=_undo),
    Screen("user", "/users/MOREAU"),
    Screen("user-new-refused", "/users/new", _short_password),
    Screen("help", "/help/"),
    Screen("help-send", "/help/send"),
    Screen("help-keys", "/help/keys"),
    Screen("keys-layer", "/tickets/", _keys_layer),
    Screen("tour-home", "/help/", _tour, undo=_end_tour),
    Screen("closings", "/closings/"),
    Screen("closings-question", "/closings/", _ask_to_close),
    Screen("closing-reading", "/closings/C1/now"),
    Screen("closings-law", "/closings/law"),
    Screen("not-found", "/tickets/C1-999"),
    *FORMULA_SCREENS,
    *SENDING_SCREENS,
    *SETTINGS_SCREENS,
    *RECORD_SCREENS,
)


@contextmanager
def running_app(
    services: Services, language: str, open_training: Callable[[], Services]
) -> Iterator[Callable[[], str]]:
    """Serve the pages of a shop; yields what makes an address that lets one browser in."""
    from backend.desktop.server import LocalServer
    from backend.web.create_app import create_app

    server = LocalServer()
    server.start(create_app(services, language=language, launch=server.launch, open_training=open_training))
    try:
        yield server.launch.new_url
    finally:
        server.stop(0.5)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's Chromium, without its sandbox where root would not get one."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield started
        started.close()


def enter(page: Page, url: str, screen: Screen) -> None:
    """Come in, sign in where the page needs somebody, and go to the page."""
    page.goto(url)
    base = url.partition("/enter")[0]
    if screen.signs_in:
        _sign_in(page, screen.shop)
    page.goto(base + screen.path)
    _settle(page)
    if screen.act:
        screen.act(page)
        _settle(page)


def _sign_in(page: Page, shop: str) -> None:
    if shop == "training":
        page.locator(".people .row-link", has_text="DUPOND").click()
    else:
        page.locator(".people .row-link", has_text="Martin").click()
        page.locator("[name=password]").fill(PASSWORD)
        page.locator(".primary").click()
    page.locator(".side-user, [name=passphrase]").first.wait_for(state="attached")


def take(folder: Path, screens: list[Screen], shops: dict[str, Services], *, quick: bool) -> int:
    """Take the pictures; return how many."""
    languages = ("fr",) if quick else ("fr", "en")
    themes: tuple[Literal["light", "dark"], ...] = ("light",) if quick else ("light", "dark")
    count = 0
    with browser() as chromium:
        for language, shop in itertools.product(languages, SHOPS):
            with running_app(shops[shop], language, lambda: shops["training"]) as new_url:
                chosen = [screen for screen in screens if screen.shop == shop]
                for screen in chosen:
                    page = chromium.new_page(
                        viewport={"width": SIZES[0][0], "height": SIZES[0][1]},
                        locale={"fr": "fr-FR", "en": "en-GB"}[language],
                        reduced_motion="reduce",
                    )
                    enter(page, new_url(), screen)
                    for (width, height), theme in itertools.product(SIZES, themes):
                        page.set_viewport_size({"width": width, "height": height})
                        page.emulate_media(color_scheme=theme)
                        page.screenshot(path=folder / f"{screen.name}-{width}-{language}-{theme}.png")
                        count += 1
                    if screen.undo:
                        screen.undo(page)
                    page.close()
    return count


@contextmanager
def sample_shops() -> Iterator[dict[str, Services]]:
    """Open the shops of SHOPS; the sample shop has one mail in its practice mailbox."""
    from backend.bootstrap import open_services
    from backend.domain.shop import Company
    from backend.domain.ticket import TicketNumber
    from backend.domain.user import Role, User
    from backend.usecases.make_backup import make_daily_backup
    from backend.usecases.manage_users import save_user
    from backend.usecases.prepare_sending import prepare_sending
    from backend.usecases.send_ticket import SendingWishes, send_ticket
    from backend.usecases.start_shop import start_shop

    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"  # a PC without a keyring asks where passwords go
    with ExitStack() as stack:
        shops: dict[str, Services] = {}
        for shop in SHOPS:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            if shop == "protected":
                with open_services(folder, training=False) as before:
                    before.enter_passphrase("trois mots à moi")
            shops[shop] = stack.enter_context(open_services(folder, training=shop == "training", lasting=True))
        wishes = SendingWishes(to="compta@atelier-duval.example")
        send_ticket(TicketNumber("C1", 4), "DUPOND", wishes, shops["training"])
        prepare_sending(TicketNumber("C1", 4), "80mm", "DUPOND", shops["training"], mail_id=DRAFT)
        for shop in SHOPS[2:]:
            start_shop("Martin", PASSWORD, Company("BRICO"), shops[shop])
            # Her wrong passwords make nobody else wait.
            save_user(User("Julie", Role.CASHIER), PASSWORD, shops[shop].users)
        fill_failing(shops["failing"], "Martin")
        fill_closed(shops["closed"], "Martin")
        make_daily_backup(shops["closed"])
        yield shops


def main() -> None:
    """Read the arguments and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="names of screens, separated by commas")
    parser.add_argument("--quick", action="store_true", help="French and light only")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    names = set(filter(None, given.only.split(",")))
    screens = [screen for screen in SCREENS if not names or screen.name in names]
    with sample_shops() as shops:
        print(f"{take(given.folder, screens, shops, quick=given.quick)} pictures in {given.folder}")


if __name__ == "__main__":
    main()
