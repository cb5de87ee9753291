"""The fields of a mail setting, what was typed into them, and the mails that they make."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import ngettext

from backend.domain.document_type import DocumentType
from backend.domain.email_address import likely_slip, parse_recipients, split_addresses
from backend.domain.errors import NotFoundError
from backend.domain.mail_template import MailTemplate
from backend.domain.mail_variables import VARIABLES_MAX
from backend.usecases.rehearse_mail import RehearsedMail, rehearse_mail
from backend.web.forms import Form
from backend.web.formula_fault import FormulaFault, fault_in, formula_help
from backend.web.messages import document_type_label
from backend.web.services import services

_LISTS = ("free_addresses", "cc", "bcc")
_TEXTS = ("subject", "body")


@dataclass(frozen=True, slots=True)
class Letter:
    """A rehearsed mail as the page shows it: whose it is, what is empty in it, its own type, why a formula fails."""

    mail: RehearsedMail
    title: str
    empty: list[str]
    other_type: str
    faults: list[FormulaFault]

    @property
    def paragraphs(self) -> list[str]:
        """Return the message at its empty lines."""
        return self.mail.body.text.split("\n\n")


def mail_type(text: str) -> DocumentType:
    """Return the document type of an address or form; raises NotFoundError("mail_template", ...)."""
    try:
        return DocumentType(text)
    except ValueError:
        raise NotFoundError("mail_template", text) from None


def template_values(template: MailTemplate) -> dict[str, str]:
    """Return what the fields show of a setting."""
    return {
        "subject": template.subject,
        "body": template.body,
        "to_billing_address": "yes" if template.to_billing_address else "",
        "to_main_contact": "yes" if template.to_main_contact else "",
        "has_html": "yes" if template.has_html else "",
        **{name: "; ".join(getattr(template, name)) for name in _LISTS},
    }


def typed_template(form: Form, known: MailTemplate) -> MailTemplate:
    """Return what stands in the fields, good or not."""
    return replace(
        known,
        subject=form["subject"],
        body=form["body"].replace("\r\n", "\n"),
        to_billing_address=form["to_billing_address"] == "yes",
        to_main_contact=form["to_main_contact"] == "yes",
        has_html=form["has_html"] == "yes",
        free_addresses=split_addresses(form["free_addresses"]),
        cc=split_addresses(form["cc"]),
        bcc=split_addresses(form["bcc"]),
    )


def read_mail_template(form: Form, known: MailTemplate) -> MailTemplate:
    """Return the typed setting; wrong addresses are noted, and likely slips until they were shown once."""
    for name in _LISTS:
        nobody: tuple[str, ...] = ()
        addresses = form.read(name, parse_recipients, nobody)
        seen = split_addresses(form["seen"])
        slips = [address for address in addresses if likely_slip(address) and address not in seen]
        if slips:
            note = _("“%(typed)s”: is %(meant)s meant? Correct it, or save again to keep it.")
            form.refuse(name, note % {"typed": slips[0], "meant": likely_slip(slips[0])})
    return typed_template(form, known)


def form_context(form: Form, template: MailTemplate) -> dict[str, object]:
    """Return what the page of a setting needs; the tab with the first fault is open."""
    faulty_texts = any(form.note(name) for name in _TEXTS)
    faulty_lists = any(form.note(name) for name in _LISTS)
    chosen = "recipients" if form["tab"] == "recipients" else "message"
    return {
        "form": form,
        "oob": False,
        "setting": template,
        "title": document_type_label(template.document_type),
        "tab": "message" if faulty_texts else "recipients" if faulty_lists else chosen,
        "variables_max": VARIABLES_MAX,
        "help": formula_help(),
        "seen": "; ".join(address for name in _LISTS for address in split_addresses(form[name])),
    }


def letters(typed: MailTemplate) -> list[Letter]:
    """Return the mails that the typed texts make on tickets of the shop; closings aren't tickets, and have none."""
    if typed.document_type is DocumentType.CLOSING:
        return []
    return [_letter(mail, typed) for mail in rehearse_mail(typed, services())]


def recipient_words(template: MailTemplate) -> list[str]:
    """Return to whom the mails of a type go, in words."""
    words = []
    if template.to_billing_address:
        words.append(_("billing address of the customer"))
    if template.to_main_contact:
        words.append(_("main contact of the customer"))
    if count := len(template.free_addresses):
        words.append(ngettext("%(num)s fixed address", "%(num)s fixed addresses", count))
    return words or [_("nobody: typed at each sending")]


def _letter(mail: RehearsedMail, typed: MailTemplate) -> Letter:
    titles = {"known": _("known customer"), "walk_in": _("walk-in, DIVERS"), "no_cashier": _("without a cashier")}
    name = document_type_label(mail.template.document_type)
    empty = {one.code: one.label for one in (*mail.subject.empty, *mail.body.empty)}
    is_other = mail.template.document_type is not typed.document_type
    texts = ((mail.template.subject, mail.subject.fault), (mail.template.body, mail.body.fault))
    faults = [fault_in(text, fault) for text, fault in texts if fault]
    return Letter(mail, titles.get(mail.kind, name), list(empty.values()), name if is_other else "", faults)
