from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.mail_failure import MailCause
from backend.domain.mail_template import default_template
from backend.domain.outgoing_mail import ForbiddenMoveError, MailState, OutgoingMail, RecipientResult, RecipientStatus
from backend.domain.pdf_settings import PdfFailure
from backend.domain.sender_profile import Priority
from backend.domain.shop import PrinterKind
from backend.domain.ticket import TicketNumber
from backend.usecases.change_layout import change_layout
from backend.usecases.confirm_received import confirm_received
from backend.usecases.edit_draft import DraftTexts, accepted_recipients, check_draft, edit_draft
from backend.usecases.make_ticket_pdf import last_layout, next_reprint
from backend.usecases.prepare_sending import new_mail_id, prepare_sending
from backend.usecases.print_ticket import print_ticket
from backend.usecases.remember_layout import layout_without_question, remember_layout
from backend.usecases.send_mail import send_mail
from tests.builders import (
    a_company,
    a_logo,
    a_ticket,
    a_till,
    accepted,
)
from tests.fakes import FakeServices
from tests.unit.sending_shop import sending_shop

KEY = TicketNumber("C1", 1)
REFUSED = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1", MailCause.RECIPIENT_UNKNOWN)


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    return sending_shop(tmp_path)


@pytest.fixture
def draft(services: FakeServices) -> OutgoingMail:
    return prepare_sending(KEY, "80mm", "Zoé", services)


def typed(recipients: str, **changes: str) -> DraftTexts:
    return DraftTexts(recipients, changes.get("subject", "Votre ticket"), changes.get("body", "Bonjour"))


def test_a_sending_is_prepared_under_the_id_that_was_given_out(services: FakeServices) -> None:
    mail_id = new_mail_id()
    mail = prepare_sending(KEY, "", "Zoé", services, mail_id=mail_id)
    assert (mail.id, mail.pdf.path.parent.name) == (mail_id, mail_id)


def test_what_is_half_typed_is_kept_as_it_is(services: FakeServices, draft: OutgoingMail) -> None:
    edit_draft(draft.id, typed("Client@Example.ORG; x@", subject="Un\r\ndeux ", body="a\r\nb"), services)
    kept = services.outbox.find(draft.id)
    assert kept.recipients == ("Client@example.org", "x@")
    assert (kept.subject, kept.body) == ("Un deux", "a\nb")


def test_priority_and_receipts_are_kept(services: FakeServices, draft: OutgoingMail) -> None:
    texts = DraftTexts("a@x.fr", "s", "b", Priority.HIGH, delivery_notification=True, read_receipt=True)
    kept = edit_draft(draft.id, texts, services)
    assert (kept.priority, kept.delivery_notification, kept.read_receipt) == (Priority.HIGH, True, True)


def test_a_mail_without_change_stays_as_it_is(services: FakeServices, draft: OutgoingMail) -> None:
    texts = DraftTexts(";".join(draft.recipients), draft.subject, draft.body)
    assert edit_draft(draft.id, texts, services) == draft == services.outbox.find(draft.id)


@pytest.mark.parametrize(
    ("recipients", "reason"),
    [("", "recipients_missing"), ("x@", "email"), (";".join(f"a{n}@x.fr" for n in range(21)), "too_many_recipients")],
)
def test_only_sending_refuses_what_was_typed(
    services: FakeServices, draft: OutgoingMail, recipients: str, reason: str
) -> None:
    kept = edit_draft(draft.id, typed(recipients), services)
    with pytest.raises(InvalidInputError) as refused:
        check_draft(kept)
    assert (refused.value.where, refused.value.reason) == ("recipients", reason)


def test_who_has_the_mail_stays_and_who_is_taken_out_leaves_no_trace(
    services: FakeServices, draft: OutgoingMail
) -> None:
    edit_draft(draft.id, typed("a@x.fr; b@x.fr"), services)
    services.transport.answers = {"b@x.fr": REFUSED}
    send_mail(draft.id, services)
    changed = edit_draft(draft.id, typed("c@x.fr"), services)
    assert changed.recipients == ("a@x.fr", "c@x.fr")
    assert accepted_recipients(changed) == ("a@x.fr",)
    assert set(changed.results) == {"a@x.fr"}
    services.transport.answers = {}
    assert send_mail(draft.id, services).mail.state is MailState.SENT


def test_an_ended_or_uncertain_mail_can_not_be_changed(services: FakeServices, draft: OutgoingMail) -> None:
    edit_draft(draft.id, typed("a@x.fr"), services)
    services.transport.refuse(MailCause.ANSWER_LOST)
    send_mail(draft.id, services)
    with pytest.raises(ForbiddenMoveError):
        edit_draft(draft.id, typed("b@x.fr"), services)


def test_the_customers_word_ends_an_uncertain_mail(services: FakeServices, draft: OutgoingMail) -> None:
    edit_draft(draft.id, typed("a@x.fr"), services)
    services.transport.refuse(MailCause.ANSWER_LOST)
    send_mail(draft.id, services)
    confirm_received(draft.id, services)
    ended = services.outbox.find(draft.id)
    assert (ended.state, ended.recipients) == (MailState.SENT, ())
    assert not draft.pdf.path.parent.exists()
    assert [(entry.event, entry.mail_cause) for entry in services.journal.all][-1] == ("mailed", "answer_lost")


def test_a_draft_can_not_be_called_received(services: FakeServices, draft: OutgoingMail) -> None:
    with pytest.raises(ForbiddenMoveError):
        confirm_received(draft.id, services)


