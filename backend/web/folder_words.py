"""What is wrong with where the data folder lies, in words."""

from __future__ import annotations

from flask_babel import gettext as _


def folder_place_notes(place: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return a sentence and a remedy for each thing about the data folder that can lose data."""
    texts = {
        "synced": (
            _("The data of the shop lie in a folder that a program copies to other computers."),
            _("That program can damage them while Facteur works: move the data to a folder of this PC alone."),
        ),
        "network": (
            _("The data of the shop lie on another computer."),
            _("A break of the network can damage them: move the data to a folder of this PC."),
        ),
    }
    return [texts[warning] for warning in place]
