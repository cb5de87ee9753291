"""The one page of a browser in which every ticket is laid out, measured and printed; no script of it ever runs."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.adapters.pdf.browser_process import BrowserProcess
from backend.adapters.pdf.page_height import POINTS_PER_MM
from backend.adapters.pdf.page_policy import CONTENT_POLICY
from backend.adapters.pdf.wkhtmltopdf_worker import WorkerDiedError
from backend.domain.pdf_settings import PageFormat
from backend.domain.ticket_layout import HEIGHT_MAX_MM

_FONTS = Path(__file__).resolve().parents[3] / "frontend" / "ticket_layouts" / "fonts"
_WEIGHTS = {"Regular": 400, "Bold": 700}
_PX_PER_MM = 96 / 25.4
_PT_PER_PX = 0.75
_LEAST_SPARE_PT = 0.5  # the measure is exact
# The fonts are read once and stay; of a ticket's page come its title, its styles and its body.
_SHOW = """async page => {
  const shown = new DOMParser().parseFromString(page, 'text/html');
  document.documentElement.lang = shown.documentElement.lang;
  document.title = shown.title;
  document.head.querySelectorAll('style:not(#fonts)').forEach(style => style.remove());
  shown.head.querySelectorAll('style').forEach(style => document.head.append(style));
  document.body.replaceWith(shown.body);
  await document.fonts.ready;
  await Promise.all([...document.images].map(image => image.decode().catch(() => {})));
  await document.fonts.ready;
  return document.body.getBoundingClientRect().bottom;
}"""


class BrowserPage:
    """A page with the shipped fonts; whatever it asks for is refused."""

    def __init__(self, browser: BrowserProcess) -> None:
        """Set the page up; raises WorkerDiedError."""
        self._browser = browser
        target = browser.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = browser.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = str(attached["sessionId"])
        self._call("Page.enable")
        self._call("Emulation.setScriptExecutionDisabled", {"value": True})
        self._call("Emulation.setEmulatedMedia", {"media": "print"})
        self._call("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        speed = {"latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        self._call("Network.enable")
        self._call("Network.emulateNetworkConditions", {"offline": True, **speed})
        frame = self._call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._call("Page.setDocumentContent", {"frameId": frame, "html": _ground()})
        self._world = self._call("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
        self._width_mm = 0

    def print(self, html: str, page: PageFormat) -> tuple[bytes, float]:
        """Return the PDF of a page, and in points how high it is with its content and its margins.

        A fitted one is up to two points higher, since browsers round up. Raises WorkerDiedError.
        """
        if page.width_mm != self._width_mm:
            self._widen(page.width_mm)
        fitted_pt = self._show(html) * _PT_PER_PX + 2 * page.bottom_margin_mm * POINTS_PER_MM + _LEAST_SPARE_PT
        margin_in = page.bottom_margin_mm / 25.4
        height_mm = page.height_mm or min((fitted_pt + 1) / POINTS_PER_MM, HEIGHT_MAX_MM)
        printed = self._call(
            "Page.printToPDF",
            {
                "paperWidth": page.width_mm / 25.4,
                "paperHeight": height_mm / 25.4,
                "marginTop": margin_in,
                "marginBottom": margin_in,
                "marginLeft": 0,
                "marginRight": 0,
                "printBackground": True,
                "generateTaggedPDF": False,
                "generateDocumentOutline": False,
            },
        )
        return base64.b64decode(printed["data"]), fitted_pt

    def _widen(self, width_mm: int) -> None:
        size = {"width": round(width_mm * _PX_PER_MM), "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", size)
        self._width_mm = width_mm

    def _show(self, html: str) -> float:
        order = {
            "expression": f"({_SHOW})({json.dumps(html)})",
            "contextId": self._world,
            "awaitPromise": True,
            "returnByValue": True,
        }
        shown = self._call("Runtime.evaluate", order)
        if "exceptionDetails" in shown:
            raise WorkerDiedError(f"the page can't be shown: {shown['exceptionDetails'].get('text', '')}")
        return float(shown["result"]["value"])

    def _call(self, method: str, parameters: Mapping[str, object] | None = None) -> dict[str, Any]:
        return self._browser.call(method, parameters, self._session)


def _ground() -> str:
    """Return the page that holds the fonts and the policy, which lets nothing in but these fonts."""
    faces = "".join(_face(name, weight) for name, weight in _WEIGHTS.items())
    policy = f"{CONTENT_POLICY}; font-src data:"
    return (
        f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta charset="utf-8"><title></title><style id="fonts">{faces}</style></head>'
        "<body style=\"font-family: 'IBM Plex Sans'\">x<b>x</b></body></html>"
    )


def _face(name: str, weight: int) -> str:
    font = base64.b64encode((_FONTS / f"IBMPlexSans-{name}.ttf").read_bytes()).decode()
    return (
        f"@font-face {{ font-family: 'IBM Plex Sans'; font-weight: {weight}; font-display: block;"
        f" src: url(data:font/ttf;base64,{font}) }}"
    )
