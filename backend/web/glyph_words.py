"""The sentence that names the characters which a ticket shows as boxes."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

_NAMED_MAX = 12


def glyph_warning(letters: str) -> str:
    """Return the sentence, "" where every character is printed; `letters` are those without a sign in the font."""
    if not letters:
        return ""
    named = " ".join(letters[:_NAMED_MAX]) + (" …" if len(letters) > _NAMED_MAX else "")
    sentence = ngettext(
        "This character can't be printed: %(named)s. It appears as a box.",
        "These characters can't be printed: %(named)s. They appear as boxes.",
        len(letters),
        named=named,
    )
    remedy = _("Write it in other letters from the next ticket on.")
    return f"{sentence} {remedy}"
