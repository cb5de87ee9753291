"""Make the draft of a ticket's mail: PDF, recipients, subject and message filled in (PRODUCT E1 to E3)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace

from backend.domain.document_type import DocumentType
from backend.domain.email_address import split_addresses
from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.field_catalogue import TicketSources
from backend.domain.mail_failure import MailFailure, SenderNotSetError, SenderNotTestedError
from backend.domain.mail_template import MailTemplate, default_template, fill_text
from backend.domain.outgoing_mail import Attachment, OutgoingMail
from backend.domain.plain_text import one_line
from backend.domain.sender_profile import SenderProfile, SendingMode
from backend.domain.ticket import Ticket, TicketNumber
from backend.ports import Services
from backend.usecases.fill_mail_text import ticket_sources
from backend.usecases.find_logo import logo_for_mail
from backend.usecases.make_ticket_pdf import (
    choose_layout,
    make_ticket_pdf,
    next_reprint,
    note_last_layout,
    remove_folder,
)

_log = logging.getLogger(__name__)


def sender_of(user: str, services: Services) -> SenderProfile:
    """Return a user's sender settings; raises SenderNotSetError."""
    profile = services.settings.sender_profile(user)
    if profile is None or not profile.email:
        raise SenderNotSetError(user)
    return _with_relay(profile, services) if profile.mode is SendingMode.RELAY else profile


def tested_sender_of(user: str, services: Services) -> SenderProfile:
    """Return a user's sender settings once their test has succeeded; raises SenderNotTestedError (PRODUCT B6)."""
    profile = sender_of(user, services)
    if not profile.gate_is_open:
        raise SenderNotTestedError(user)
    return profile


def _with_relay(profile: SenderProfile, services: Services) -> SenderProfile:
    """Note which relay is in force: another one than was tested closes the gate, as any change does."""
    try:
        relay = services.relay()
        version = relay.version if relay else ""
    except MailFailure:
        version = "unreadable"  # the test says why
    if version == profile.relay_version:
        return profile
    changed = replace(profile, relay_version=version)
    services.settings.save_sender_profile(changed)
    return changed


def new_mail_id() -> str:
    """Return a new id, for who must name a sending before it is prepared."""
    return secrets.token_hex(16)


def prepare_sending(
    key: TicketNumber, layout_id: str, user: str, services: Services, *, mail_id: str = ""
) -> OutgoingMail:
    """Make the PDF and keep a filled-in draft, under `mail_id` if it is given; nothing leaves.

    Raises NotFoundError, SenderNotSetError, PdfFailure, PdfEngineMissingError, StorageError, SecretsUnavailableError.
    """
    recorded = services.tickets.find(key)
    sender = sender_of(user, services)
    layout = choose_layout(recorded, layout_id, services)
    mail_id = mail_id or new_mail_id()
    reprint = next_reprint(str(key), services)
    pdf = make_ticket_pdf(recorded, layout, mail_id, services, reprint=reprint)
    note_last_layout(key.till_code, layout, services)
    template = template_of(recorded.ticket.kind, services)
    subject, body = _filled_texts(template, ticket_sources(recorded.ticket, services))
    recipients = default_recipients(recorded.ticket, template, services)
    cc = _others(template.cc, recipients) if recorded.ticket.kind.may_copy else ()
    bcc = _others(template.bcc, (*recipients, *cc)) if recorded.ticket.kind.may_copy else ()
    mail = OutgoingMail(
        id=mail_id,
        ticket_key=str(key),
        document_type=recorded.ticket.kind,
        user=user,
        created_at=services.clock.now(),
        message_id=f"<{secrets.token_hex(16)}@{sender.email.rpartition('@')[2]}>",
        recipients=recipients,
        subject=subject,
        body=body,
        attachments=(Attachment(pdf.path.name, pdf.path, "application/pdf"),),
        pdf_sha256=pdf.sha256,
        layout_id=layout.id,
        reprint=reprint,
        cc=cc,
        bcc=bcc,
        priority=sender.priority,
        delivery_notification=sender.delivery_notification,
        read_receipt=sender.read_receipt,
        has_html=template.has_html,
        logo=logo_for_mail(recorded.ticket.company, services) if template.has_html else None,
    )
    try:
        services.outbox.save(mail)
    except FacteurError:
        remove_folder(pdf.path.parent)
        raise
    return mail


def _filled_texts(template: MailTemplate, sources: TicketSources) -> tuple[str, str]:
    """Return subject and message; where a formula fails for this ticket, the usual text: a till must go on."""
    usual = default_template(template.document_type)
    texts = []
    for text, other in ((template.subject, usual.subject), (template.body, usual.body)):
        filled = fill_text(text, template.placeholders, sources)
        if filled.fault:
            _log.warning("the formula of a %s mail fails: %s", template.document_type.value, filled.fault.reason)
            filled = fill_text(other, usual.placeholders, sources)
        texts.append(filled.text)
    return one_line(texts[0]), texts[1]


def default_recipients(ticket: Ticket, template: MailTemplate, services: Services) -> tuple[str, ...]:
    """Return the addresses that the settings fill in; a walk-in has none of his own."""
    addresses: list[str] = []
    try:
        customer = services.customers.find(ticket.customer_code)
        if template.to_billing_address:
            addresses.append(customer.billing_address.email)
        if template.to_main_contact and customer.main_contact:
            addresses.append(services.customers.contact(customer.main_contact).email)
    except NotFoundError:
        pass  # the ticket of another till may name a customer that isn't kept here
    return split_addresses(";".join([*addresses, *template.free_addresses]))


def _others(addresses: Sequence[str], named: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses that get no mail yet: nobody gets two."""
    known = {address.casefold() for address in named}
    return tuple(address for address in addresses if address.casefold() not in known)


def template_of(document_type: DocumentType, services: Services) -> MailTemplate:
    """Return the mail setting of a document type; where it was deleted, the one of a first start."""
    return services.settings.mail_template(document_type) or default_template(document_type)
