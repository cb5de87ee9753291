"""What a checked PDF is, in words of the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from backend.domain.outgoing_mail import JournalEntry
from backend.domain.pdf_verdict import PdfStanding, PdfVerdict
from backend.web.format import moment


@dataclass(frozen=True, slots=True)
class ExplainedVerdict:
    """Tone of the banner, title, sentence, and a line for each time the PDF was issued."""

    tone: str
    title: str
    sentence: str
    story: tuple[str, ...] = ()


def explain_verdict(verdict: PdfVerdict, now: datetime) -> ExplainedVerdict:
    """Return what to tell a person who asks whether a PDF is genuine."""
    number = str(verdict.ticket) if verdict.ticket else ""
    if verdict.standing is PdfStanding.GENUINE:
        story = tuple(_line(entry, now) for entry in verdict.issues)
        return ExplainedVerdict(
            "ok",
            _("Genuine: ticket %(number)s", number=number),
            _("This PDF was made here, and nothing in it has been changed since."),
            story,
        )
    if verdict.standing is PdfStanding.ALTERED:
        seal = (
            _("It bears the number and the seal of ticket %(number)s, but this very file was never issued here.")
            if verdict.seal_fits
            else _("It bears the number of ticket %(number)s with the seal of another one.")
        )
        advice = _("Rely on the recorded ticket, not on this file.")
        return ExplainedVerdict("bad", _("Altered"), f"{seal} {advice}" % {"number": number})
    return ExplainedVerdict(
        "warn",
        _("Unknown"),
        _("This PDF was not issued here, and no number and seal of a ticket of this shop can be read in it."),
    )


def _line(entry: JournalEntry, now: datetime) -> str:
    when = moment(entry.at, now)
    facts = {"when": when, "user": entry.user}
    lines = {
        "mailed": _("Mailed %(when)s by %(user)s", **facts),
        "printed": _("Printed %(when)s by %(user)s", **facts),
        "saved": _("Saved %(when)s by %(user)s", **facts),
    }
    line = str(lines.get(entry.event) or _("Made for a mail that has not left (%(when)s, %(user)s)", **facts))
    mark = _("DUPLICATA %(n)d", n=entry.reprint)
    return f"{line} · {mark}" if entry.reprint else line
