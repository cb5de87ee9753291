"""Every failure has a sentence and a remedy, in both languages, whatever its facts."""

from __future__ import annotations

import ast
import functools
import importlib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError, SecretsUnavailableError, StorageError
from backend.domain.formula.errors import FormulaError
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import (
    MOVES,
    ForbiddenMoveError,
    MailState,
    RecipientResult,
    RecipientStatus,
    SendingPhase,
)
from backend.domain.pdf_settings import PdfFailure
from backend.usecases.located_json import ImportFileError
from backend.web import messages
from backend.web.formula_messages import TEXTS as FORMULA_TEXTS
from backend.web.input_messages import IN_FILE, TYPED
from backend.web.messages import Explanation, explain, explain_recipient
from tests.languages import LANGUAGES, speaking

BACKEND = Path(__file__).parents[2] / "backend"
# Reasons that the classes' own docstrings name, whether or not somebody raises them today.
REASONS: dict[type[FacteurError], tuple[str, ...]] = {
    StorageError: ("disk_full", "read_only", "damaged", "locked", "too_new", "io", "exists"),
    SecretsUnavailableError: ("none", "locked", "timeout", "passphrase_needed", "passphrase_wrong"),
    PdfFailure: ("hung", "died", "incomplete", "unwritable", "disk_full", "too_big", "refused"),
    NotFoundError: ("ticket", "customer", "contact", "till", "user", "mail", "mailbox"),
    InvalidInputError: tuple(sorted(set(TYPED) - {"email_missing"})),
    ImportFileError: tuple(sorted(IN_FILE)),
    FormulaError: tuple(sorted(FORMULA_TEXTS)),
}
# In which place the reason stands when the class is called, and which catalogue answers for it.
PLACES = {"InvalidInputError": 1, "NotFoundError": 0, "StorageError": 1, "SecretsUnavailableError": 0, "PdfFailure": 0}
IN_FORMULAS = {"FormulaError": 0, "FaultyValueError": 0, "fault_at": 1}
STEPS = (
    "name_found",
    "connected",
    "encrypted",
    "signed_in",
    "sender_accepted",
    "recipient_accepted",
    "message_accepted",
    "client_found",
    "handed_over",
)


