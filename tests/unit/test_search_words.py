from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.adapters.stores.records.words import Term, fold, search_text, ticket_terms, word_terms, words_of
from backend.domain.ticket import TicketNumber


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Été", "ete"), ("ŒUVRE", "oeuvre"), ("Straße", "strasse"), ("Æsir", "aesir"), ("Łódź", "lodz"), ("e\u0301", "e")],
)
def test_folding_drops_case_accents_and_ligatures(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_are_letters_and_digits_each_once() -> None:
    assert words_of("L'Étoile-d'or_2", "étoile") == ("l", "etoile", "d", "or", "2")


def test_a_search_text_has_a_space_before_each_word() -> None:
    assert search_text(("a", "b")) == " a b "
    assert search_text(()) == ""


@settings(deadline=None)
@given(st.text())
def test_no_word_of_any_text_holds_what_a_search_pattern_would_misread(text: str) -> None:
    for word in words_of(text):
        assert not set(word) & set("%_= \\'\"")
        assert word == fold(word)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("C1-4", [Term(key=TicketNumber("C1", 4))]),
        ("c1-4 martin", [Term(key=TicketNumber("C1", 4)), Term(prefix="martin")]),
        ("4", [Term(prefix="4", number=4, cents=400)]),
        ("148,40", [Term(cents=14840)]),
        ("148.4 €", [Term(cents=14840)]),
        ("-148,40", [Term(cents=-14840)]),
        ("1 148,40", [Term(cents=114840)]),
        ("20€", [Term(cents=2000)]),
        ("martin 148,40", [Term(prefix="martin"), Term(cents=14840)]),
        ("99999999999999999999", [Term(prefix="99999999999999999999")]),
        ("1234567890,00", [Term(prefix="1234567890"), Term(prefix="00")]),
        ("jean-luc", [Term(prefix="jean"), Term(prefix="luc")]),
        (" ' ", []),
    ],
)
def test_a_ticket_search_is_read_as_a_person_means_it(text: str, terms: list[Term]) -> None:
    assert list(ticket_terms(text)) == terms


def test_an_amount_means_its_credit_too_unless_it_has_a_minus() -> None:
    assert Term(cents=100).amounts == (100, -100)
    assert Term(cents=-100).amounts == (-100,)
    assert Term(prefix="x").amounts == ()


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_searched_for(text: str) -> None:
    ticket_terms(text)
    word_terms(text)
