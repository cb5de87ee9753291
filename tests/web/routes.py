"""Every address that the pages answer to, with a value for each variable part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

READS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    endpoint: str


def all_routes(app: Flask, text: str = "C1-4") -> list[Route]:
    """Return every route; `text` stands in for variable parts that are no numbers."""
    return [
        Route(method, _path(app, rule, text), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    ]


def write_routes(app: Flask) -> list[Route]:
    """Return the routes that may change something."""
    return [route for route in all_routes(app) if route.method not in READS]


def _path(app: Flask, rule: Rule, text: str) -> str:
    values = {name: _value(rule, name, text) for name in rule.arguments if name not in (rule.defaults or {})}
    with app.test_request_context():
        return app.url_map.bind("127.0.0.1").build(rule.endpoint, values, method=next(iter(rule.methods or {"GET"})))


def _value(rule: Rule, name: str, text: str) -> str | int:
    converter = type(rule._converters[name]).__name__
    if converter == "IntegerConverter":
        return 1
    if converter == "AnyConverter":
        raise NotImplementedError("give it one of its values here")
    return text
