"""The French catalogue against the texts of the program."""

import ast
import re
from collections import Counter
from collections.abc import Iterable

from babel.messages.catalog import Message

from translations import ROOT, extracted, missing, translated

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
FRENCH = translated()


def _ids(messages: Iterable[Message]) -> set[object]:
    return {(message.id, message.context) for message in messages if message.id}


def _texts(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return [text or "" for text in strings]


def test_every_text_of_the_program_has_its_french() -> None:
    assert missing(FRENCH) == []
    assert _ids(extracted()) - _ids(FRENCH) == set(), "run .venv/bin/python build/translations.py"


def test_no_text_is_left_that_the_program_does_not_use() -> None:
    assert _ids(FRENCH) - _ids(extracted()) == set(), "run .venv/bin/python build/translations.py"


def test_a_translation_has_the_placeholders_of_its_text() -> None:
    for message in FRENCH:
        ids = message.id if isinstance(message.id, (tuple, list)) else [message.id]
        wanted = [Counter(PLACEHOLDER.findall(id_)) for id_ in ids]
        assert all(Counter(PLACEHOLDER.findall(text)) in wanted for text in _texts(message) if message.id), message.id


def test_french_puts_a_no_break_space_before_high_punctuation() -> None:
    wrong = re.compile(r"(?<=[\w»)]) ?[;!?](?:\s|$)|[\w»)] ?:(?:\s|$)| ;| !| \?| :|« | »")
    texts = [text for message in FRENCH if message.id for text in _texts(message)]
    assert [text for text in texts if wrong.search(text)] == []


def test_no_text_stands_inside_an_f_string_where_babel_does_not_find_it() -> None:
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in (ROOT / "backend").rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"_", "_l", "ngettext"}
    ]
    assert hidden == []
