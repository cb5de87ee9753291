"""A program of the tests: the real window on a draft of the training shop, and files that fall on its letter box.

`python tests/integration/dropping_window.py FOLDER FILE...` prints the names of the draft's attachments, then ends.
The events are Qt's own of a drag from another program, as its platform plugin makes them of what X11 says.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import webview
from qtpy.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from qtpy.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from qtpy.QtWebEngineWidgets import QWebEngineView  # type: ignore[attr-defined]  # qtpy has it at run time only

from backend.bootstrap import open_services
from backend.desktop.server import LocalServer
from backend.domain.ticket import TicketNumber
from backend.usecases.prepare_sending import prepare_sending
from backend.web.create_app import create_app

_PLACE = """(() => {
  const zone = document.querySelector(".drop-zone");
  zone?.scrollIntoView({ block: "center" });
  const box = zone?.getBoundingClientRect();
  return box ? `${box.left + 20} ${box.top + box.height / 2}` : "";
})()"""
_HOW = (Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
_PATIENCE_S = 60


def main(folder: Path, files: list[Path]) -> None:
    """Show the draft, drop the files, say what is attached."""
    with open_services(folder, training=True) as services:
        mail = prepare_sending(TicketNumber("C1", 4), "80mm", "DUPOND", services)
        server = LocalServer()
        app = create_app(services, launch=server.launch)
        server.start(app)
        window = webview.create_window("", server.launch.new_url())
        assert window is not None

        def names() -> list[str]:
            return [attachment.name for attachment in services.outbox.find(mail.id).attachments]

        def drop_until_there() -> None:
            try:
                window.events.loaded.wait(_PATIENCE_S)
                (session,) = app.extensions["facteur.sessions"]._open.values()
                session.user = "DUPOND"
                window.load_url(f"{server.launch.origin}/sending/{mail.id}")
                native: Any = window.native
                view = native.findChild(QWebEngineView)
                deadline = time.monotonic() + _PATIENCE_S
                while len(names()) == 1 and time.monotonic() < deadline:
                    QTimer.singleShot(
                        0, view, lambda: view.page().runJavaScript(_PLACE, lambda at: drop(view, at, files))
                    )
                    time.sleep(5)
                print(*names(), sep="\n", flush=True)  # noqa: T201 - what the test reads
            finally:
                window.destroy()

        webview.start(drop_until_there, gui="qt", private_mode=True)
        server.stop(1)


def drop(view: Any, place: str, files: list[Path]) -> None:  # noqa: ANN401 - qtpy has no types
    """Drag files into the view and let them go at a place of the page, "" for none yet."""
    if not place:
        return
    at = QPointF(*(float(part) for part in place.split()))
    action, button, modifier = _HOW
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    point = QPoint(round(at.x()), round(at.y()))
    for kind in (QDragEnterEvent, QDragMoveEvent):
        QCoreApplication.sendEvent(view, kind(point, action, carried, button, modifier))

    def let_go() -> None:  # holds what is carried until then
        QCoreApplication.sendEvent(view, QDropEvent(at, action, carried, button, modifier))

    QTimer.singleShot(300, view, let_go)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
