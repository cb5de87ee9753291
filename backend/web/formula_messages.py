"""Formulas in words: what is wrong in one and what to do, and what each function is for."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from backend.web.message_text import Text

# Before each sentence; the remedy follows it.
PLACE = _l("Line %(line)s, character %(column)s: %(fault)s.")

_POSSIBLE = _l("Possible here: %(suggestion)s.")
_SIGNS = _l('Texts stand in straight quotes ("), between them &, and between the values of a function “;”.')

TEXTS: Mapping[str, Text] = {
    "argument_count": (
        _l("%(value)s has too few or too many values here"),
        _l("Write it as in %(suggestion)s."),
    ),
    "bracket_open": (_l("a bracket “(” is not closed"), _l("Add the “)” that is missing.")),
    "brackets": (
        _l("square brackets don't belong in a formula"),
        _l("Write the field itself, as in TICKET.NUMERO."),
    ),
    "character": (_l("the sign %(value)s has no meaning in a formula"), _SIGNS),
    "character_other": (
        _l("the sign %(value)s has no meaning in a formula"),
        _l("Write %(suggestion)s in its place."),
    ),
    "comma": (
        _l("a comma doesn't belong here"),
        _l("Between the values of a function stands “;”."),
    ),
    "division_by_zero": (
        _l("this is zero, and nothing can be divided by it"),
        _l("Ask first whether it is, as in SI(TICKET.LIGNES > 0;…)."),
    ),
    "empty": (_l("the formula is empty"), _l("Write one behind “formule=”, or take that word out.")),
    "format": (
        _l("“%(value)s” is no format"),
        _l('Write numbers as in "# ##0,00 €" and dates as in "JJ/MM/AAAA".'),
    ),
    "lone_name": (
        _l("“%(value)s” alone has no meaning here"),
        _l('A field is TABLE.FIELD, as in TICKET.NUMERO; a text stands in straight quotes (").'),
    ),
    "negative": (_l("%(value)s is less than zero"), _l("Give a number from 0 on.")),
    "not_a_condition": (
        _l("“%(value)s” is neither yes nor no"),
        _l("Write a comparison, as in TICKET.TTC > 100, or VIDE(CLIENT.NOM)."),
    ),
    "not_a_date": (
        _l("“%(value)s” is not a date"),
        _l('Take TICKET.DATE, or write one as in "24/12/2026".'),
    ),
    "not_a_number": (_l("“%(value)s” is not a number"), _l("Sums take numbers; what joins texts is &.")),
    "number_too_big": (_l("this number is too big"), _l("Use numbers of up to 15 digits.")),
    "output_too_long": (
        _l("the text gets too long"),
        _l("Shorten it: up to %(value)s characters are possible."),
    ),
    "text_open": (_l("the text that begins here has no end"), _l('Add the quote (") that is missing.')),
    "too_deep": (
        _l("too many functions stand in one another"),
        _l("Up to %(value)s levels are possible: divide the formula."),
    ),
    "too_long": (_l("the formula is too long"), _l("Shorten it to %(value)s characters.")),
    "too_many_pieces": (_l("the formula has too many parts"), _l("Up to %(value)s are possible: shorten it.")),
    "too_many_places": (_l("a number can't have so many decimals"), _l("Up to %(value)s are possible.")),
    "too_many_steps": (_l("the formula takes too long to work out"), _l("Shorten it.")),
    "unexpected": (_l("“%(value)s” doesn't belong here"), _SIGNS),
    "unexpected_other": (_l("“%(value)s” doesn't belong here"), _POSSIBLE),
    "unfinished": (_l("the formula ends too early"), _l("Write the rest of it, or take the last sign out.")),
    "unknown_field": (_l("there is no field %(value)s"), _POSSIBLE),
    "unknown_function": (_l("there is no function %(value)s"), _POSSIBLE),
    "unknown_table": (_l("there is no table %(value)s"), _POSSIBLE),
}

FUNCTIONS: Mapping[str, LazyString] = {
    "SI": _l("One of two values, as a condition holds or not"),
    "VIDE": _l("Yes where a field holds nothing"),
    "MAJUSCULE": _l("In capitals"),
    "MINUSCULE": _l("In small letters"),
    "NOMPROPRE": _l("Each word with a capital"),
    "GAUCHE": _l("The first letters"),
    "DROITE": _l("The last letters"),
    "NBCAR": _l("How many letters"),
    "TEXTE": _l("A number or a date in a format"),
    "FORMATDATE": _l("A date in a format; + adds days"),
    "ARRONDI": _l("Rounded to so many decimals"),
    "CONCAT": _l("Several texts as one, as & does"),
    "ET": _l("Yes where both hold"),
    "OU": _l("Yes where one of them holds"),
}


def formula_text(reason: str, suggestion: str) -> Text:
    """Return sentence and remedy of a formula's fault; the remedy names what was probably meant, if that is known."""
    return (TEXTS.get(f"{reason}_other") if suggestion else None) or TEXTS.get(reason) or TEXTS["unexpected"]
