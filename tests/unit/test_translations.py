"""The French catalogue against the texts of the program."""

import re
from collections import Counter

import pytest
from babel.messages.catalog import Message
from translations import extracted, missing, translated

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
FRENCH = translated()


def _ids(messages: object) -> set[object]:
    return {(message.id, message.context) for message in messages if message.id}  # type: ignore[attr-defined]  # Babel's catalogue


def test_every_text_of_the_program_has_its_french() -> None:
    assert missing(FRENCH) == []
    assert _ids(extracted()) - _ids(FRENCH) == set(), "run .venv/bin/python build/translations.py"


def test_no_text_is_left_that_the_program_does_not_use() -> None:
    assert _ids(FRENCH) - _ids(extracted()) == set(), "run .venv/bin/python build/translations.py"


@pytest.mark.parametrize(
    "message", [message for message in FRENCH if message.id], ids=lambda message: str(message.id)[:40]
)
def test_a_translation_has_the_placeholders_of_its_text(message: Message) -> None:
    ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
    texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    for text in texts:
        assert Counter(PLACEHOLDER.findall(text)) in [Counter(PLACEHOLDER.findall(id_)) for id_ in ids]


@pytest.mark.parametrize(
    "message", [message for message in FRENCH if message.id], ids=lambda message: str(message.id)[:40]
)
def test_french_puts_a_no_break_space_before_high_punctuation(message: Message) -> None:
    texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    for text in texts:
        assert not re.search(r"(?<=[\w»)]) ?[;!?](?:\s|$)|\w ?:(?:\s|$)| ;| !| \?| :|« | »", text), text
