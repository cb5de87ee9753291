"""The words under which records are found: folded, and what a person's search text asks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from backend.domain.errors import InvalidInputError
from backend.domain.money import parse_amount
from backend.domain.ticket import TicketNumber

WORD_MAX = 40
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
_WORD = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"[+-]?\d[\d\s]*[.,]\d{1,2}\s*€?|[+-]?\d[\d\s]*€")
_DIGITS = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a search text; a record fits when any of what is set here fits."""

    prefix: str = ""  # a word begins so
    key: TicketNumber | None = None
    number: int | None = None
    cents: int | None = None

    @property
    def amounts(self) -> tuple[int, ...]:
        """Return the totals meant: an amount without a sign finds its credit too."""
        if self.cents is None:
            return ()
        return (self.cents,) if self.cents < 0 else (self.cents, -self.cents)


def fold(text: str) -> str:
    """Return a text without case, accents and ligatures: `Œuvre d'Été` is `oeuvre d'ete`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    # Once more without case: some signs, as ϒ, only decompose into a capital.
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def words_of(*texts: str) -> tuple[str, ...]:
    """Return the folded words of some texts, each once."""
    return tuple(dict.fromkeys(word[:WORD_MAX] for text in texts for word in _WORD.findall(fold(text))))


def search_text(words: tuple[str, ...]) -> str:
    """Return words as one text in which ` x` stands before each word that begins with x."""
    return f" {' '.join(words)} " if words else ""


def word_terms(text: str) -> tuple[Term, ...]:
    """Read a search text for customers, contacts and products: every word must be found."""
    return tuple(Term(prefix=word) for word in words_of(text))


def ticket_terms(text: str) -> tuple[Term, ...]:
    """Read a search text for tickets: `C1-4`, `C1`, `4`, `148,40` or words of a name, all together."""
    if _AMOUNT.fullmatch(text.strip()):
        return _amount_term(text)
    return tuple(term for part in text.split() for term in _terms_of(part))


def _terms_of(part: str) -> tuple[Term, ...]:
    if _AMOUNT.fullmatch(part):
        return _amount_term(part)
    if _DIGITS.fullmatch(part):
        return (Term(prefix=part, number=int(part), cents=int(part) * 100),)
    try:
        return (Term(key=TicketNumber.parse(part)),)
    except InvalidInputError:
        return word_terms(part)


def _amount_term(text: str) -> tuple[Term, ...]:
    try:
        return (Term(cents=parse_amount(text)),)
    except InvalidInputError:
        return word_terms(text)
