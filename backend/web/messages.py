"""Every failure in words of the shop: what happened, and what to do now; and the labels of fixed lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import LazyString, format_decimal
from flask_babel import lazy_gettext as _l

from backend.domain.attachment import AttachmentsTooBigError
from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError, InvalidInputError
from backend.domain.formula.errors import FormulaError
from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import ForbiddenMoveError, MailState, RecipientResult, RecipientStatus, SendingPhase
from backend.usecases.located_json import ImportFileError
from backend.web import formula_messages, input_messages
from backend.web.failure_messages import TEXTS, UNFORESEEN
from backend.web.format import file_size
from backend.web.mail_messages import OF_A_TEST, mail_text
from backend.web.message_text import Text


@dataclass(frozen=True, slots=True)
class Explanation:
    """One sentence with the cause, one with the remedy, and the stable code."""

    sentence: str
    remedy: str
    cause: str


def explain(error: FacteurError) -> Explanation:
    """Return what to tell a person of a failure, in the language of this request."""
    sentence, remedy = _text_of(error)
    facts = _shown_facts(error)
    return Explanation(_filled(sentence, facts), _filled(remedy, facts), error.cause_code)


def explain_test(error: FacteurError) -> Explanation:
    """Return what to tell of a test mail that failed: it has no customer, no file and no text to change."""
    explained = explain(error)
    if isinstance(error, MailFailure) and error.mail_cause in OF_A_TEST:
        return replace(explained, remedy=str(OF_A_TEST[error.mail_cause]))
    return explained


def explain_recipient(result: RecipientResult) -> Explanation:
    """Return what became of one recipient."""
    if result.mail_cause is None:
        return Explanation(str(recipient_label(result.status)), "", result.status.value)
    facts = {"host": "", "port": "", "detail": "", "reply": result.reply}
    sentence, remedy = mail_text(result.mail_cause, detail="", reply=result.reply)
    return Explanation(_filled(sentence, facts), _filled(remedy, facts), result.mail_cause.value)


def _text_of(error: FacteurError) -> Text:
    if isinstance(error, MailFailure):
        return mail_text(error.mail_cause, detail=error.detail, reply=error.reply)
    if isinstance(error, InvalidInputError):
        reason = "email_missing" if error.reason == "email" and not error.value else error.reason
        return input_messages.TYPED.get(reason, input_messages.UNKNOWN_REASON)
    if isinstance(error, FormulaError):
        return formula_messages.PLACE, formula_messages.formula_text(error.reason, error.suggestion)[1]
    if isinstance(error, ImportFileError):
        return _import_sentence(error), input_messages.IN_FILE_REMEDY
    facts = error.facts()
    kind = facts.get("reason") or facts.get("kind") or facts.get("engine") or ""
    return TEXTS.get(f"{error.cause_code}.{kind}") or TEXTS.get(error.cause_code) or UNFORESEEN


def _import_sentence(error: ImportFileError) -> LazyString:
    if not error.line:
        return input_messages.IN_FILE_WHOLE
    return input_messages.IN_FILE_AT_FIELD if error.where else input_messages.IN_FILE_AT_LINE


def _fault_in_file(reason: str) -> LazyString:
    """Return what is wrong in a file; what could be typed as well is said in the words of the form."""
    typed = input_messages.TYPED.get(reason)
    return input_messages.IN_FILE.get(reason) or (typed[0] if typed else input_messages.IN_FILE_UNKNOWN)


def _shown_facts(error: FacteurError) -> dict[str, object]:
    """Return the facts as people read them: states by their labels, amounts in euros, sizes in kilobytes."""
    facts = dict(error.facts())
    if isinstance(error, ForbiddenMoveError):
        facts["from_state"] = state_label(MailState(error.from_state))
    if isinstance(error, InvalidInputError) and error.reason == "payments_missing":
        facts["euros"] = format_decimal(Decimal(error.value) / 100, "#,##0.00")
    if isinstance(error, MailFailure) and error.detail.isdecimal():
        facts["limit"] = file_size(int(error.detail))
    if isinstance(error, FormulaError):
        facts["fault"] = _filled(formula_messages.formula_text(error.reason, error.suggestion)[0], facts)
    if isinstance(error, AttachmentsTooBigError):
        facts |= {"size": file_size(error.size_bytes), "limit": file_size(error.limit_bytes)}
    if isinstance(error, ImportFileError):
        facts["fault"] = _filled(_fault_in_file(error.reason), facts).rstrip(".")
    return facts


def _filled(text: LazyString, facts: Mapping[str, object]) -> str:
    return str(text) % facts


_STATES: Mapping[MailState, LazyString] = {
    MailState.DRAFT: _l("in preparation"),
    MailState.QUEUED: _l("waiting"),
    MailState.SENDING: _l("being sent"),
    MailState.SENT: _l("sent"),
    MailState.DEFERRED: _l("put off"),
    MailState.REJECTED: _l("refused"),
    MailState.FAILED: _l("not sent"),
    MailState.UNKNOWN: _l("perhaps sent"),
    MailState.CANCELLED: _l("cancelled"),
}
_RECIPIENTS: Mapping[RecipientStatus, LazyString] = {
    RecipientStatus.PENDING: _l("not sent yet"),
    RecipientStatus.ACCEPTED: _l("accepted"),
    RecipientStatus.REJECTED: _l("refused"),
    RecipientStatus.DEFERRED: _l("put off"),
}
_DOCUMENTS: Mapping[DocumentType, LazyString] = {
    DocumentType.TICKET: _l("Till ticket"),
    DocumentType.CREDIT: _l("Credit note"),
    DocumentType.CLOSING: _l("Closing"),
}
_PHASES: Mapping[SendingPhase, LazyString] = {
    SendingPhase.CONNECTING: _l("Connecting"),
    SendingPhase.ENVELOPE: _l("Announcing sender and recipients"),
    SendingPhase.DATA: _l("Sending the mail"),
    SendingPhase.FINAL_DOT: _l("Waiting for the server's answer"),
}
_STEPS: Mapping[str, LazyString] = {
    "name_found": _l("Server found"),
    "connected": _l("Connected"),
    "encrypted": _l("Encrypted"),
    "signed_in": _l("Signed in"),
    "sender_accepted": _l("Sender accepted"),
    "recipient_accepted": _l("Recipient accepted"),
    "message_accepted": _l("Mail accepted"),
    "client_found": _l("Mail program found"),
    "handed_over": _l("Handed to the mail program"),
    "pdf_engine": _l("PDF printer"),
    "pdf_folder": _l("Folder: there, and may be written to"),
    "pdf_made": _l("PDF made"),
    "pdf_read": _l("PDF read again: text, fonts, width and scale are right"),
}


def state_label(state: MailState) -> str:
    """Return what a mail is: sent, waiting..."""
    return str(_STATES[state])


def recipient_label(status: RecipientStatus) -> str:
    """Return what the server said of a recipient."""
    return str(_RECIPIENTS[status])


def document_type_label(document_type: DocumentType) -> str:
    """Return the name of a document type."""
    return str(_DOCUMENTS[document_type])


def phase_label(phase: SendingPhase) -> str:
    """Return what a sending is doing."""
    return str(_PHASES[phase])


def step_label(name: str) -> str:
    """Return the name of a finished step of a sending (`SendingWatch.step`)."""
    return str(_STEPS[name])
