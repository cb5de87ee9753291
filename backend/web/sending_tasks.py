"""What this process is doing beside the pages: making PDFs, sending mails, testing settings, each in a thread.

A task lives in memory under the id of its mail; what counts is committed in the outbox. After a restart there is no
task, and the page shows what the outbox says.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Event, Lock, Thread

from flask import Flask, current_app

from backend.domain.errors import FacteurError
from backend.domain.outgoing_mail import SendingPhase
from backend.web.desktop_port import SENDING_THREADS

_log = logging.getLogger("facteur.web")
_FINISHED_KEPT = 20
_LAST_STEP = "message_accepted"  # the end follows at once


@dataclass(frozen=True, slots=True)
class FinishedStep:
    """A step of a sending: its name and detail (ports.SendingWatch), and how long it took."""

    name: str
    detail: str
    milliseconds: int


@dataclass(eq=False)
class Task:
    """Work in a thread of its own, and what is known of it; a SendingWatch for whoever sends."""

    subject: str  # what it works on, for people: the name of a PDF
    result: object = None
    error: FacteurError | None = None
    steps: list[FinishedStep] = field(default_factory=list)
    is_done: bool = False
    is_cancelled: bool = False
    is_in_background: bool = False  # nobody looks at it any longer
    _changed: Condition = field(default_factory=Condition)
    _ended: Event = field(default_factory=Event)
    _begun: float = field(default_factory=time.monotonic)
    _last_step: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Return how long it has been going on."""
        return time.monotonic() - self._begun

    def phase(self, phase: SendingPhase) -> None:
        """Note nothing: the outbox has it."""

    def step(self, name: str, detail: str = "") -> None:
        """Note a finished step."""
        with self._changed:
            now = time.monotonic()
            self.steps.append(FinishedStep(name, detail, round((now - self._last_step) * 1000)))
            self._last_step = now
            self._changed.notify_all()

    def wait_until_done(self, seconds: float) -> bool:
        """Wait at most so long; tell whether it is done."""
        return self._ended.wait(seconds)  # not woken by every step on the way

    def wait_for_news(self, steps_known: int, seconds: float) -> None:
        """Wait at most so long for its end, or for more steps than the page has; after the last step, for the end."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_done or self._has_news(steps_known), seconds)

    def _has_news(self, steps_known: int) -> bool:
        return len(self.steps) > steps_known and self.steps[-1].name != _LAST_STEP

    def run(self, work: Callable[[Task], object]) -> None:
        """Do the work; what is not foreseen is logged, and explained as such."""
        try:
            self.result = work(self)
        except FacteurError as error:
            self.error = error
        except Exception:  # noqa: BLE001 - a thread that dies silently would leave its page waiting for ever
            _log.exception("unforeseen failure of a task")
            self.error = FacteurError()
        finally:
            with self._changed:
                self.is_done = True
                self._changed.notify_all()
            self._ended.set()


class SendingTasks:
    """The tasks of this process by key; `writing` orders what pages do to mails."""

    def __init__(self) -> None:
        self.writing = Lock()
        self._tasks: dict[str, Task] = {}
        self._lock = Lock()

    def find(self, key: str) -> Task | None:
        """Return the latest task of this key, None where this process has none."""
        return self._tasks.get(key)

    def is_running(self, key: str) -> bool:
        """Tell whether a task of this key is going on."""
        task = self.find(key)
        return task is not None and not task.is_done

    def start(self, key: str, subject: str, work: Callable[[Task], object]) -> Task:
        """Begin a task; one that is still going on under this key is returned instead."""
        with self._lock:
            known = self._tasks.get(key)
            if known is not None and not known.is_done:
                return known
            task = Task(subject)
            self._forget_old()
            self._tasks.pop(key, None)
            self._tasks[key] = task
            Thread(target=task.run, args=(work,), name=f"{SENDING_THREADS}-{key}", daemon=True).start()
        return task

    def forget(self, key: str) -> None:
        """Forget a task whose end was shown."""
        with self._lock:
            self._tasks.pop(key, None)

    def _forget_old(self) -> None:
        done = [key for key, task in self._tasks.items() if task.is_done]
        for key in done[:-_FINISHED_KEPT]:
            del self._tasks[key]


def set_up(app: Flask) -> None:
    """Give `app` its tasks."""
    app.extensions["facteur.sending_tasks"] = SendingTasks()


def sending_tasks() -> SendingTasks:
    """Return the tasks of this program."""
    tasks: SendingTasks = current_app.extensions["facteur.sending_tasks"]
    return tasks
