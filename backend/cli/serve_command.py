"""The window, and `serve` without one."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

from backend.cli.context import Start, json_option, say, wants_json
from backend.domain.errors import FacteurError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="A fixed port; else any free one.")
@json_option
@click.pass_obj
def serve(start: Start, port: int) -> None:
    """Serve the pages without a window; prints one URL that works once."""
    from backend.bootstrap import open_services
    from backend.desktop.server import serve as serve_pages

    def announce(url: str) -> None:
        click.echo(json.dumps({"url": url}) if wants_json() else url)

    with start.explained(), open_services(start.data_dir, training=start.training, lasting=True) as services:
        start.open_secrets(services)
        serve_pages(
            services,
            port=port,
            language=start.language,
            announce=announce,
            open_training=services.open_training,
        )


def open_window(start: Start) -> None:
    """Open the window of this session, or bring the one there is to the front."""
    from backend.bootstrap import open_services
    from backend.desktop.window import open_window as open_native_window

    with start.explained(), open_services(start.data_dir, training=start.training, lasting=True) as services:
        start.open_secrets(services)
        with _failures_logged():
            open_native_window(
                services,
                language=start.language,
                announce=lambda text: say(text, wait=False),
                open_training=services.open_training,
            )


@contextmanager
def _failures_logged() -> Iterator[None]:
    """Write what nobody foresaw into the shop's log: on Windows nobody sees what the program prints."""
    try:
        yield
    except FacteurError:
        raise
    except Exception:
        logging.getLogger("backend").exception("the window ended by a failure that nobody foresaw")
        raise
