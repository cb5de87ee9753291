"""An SVG logo taken apart and written anew: only shapes, colours and letters that this list knows get through.

What could act, load or repeat itself without end is refused by name (script, event attributes, references outside,
document types with entities, embedded pages and pictures); what is merely unknown (editors' own notes) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from backend.adapters.pdf.logo_refusal import RefusedLogoError

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_GROUPS = {"svg", "g", "defs", "symbol", "use", "clipPath", "mask", "linearGradient", "radialGradient", "stop"}
_LETTERS = {"text", "tspan"}
ALLOWED = _SHAPES | _GROUPS | _LETTERS | {"style"}
_UNWRAPPED = {"a", "switch"}  # what they hold is drawn, they are not
_ACTIVE = {
    "script",
    "foreignObject",
    "image",
    "feImage",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "handler",
    "listener",
    "set",
    "animate",
    "animateColor",
    "animateMotion",
    "animateTransform",
}
_ATTRIBUTE_NAMES = (
    "id class style transform viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points"
    " dx dy rotate textLength lengthAdjust pathLength offset gradientUnits gradientTransform spreadMethod clipPathUnits"
    " maskUnits maskContentUnits mask-type fill fill-opacity fill-rule stroke stroke-width stroke-opacity"
    " stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset color opacity stop-color"
    " stop-opacity clip-path clip-rule mask display visibility overflow font-family font-size font-weight font-style"
    " font-variant font-stretch text-anchor text-decoration letter-spacing word-spacing dominant-baseline"
    " baseline-shift paint-order vector-effect shape-rendering"
)
_ATTRIBUTES = set(_ATTRIBUTE_NAMES.split())
_LOCAL = re.compile(r"#[^\s'\"()<>#]{1,200}")
_CSS_URL = re.compile(r"url\s*\(\s*['\"]?\s*([^'\")]*)", re.IGNORECASE)
# Escapes and comments could hide a name; at-rules load fonts and sheets.
_CSS_ACTIVE = re.compile(r"@|\\|expression|javascript:|behavior|-moz-binding", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_DOCTYPE = re.compile(rb"<!DOCTYPE\s+svg(?:\s+(?:PUBLIC|SYSTEM|\"[^\"<>\[]*\"|'[^'<>\[]*'))*\s*>", re.IGNORECASE)
_LEVELS_MAX = 60
_ELEMENTS_MAX = 20_000
_DRAWN_MAX = 50_000  # each use draws what it names again


def is_svg(content: bytes) -> bool:
    """Tell whether a file says of itself that it is an SVG."""
    head = content[:65536].removeprefix(b"\xef\xbb\xbf").lstrip()
    return (
        head.startswith((b"<svg", b"<?xml", b"<!--", b"<!DOCTYPE"))
        and re.search(rb"<(\w+:)?svg[\s>]", head) is not None
    )


def clean_svg(content: bytes) -> str:
    """Return the drawing alone; raises RefusedLogoError: svg_active (with what it holds) or damaged."""
    root = _parsed(_DOCTYPE.sub(b"", content, count=1))
    if root is None or root.name != "svg":
        raise RefusedLogoError("damaged", "no svg")
    if "viewBox" not in root.attributes and not {"width", "height"} <= root.attributes.keys():
        raise RefusedLogoError("damaged", "neither viewBox nor size")
    _check_repeats(root)
    root.attributes["xmlns"], root.attributes["xmlns:xlink"] = _SVG, _XLINK
    return "".join(_written(root))


@dataclass(slots=True)
class _Node:
    name: str
    attributes: dict[str, str]
    parts: list[_Node | str] = field(default_factory=list)

    def nodes(self) -> Iterable[_Node]:
        return (part for part in self.parts if isinstance(part, _Node))


class _Builder:
    """Keeps the known part of a document while it is parsed; `None` on the way down is what is left out."""

    def __init__(self) -> None:
        self.root: _Node | None = None
        self._way: list[_Node | None] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take in an element."""
        self._count += 1
        if len(self._way) >= _LEVELS_MAX or self._count > _ELEMENTS_MAX:
            raise RefusedLogoError("damaged", "too many elements")
        space, _, name = tag.rpartition(" ")
        if name in _ACTIVE:
            raise RefusedLogoError("svg_active", name)
        parent = self._way[-1] if self._way else None
        is_left_out = bool(self._way) and parent is None
        if is_left_out or space not in {_SVG, ""}:
            self._refuse_events(attributes)
            self._way.append(None)
        elif name in _UNWRAPPED:
            self._refuse_events(attributes)
            self._way.append(parent)
        elif name not in ALLOWED:
            self._refuse_events(attributes)
            self._way.append(None)
        else:
            self._add(_Node(name, dict(_kept(attributes))), parent)

    def end(self, _tag: str) -> None:
        """Go back up."""
        node = self._way.pop()
        if node and node.name == "style":
            _check_css("".join(part for part in node.parts if isinstance(part, str)))

    def text(self, text: str) -> None:
        """Take in letters, where there can be some."""
        node = self._way[-1] if self._way else None
        if node and (node.name in _LETTERS or node.name == "style"):
            node.parts.append(text)

    def _add(self, node: _Node, parent: _Node | None) -> None:
        if parent:
            parent.parts.append(node)
        elif self.root is None:
            self.root = node
        self._way.append(node)

    @staticmethod
    def _refuse_events(attributes: dict[str, str]) -> None:
        for name in attributes:
            _refuse_event(name.rpartition(" ")[2])


