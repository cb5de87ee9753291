"""The self-test in words: its parts, how each check ended, and what all of them say together."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from backend.domain.self_check import Check, CheckState, SelfTestOutcome
from backend.web.failure_messages import TEXTS
from backend.web.messages import explain

_PARTS = {
    "shop": _l("Sample shop"),
    "records": _l("Tickets"),
    "settings": _l("Settings"),
    "logo": _l("Logo"),
    "pdf_wkhtmltopdf": _l("PDF by wkhtmltopdf"),
    "pdf_browser": _l("PDF by a browser"),
    "pdf": _l("PDF"),
    "mail": _l("Mail"),
    "keyring": _l("Keyring"),
    "passphrase": _l("Passphrase"),
    "languages": _l("Languages"),
    "pages": _l("Pages"),
    "window": _l("Window"),
}
_STATES = {CheckState.GOOD: _l("good"), CheckState.BAD: _l("BAD"), CheckState.ABSENT: _l("absent")}
_OUTCOMES = {
    SelfTestOutcome.GOOD: _l("Everything that Facteur needs works on this PC."),
    SelfTestOutcome.INCOMPLETE: _l("What is there works; something that Facteur needs is still missing on this PC."),
    SelfTestOutcome.BAD: _l(
        "Something does not work on this PC. This report holds no secret: send it to your support."
    ),
}


def check_line(check: Check) -> str:
    """Return one line of the report, without the remedy."""
    line = f"{_STATES[check.state]!s:8}{_PARTS[check.name]}"
    said = check_sentence(check)
    return f"{line}: {said}" if said else line


def check_sentence(check: Check) -> str:
    """Return what came of a check: its detail, or its failure's sentence."""
    return explain(check.failure).sentence if check.failure else check.detail


def check_remedy(check: Check) -> str:
    """Return what to do about a check that is not good, "" where there is nothing to do."""
    if check.failure:
        return explain(check.failure).remedy
    return str(TEXTS["self_test"][1]) if check.state is CheckState.BAD else ""


def outcome_sentence(outcome: SelfTestOutcome) -> str:
    """Return what all checks say together."""
    return str(_OUTCOMES[outcome])


def languages_detail(counts: dict[str, int]) -> str:
    """Return how many texts each language has."""
    return ", ".join(_("%(language)s: %(count)d texts", language=name, count=count) for name, count in counts.items())