@functools.cache
def nodes() -> tuple[tuple[str, ast.AST], ...]:
    """Return every piece of the program's source, with the name of its module."""
    found: list[tuple[str, ast.AST]] = []
    for path in sorted(BACKEND.rglob("*.py")):
        name = ".".join(path.relative_to(BACKEND.parent).with_suffix("").parts).removesuffix(".__init__")
        found += [(name, node) for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    return tuple(found)


@functools.cache
def failures() -> dict[str, type[FacteurError]]:
    """Find every explained failure of the program, wherever it is written."""
    bases = {"FacteurError"}
    found: dict[str, str] = {"FacteurError": "backend.domain.errors"}
    while True:
        new = {
            node.name: name
            for name, node in nodes()
            if isinstance(node, ast.ClassDef) and node.name not in bases
            if any(isinstance(base, ast.Name) and base.id in bases for base in node.bases)
        }
        if not new:
            return {name: getattr(importlib.import_module(module), name) for name, module in found.items()}
        found |= new
        bases |= set(new)


def texts_in(node: ast.expr) -> Iterable[str]:
    if isinstance(node, ast.IfExp):
        return [*texts_in(node.body), *texts_in(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def reasons_raised(name: str, place: int) -> set[str]:
    """Collect the reasons that the program raises a class with, as they stand in its source."""
    found: set[str] = set()
    for _, node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            places = node.args[place : place + 1]
            named = [keyword.value for keyword in node.keywords if keyword.arg in {"reason", "kind"}]
            found.update(text for place in (*places, *named) for text in texts_in(place))
    return found


def import_reasons_raised() -> set[str]:
    found: set[str] = set()
    for name, node in nodes():
        places: list[ast.expr] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ImportFileError":
            places = node.args[3:4]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "error" and "usecases" in name:
            places = node.args[1:2]
        elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and name.endswith("ticket_rules"):
            places = node.value.elts[1:2]
        found.update(text for place in places for text in texts_in(place))
    return found


def made(failure: type[FacteurError], /, **facts: object) -> FacteurError:
    """Make a failure with some value for each fact that isn't given."""
    values = {field.name: facts.get(field.name, 7 if field.type == "int" else "X-7") for field in fields(failure)}
    return failure(**values)


def samples() -> Iterator[FacteurError]:
    for kind in failures().values():
        if kind is MailFailure:
            for cause in MailCause:
                yield from (
                    MailFailure(cause, "smtp.brico.example", 587),
                    MailFailure(cause, "smtp.brico.example", 587, reply="550 non 100 %", detail="51200"),
                )
        elif kind is ForbiddenMoveError:
            yield from (ForbiddenMoveError(state.value, "sending") for state in MOVES)
        else:
            field = "kind" if kind is NotFoundError else "reason"
            for reason in (*REASONS.get(kind, ()), "something_new"):
                yield made(kind, **{field: reason, "value": "700"})
                yield made(kind, **{field: reason, "value": "0", "key": "", "path": "", "where": "", "line": 0})


def assert_plain(explained: Explanation) -> None:
    for text in (explained.sentence, explained.remedy):
        assert text.strip()
        assert "%(" not in text
        assert text[0].isupper() or text[0].isdigit() or text[0] in "“«"
        assert text[-1] in ".!?"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_a_sentence_and_a_remedy(language: str) -> None:
    with speaking(language):
        for error in samples():
            assert_plain(explain(error))
            assert explain(error).cause == error.cause_code


def test_no_failure_is_left_in_english() -> None:
    for error in samples():
        with speaking("en"):
            english = explain(error)
        with speaking("fr"):
            french = explain(error)
        assert french.sentence != english.sentence
        assert french.remedy != english.remedy


def test_each_mail_cause_has_words_of_its_own() -> None:
    with speaking("fr"):
        explained = [explain(MailFailure(cause, "smtp.brico.example", 587)) for cause in MailCause]
    assert len({each.sentence for each in explained}) == len(MailCause)


@pytest.mark.parametrize("name", PLACES)
def test_every_reason_that_is_raised_has_words_of_its_own(name: str) -> None:
    kind = failures()[name]
    raised = reasons_raised(name, PLACES[name])
    assert raised
    field = "kind" if kind is NotFoundError else "reason"
    with speaking("en"):
        fallback = explain(made(kind, **{field: "something_new", "value": "700"}))
        for reason in raised - {"io"}:  # of a file that can't be read or written, nothing more is known
            explained = explain(made(kind, **{field: reason, "value": "700"}))
            assert (explained.sentence, explained.remedy) != (fallback.sentence, fallback.remedy), reason


def test_every_reason_to_refuse_a_file_has_words_of_its_own() -> None:
    raised = import_reasons_raised()
    assert {"json", "vat_rate_missing", "till_unknown"} <= raised
    assert raised <= set(IN_FILE)


def test_every_fault_of_a_formula_has_words_of_its_own() -> None:
    raised = set().union(*(reasons_raised(name, place) for name, place in IN_FORMULAS.items()))
    assert {"unknown_field", "division_by_zero", "too_deep"} <= raised
    assert raised <= set(FORMULA_TEXTS)


def test_a_fault_in_a_formula_is_named_with_its_place_and_what_was_meant() -> None:
    with speaking("fr"):
        explained = explain(FormulaError("unknown_field", 2, 14, "TICKET.NUMRO", "TICKET.NUMERO"))
    assert explained.sentence == "Ligne 2, caractère 14\xa0: il n’y a pas de champ TICKET.NUMRO."
    assert explained.remedy == "Possible ici\xa0: TICKET.NUMERO."


def test_a_refused_file_is_named_with_line_and_place() -> None:
    error = ImportFileError("caisse.json", 12, "lines[2].total", "line_total_differs", "12.50")
    with speaking("fr"):
        explained = explain(error)
    assert explained.sentence == (
        "«\xa0caisse.json\xa0» a été refusé, ligne 12, lines[2].total\xa0: quantité, prix et remise donnent 12.50."
    )


def test_facts_are_said_in_the_units_of_people() -> None:
    with speaking("fr"):
        too_big = explain(MailFailure(MailCause.MESSAGE_TOO_BIG, "smtp.brico.example", 587, detail="10240000"))
        unpaid = explain(InvalidInputError("payments", "payments_missing", "1250"))
        moved = explain(ForbiddenMoveError("sent", "sending"))
    assert "10,2\xa0Mo" in too_big.sentence
    assert "12,50\xa0€" in unpaid.sentence
    assert "«\xa0envoyé\xa0»" in moved.sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", MailCause)
def test_a_refused_recipient_is_explained_without_a_server(cause: MailCause, language: str) -> None:
    of_servers = {"host", "port"}
    with speaking(language):
        explained = explain_recipient(RecipientResult(RecipientStatus.REJECTED, "550 5.1.1 no", cause))
    assert_plain(explained)
    assert explained.cause == cause.value
    if cause in AT_A_RECIPIENT:
        assert "“”" not in explained.sentence, of_servers
        assert "«\xa0\xa0»" not in explained.sentence, of_servers


AT_A_RECIPIENT = {
    MailCause.ACCENTED_ADDRESS,
    MailCause.ENCRYPTION_REQUIRED,
    MailCause.LOGIN_REQUIRED,
    MailCause.MAILBOX_FULL,
    MailCause.MESSAGE_TOO_BIG,
    MailCause.PASSWORD_LOGIN_RETIRED,
    MailCause.RECIPIENT_DEFERRED,
    MailCause.RECIPIENT_REFUSED,
    MailCause.RECIPIENT_UNKNOWN,
    MailCause.REFUSED_AS_SPAM,
    MailCause.RELAY_DENIED,
    MailCause.SENDER_REFUSED,
    MailCause.SERVER_BUSY,
    MailCause.UNEXPECTED_ANSWER,
}


def test_an_accepted_recipient_needs_no_remedy() -> None:
    with speaking("fr"):
        explained = explain_recipient(RecipientResult(RecipientStatus.ACCEPTED, "250 2.1.5 Ok"))
    assert (explained.sentence, explained.remedy, explained.cause) == ("accepté", "", "accepted")


def labels() -> list[str]:
    return [
        *map(messages.state_label, MailState),
        *map(messages.recipient_label, RecipientStatus),
        *map(messages.document_type_label, DocumentType),
        *map(messages.phase_label, SendingPhase),
        *map(messages.step_label, STEPS),
    ]


def test_every_fixed_list_has_its_labels_in_both_languages() -> None:
    with speaking("en"):
        english = labels()
    with speaking("fr"):
        french = labels()
    assert all(english)
    assert not [one for one, other in zip(english, french, strict=True) if one == other]