def _parsed(content: bytes) -> _Node | None:
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = _refuse_entities
    parser.ProcessingInstructionHandler = _refuse_instruction
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the last piece; positional in C
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise RefusedLogoError("damaged", str(error)) from None
    return builder.root


def _kept(attributes: dict[str, str]) -> Iterable[tuple[str, str]]:
    for full_name, value in attributes.items():
        space, _, name = full_name.rpartition(" ")
        _refuse_event(name)
        if name == "href" and space in {"", _XLINK}:
            if not _LOCAL.fullmatch(value.strip()):
                raise RefusedLogoError("svg_active", "href")
            yield "xlink:href", value.strip()
        elif not space and name in _ATTRIBUTES:
            _check_css(value)
            yield name, value


def _refuse_event(name: str) -> None:
    if name.lower().startswith("on"):
        raise RefusedLogoError("svg_active", name)


def _check_css(css: str) -> None:
    found = _CSS_ACTIVE.search(_CSS_COMMENT.sub(" ", css))
    if found:
        raise RefusedLogoError("svg_active", found[0])
    for target in _CSS_URL.findall(css):
        if not _LOCAL.fullmatch(target.strip()):
            raise RefusedLogoError("svg_active", "url()")


def _check_repeats(root: _Node) -> None:
    """Refuse what would be drawn too often: a use names something, which holds uses, which name something..."""
    by_id: dict[str, _Node] = {}
    _note_ids(root, by_id)
    known: dict[int, int] = {}

    def drawn(node: _Node, above: frozenset[int]) -> int:
        if id(node) in above or len(above) > 2 * _LEVELS_MAX:
            raise RefusedLogoError("damaged", "it repeats itself")
        if id(node) not in known:
            inside = above | {id(node)}
            named = by_id.get(node.attributes.get("xlink:href", "")[1:]) if node.name == "use" else None
            count = 1 + sum(drawn(each, inside) for each in node.nodes()) + (drawn(named, inside) if named else 0)
            known[id(node)] = count
        if known[id(node)] > _DRAWN_MAX:
            raise RefusedLogoError("damaged", "it repeats itself")
        return known[id(node)]

    drawn(root, frozenset())


def _note_ids(node: _Node, by_id: dict[str, _Node]) -> None:
    if "id" in node.attributes:
        by_id.setdefault(node.attributes["id"], node)
    for each in node.nodes():
        _note_ids(each, by_id)


def _written(node: _Node) -> Iterable[str]:
    yield f"<{node.name}"
    for name, value in node.attributes.items():
        yield f" {name}={quoteattr(value)}"
    yield ">"
    for part in node.parts:
        yield from _written(part) if isinstance(part, _Node) else (escape(part),)
    yield f"</{node.name}>"


def _refuse_entities(*_: object) -> int:
    raise RefusedLogoError("svg_active", "DOCTYPE")


def _refuse_instruction(target: str, _content: str) -> None:
    raise RefusedLogoError("svg_active", target)
