"""Another program as PDF engine: its arguments are checked before they are ever used (PRODUCT C2)."""

from __future__ import annotations

import pytest

from backend.domain.errors import InvalidInputError
from backend.domain.pdf_settings import checked_arguments, filled_arguments

SOUND = ("/opt/prince/bin/prince", "--no-network", "{html}", "--output={pdf}")


def test_sound_arguments_are_kept_in_their_order() -> None:
    assert checked_arguments([f" {SOUND[0]} ", "", *SOUND[1:]]) == SOUND


@pytest.mark.parametrize(
    ("arguments", "reason", "value"),
    [
        ((), "program_missing", ""),
        (("", "  "), "program_missing", ""),
        (("{html}", "{pdf}"), "program_missing", ""),
        (("prince", "{pdf}"), "program_place_missing", "{html}"),
        (("prince", "{html}"), "program_place_missing", "{pdf}"),
        (("prince", "{html}", "{pdf}", "{height}"), "program_place_unknown", "{height}"),
        (("prince", "{html}", "{pdf}", "a\x00b"), "control_character", ""),
        (("prince", "{html}", "{pdf}", *["x"] * 50), "program_too_long", "50"),
    ],
)
def test_what_is_wrong_with_arguments_is_named(arguments: tuple[str, ...], reason: str, value: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        checked_arguments(arguments)
    assert (caught.value.where, caught.value.reason, caught.value.value) == ("pdf_program", reason, value)


def test_places_are_filled_once_and_never_in_what_was_filled_in() -> None:
    filled = filled_arguments(("{html}", "-w", "{width_mm}mm", "--out={pdf}"), page="/{pdf}/x", pdf="/y", width_mm=80)
    assert filled == ["/{pdf}/x", "-w", "80mm", "--out=/y"]
