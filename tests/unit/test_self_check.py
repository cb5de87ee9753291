"""What the checks of a self-test say together, and how one comes to its end."""

from __future__ import annotations

import pytest

from backend.domain.errors import FacteurError, NotFoundError, SecretsUnavailableError
from backend.domain.pdf_settings import PdfEngineMissingError, PdfFailure
from backend.domain.self_check import (
    Check,
    CheckState,
    PartAbsentError,
    SelfTestError,
    SelfTestOutcome,
    outcome_of,
)
from backend.usecases.self_test import attempt

GOOD, BAD = Check("mail", CheckState.GOOD), Check("mail", CheckState.BAD)
SPARE, NEEDED = Check("keyring", CheckState.ABSENT), Check("pdf", CheckState.ABSENT, needed=True)


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [
        ((GOOD, GOOD), SelfTestOutcome.GOOD),
        ((GOOD, SPARE), SelfTestOutcome.GOOD),
        ((GOOD, NEEDED, SPARE), SelfTestOutcome.INCOMPLETE),
        ((BAD, NEEDED, GOOD), SelfTestOutcome.BAD),
    ],
)
def test_the_worst_check_decides(checks: tuple[Check, ...], outcome: SelfTestOutcome) -> None:
    assert outcome_of(checks) is outcome


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (PdfEngineMissingError("browser"), CheckState.ABSENT),
        (PartAbsentError("no_screen"), CheckState.ABSENT),
        (SecretsUnavailableError("none"), CheckState.ABSENT),
        (SecretsUnavailableError("locked"), CheckState.BAD),
        (PdfFailure("hung"), CheckState.BAD),
        (SelfTestError("mail"), CheckState.BAD),
        (NotFoundError("company", ""), CheckState.BAD),
    ],
)
def test_what_is_not_there_is_absent_and_what_fails_is_bad(failure: FacteurError, state: CheckState) -> None:
    def fails() -> str:
        raise failure

    check = attempt("part", fails)
    assert (check.state, check.failure) == (state, failure)


def test_a_good_check_has_its_detail() -> None:
    check = attempt("records", lambda: "C1-5")
    assert (check.state, check.detail, check.failure) == (CheckState.GOOD, "C1-5", None)


def test_what_nobody_foresaw_is_bad_and_named_on_one_line() -> None:
    def breaks() -> str:
        raise ImportError("DLL load failed\nwhile importing rpds")

    check = attempt("shop", breaks)
    assert (check.state, check.detail) == (CheckState.BAD, "ImportError: DLL load failed while importing rpds")
