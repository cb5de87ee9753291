#!/usr/bin/env python3
"""Take a picture of every page: `python3 build/screens.py FOLDER [--only home,tickets] [--quick]`.

Starts Facteur in the training mode on a temporary data folder, walks every page at 1366x768 and 1024x600, in French and
English, light and dark, and writes `tickets-1024-fr-dark.png` and so on. `--quick` takes French and light only.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from backup_screens import BACKUP_SCREENS
from formula_screens import FORMULA_SCREENS
from mail_text_screens import MAIL_TEXT_SCREENS
from paper_screens import PAPER_SCREENS
from people_screens import PEOPLE_SCREENS
from record_screens import RECORD_SCREENS
from sample_shops import SHOPS, sample_shops
from sending_screens import SENDING_SCREENS
from settings_screens import SETTINGS_SCREENS
from shown_shop import browser, enter, running_app
from ticket_screens import TICKET_SCREENS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if TYPE_CHECKING:
    from backend.ports import Services
    from screen import Screen

SIZES = ((1366, 768), (1024, 600))
SCREENS = (
    *PEOPLE_SCREENS,
    *TICKET_SCREENS,
    *PAPER_SCREENS,
    *BACKUP_SCREENS,
    *MAIL_TEXT_SCREENS,
    *FORMULA_SCREENS,
    *SENDING_SCREENS,
    *SETTINGS_SCREENS,
    *RECORD_SCREENS,
)


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
