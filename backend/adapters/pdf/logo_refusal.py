"""Why a file can't be a logo, said by what reads it (logo_pixels, logo_svg)."""

from __future__ import annotations


class RefusedLogoError(Exception):
    """`reason` is damaged, pixels (with how many), small (with its size), blank or svg_active (with what it holds)."""

    def __init__(self, reason: str, found: str = "") -> None:
        super().__init__(reason, found)
        self.reason = reason
        self.found = found
