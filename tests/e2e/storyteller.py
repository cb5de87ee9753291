"""A person at the till: clicks, types and presses keys, and counts what it takes."""

from __future__ import annotations

import os
import re
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

    from tests.program import Program

PIN = "4711"

# The words on the buttons that the stories press, as a person reads them.
WORDS = {
    "send_by_mail": {"fr": "Envoyer par mail", "en": "Send by mail"},
    "send": {"fr": "Envoyer", "en": "Send"},
    "try_again": {"fr": "Relancer", "en": "Try again"},
    "give_up": {"fr": "Abandonner", "en": "Give up"},
    "settings": {"fr": "Vérifier mes paramètres", "en": "Check my settings"},
    "save_and_test": {"fr": "Enregistrer et tester", "en": "Save and test"},
    "back": {"fr": "Revenir à l’envoi", "en": "Back to the sending"},
    "again_anyway": {"fr": "Renvoyer quand même", "en": "Send it again all the same"},
    "send_later": {"fr": "Envoyer plus tard", "en": "Send later"},
    "customer_has_it": {"fr": "Le client l’a reçu", "en": "The customer has it"},
    "reset": {"fr": "Réinitialiser", "en": "Reset"},
    "sendings": {"fr": "Envois", "en": "Sendings"},
    "mailbox": {"fr": "Boîte d’essai", "en": "Practice mailbox"},
}


@dataclass
class Cashier:
    """Whoever sits before `page` and reads `language`."""

    page: Page
    language: str
    clicks: int = 0
    keys: int = 0
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def button(self, word: str) -> Locator:
        """Return the button or link with these words, beside which a key may stand."""
        text = re.compile(rf"^\s*{re.escape(WORDS[word][self.language])}(?![a-zé])")
        pressed = self.page.locator("a.button, button, a.side-link, a.choice")
        return pressed.filter(has_text=text).locator("visible=true")

    def press(self, word: str) -> None:
        self.click(self.button(word).first)

    def click(self, what: Locator | str) -> None:
        self.clicks += 1
        (self.page.locator(what).first if isinstance(what, str) else what).click()

    def type(self, text: str) -> None:
        """Type into what has the focus; not counted, it is the same with every program."""
        self.page.keyboard.type(text)

    def key(self, name: str) -> None:
        self.keys += 1
        self.page.keyboard.press(name)

    def reports(self, story: str) -> None:
        """Print what it took."""
        print(f"{story} ({self.language}): {self.clicks} clicks, {self.keys} keys, {self.seconds:.1f} s")  # noqa: T201 - pytest -rP shows it


@dataclass
class RunningProgram:
    """`app.py serve` as a child process; `url` lets one browser in, once."""

    child: subprocess.Popen[str]
    url: str

    def kill(self) -> None:
        """End it without a word, as a power cut would."""
        os.kill(self.child.pid, signal.SIGKILL)
        self.child.wait()


@contextmanager
def serving(program: Program) -> Iterator[RunningProgram]:
    """Run the program until the end of the story, or until it is killed."""
    with program.start("serve") as child:
        assert child.stdout is not None
        try:
            yield RunningProgram(child, child.stdout.readline().strip())
        finally:
            if child.poll() is None:
                child.terminate()
            _, said = child.communicate(timeout=30)
            print(said)  # noqa: T201 - shown where the story fails