def test_another_layout_makes_another_pdf_of_the_same_draft(services: FakeServices, draft: OutgoingMail) -> None:
    edit_draft(draft.id, typed("a@x.fr"), services)
    changed = change_layout(draft.id, "a4", services)
    assert changed.layout_id == "a4"
    assert changed.pdf_sha256 != draft.pdf_sha256
    assert changed.pdf.path == draft.pdf.path
    assert changed.recipients == ("a@x.fr",)
    assert [folder.name for folder in services.pdf_folder.iterdir()] == [draft.id]
    assert last_layout("C1", services) == "a4"


def test_a_layout_that_fails_leaves_the_draft_its_pdf(services: FakeServices, draft: OutgoingMail) -> None:
    before = draft.pdf.path.read_bytes()
    services.pdf_engine.failure = PdfFailure("hung")
    with pytest.raises(PdfFailure):
        change_layout(draft.id, "a4", services)
    assert draft.pdf.path.read_bytes() == before
    assert services.outbox.find(draft.id).layout_id == "80mm"


def test_the_tries_of_one_sending_count_as_one_issue(services: FakeServices, draft: OutgoingMail) -> None:
    edit_draft(draft.id, typed("a@x.fr; b@x.fr"), services)
    services.transport.answers = {"b@x.fr": REFUSED}
    send_mail(draft.id, services)
    services.transport.answers = {}
    send_mail(draft.id, services)
    assert [(entry.event, entry.recipient_count) for entry in services.journal.all] == [("mailed", 1), ("mailed", 1)]
    assert next_reprint(str(KEY), services) == 1


def test_a_printed_ticket_is_an_issue_once_it_was_shown(services: FakeServices) -> None:
    shown: list[Path] = []
    pdf = print_ticket(KEY, "80mm", "Zoé", services, shown.append)
    assert shown == [pdf.path]
    assert pdf.path.is_file()
    assert [entry.event for entry in services.journal.all] == ["printed"]
    assert next_reprint(str(KEY), services) == 1


def test_a_ticket_that_no_program_shows_was_not_printed(services: FakeServices) -> None:
    def no_viewer(path: Path) -> None:
        raise NotFoundError("program", str(path))

    with pytest.raises(NotFoundError):
        print_ticket(KEY, "80mm", "Zoé", services, no_viewer)
    assert services.journal.all == []
    assert list(services.pdf_folder.iterdir()) == []


def test_a_layout_is_asked_for_until_one_is_taken_always(services: FakeServices) -> None:
    assert layout_without_question("C1", services) == ""
    remember_layout("C1", "58mm", services, always=True)
    assert layout_without_question("C1", services) == "58mm"
    remember_layout("C1", "58mm", services, always=False)
    assert layout_without_question("C1", services) == ""


def test_a_layout_that_the_till_is_not_offered_any_more_is_asked_for_again(services: FakeServices) -> None:
    remember_layout("C1", "a4", services, always=True)
    services.settings.save_preference("layout:C1", "a4")
    services.shop.save([replace(a_till("C1"), printer=PrinterKind.SERIAL)])
    assert layout_without_question("C1", services) == ""
    assert last_layout("C1", services) == "80mm"


def test_other_documents_keep_their_pdf_when_the_customer_has_them(services: FakeServices, draft: OutgoingMail) -> None:
    unknown = replace(draft, document_type=DocumentType.CREDIT, recipients=("a@x.fr",)).sending()
    services.outbox.save(unknown.moved(MailState.UNKNOWN, mail_cause=MailCause.ANSWER_LOST))
    confirm_received(draft.id, services)
    assert draft.pdf.path.is_file()


def test_a_result_stays_with_an_address_that_is_typed_again(services: FakeServices, draft: OutgoingMail) -> None:
    services.outbox.save(replace(draft, recipients=("a@x.fr",), results={"a@x.fr": accepted()}))
    assert edit_draft(draft.id, typed("A@X.fr; a@x.fr"), services).recipients[0] == "a@x.fr"


def test_where_a_formula_fails_for_a_ticket_the_usual_text_is_filled_in(services: FakeServices) -> None:
    template = replace(
        default_template(DocumentType.TICKET),
        subject='formule="Ticket" & \n" " & TICKET.NUMERO & "\n"',
        body="formule=1 / (TICKET.LIGNES - 2)",
    )
    services.settings.save_mail_template(template)
    draft = prepare_sending(KEY, "80mm", "Zoé", services)
    assert draft.subject == "Ticket 1"
    assert draft.body.startswith("Bonjour,\n\nVeuillez trouver ci-joint votre ticket de caisse n° 1 du 24/11/2026.")


def test_a_mail_shows_the_logo_of_the_tickets_company_unless_it_is_text_alone(services: FakeServices) -> None:
    logo = a_logo()
    services.logos.save(logo)
    services.tickets.record(a_ticket(company=a_company(logo_sha256=logo.sha256)))
    key = TicketNumber("C1", 2)
    mail = prepare_sending(key, "80mm", "Zoé", services)
    assert mail.has_html
    assert mail.logo is not None
    assert prepare_sending(KEY, "80mm", "Zoé", services).logo is None
    services.settings.save_mail_template(replace(default_template(DocumentType.TICKET), has_html=False))
    plain = prepare_sending(key, "80mm", "Zoé", services)
    assert (plain.has_html, plain.logo) == (False, None)
