"""Added files: safe names, risky kinds, sizes and limits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from backend.domain.attachment import (
    ADDED_MAX,
    LIMIT_BYTES,
    AttachmentGoneError,
    AttachmentsTooBigError,
    TooManyAttachmentsError,
    is_risky,
    mail_bytes,
    media_type_of,
    safe_name,
    smallest_limit,
)
from backend.domain.mail_failure import MailCause, MailFailure
from backend.domain.outgoing_mail import MailState, OutgoingMail
from backend.usecases.edit_attachments import LIMIT_PREFERENCE, AddedFile, add_files, size_limit, with_contents
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.queue_mail import queue_mail
from backend.usecases.send_mail import cancel_mail, send_mail
from tests.builders import a_company, a_customer, a_tested_sender, a_ticket, a_till
from tests.fakes import FakeServices

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path / "shop")
    services.settings.save_company(a_company())
    services.shop.save([a_till("C1")])
    services.customers.save([a_customer()])
    services.settings.save_sender_profile(a_tested_sender("DUPOND"))
    return services


@pytest.fixture
def mail(shop: FakeServices) -> OutgoingMail:
    recorded = shop.tickets.record(a_ticket(customer_code="MARTIN"))
    return prepare_sending(recorded.ticket.key, "80mm", "DUPOND", shop)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Garantie perceuse.pdf", "Garantie perceuse.pdf"),
        (r"C:\Users\Zoé\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nBcc: x@y.fr", "a Bcc- x@y.fr"),
        ("facture\u202efdp.exe", "facture fdp.exe"),
        ("a<b>|c?.pdf", "a-b--c-.pdf"),
        ("con.txt", "_con.txt"),
        ("...", "document"),
        ("", "document"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@pytest.mark.parametrize(("name", "risky"), [("a.EXE", True), ("b.docm", True), ("c.pdf.js", True), ("d.pdf", False)])
def test_a_file_that_could_run_is_risky(name: str, risky: bool) -> None:
    assert is_risky(name) is risky


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.pdf", "application/pdf"), ("a.html", "application/octet-stream"), ("a", "application/octet-stream")],
)
def test_a_media_type_comes_of_the_name(name: str, kind: str) -> None:
    assert media_type_of(name) == kind


def test_the_size_of_a_mail_counts_base64_with_its_line_ends() -> None:
    assert mail_bytes([57_000_000]) - mail_bytes([]) == 78_000_000


def test_the_smallest_limit_counts_and_none_is_the_usual_one() -> None:
    assert smallest_limit(0, 5, 7) == 5
    assert smallest_limit(0, 0) == LIMIT_BYTES


def test_two_files_of_one_name_get_two_names(shop: FakeServices, mail: OutgoingMail) -> None:
    files = [AddedFile("a.txt", b"1"), AddedFile("A.txt", b"2"), AddedFile("C1-1-BRICO.pdf", b"3")]
    changed = add_files(mail.id, files, shop)
    assert [each.name for each in changed.added_files] == ["a.txt", "A (2).txt", "C1-1-BRICO (2).pdf"]
    assert [each.content for each in with_contents(changed, shop).added_files] == [b"1", b"2", b"3"]


def test_more_files_than_a_mail_takes_are_refused_whole(shop: FakeServices, mail: OutgoingMail) -> None:
    with pytest.raises(TooManyAttachmentsError):
        add_files(mail.id, [AddedFile(f"{n}.txt", b"x") for n in range(ADDED_MAX + 1)], shop)
    assert shop.outbox.files == {}


def test_the_shop_may_set_a_lower_limit_than_the_server(shop: FakeServices, mail: OutgoingMail) -> None:
    shop.settings.save_preference(LIMIT_PREFERENCE, "1000000")
    with pytest.raises(AttachmentsTooBigError) as caught:
        add_files(mail.id, [AddedFile("a.bin", bytes(2_000_000))], shop)
    assert (caught.value.name, caught.value.limit_bytes) == ("a.bin", 1_000_000)


def test_the_limit_that_a_server_names_is_remembered(shop: FakeServices, mail: OutgoingMail) -> None:
    shop.transport.failure = MailFailure(MailCause.MESSAGE_TOO_BIG, "smtp.example", 587, detail="5000000")
    send_mail(mail.id, shop)
    assert size_limit("DUPOND", shop) == 5_000_000
    sender = shop.settings.sender_profile("DUPOND")
    assert sender is not None
    assert sender.gate_is_open, "it is no setting"


def test_a_waiting_mail_that_gets_a_file_waits_no_more(shop: FakeServices, mail: OutgoingMail) -> None:
    queue_mail(mail.id, shop)
    assert add_files(mail.id, [AddedFile("a.txt", b"x")], shop).state is MailState.DRAFT


def test_files_are_erased_with_the_mail(shop: FakeServices, mail: OutgoingMail) -> None:
    add_files(mail.id, [AddedFile("a.txt", b"x")], shop)
    cancel_mail(mail.id, shop, keep_pdf=True)
    assert shop.outbox.files == {}


def test_a_vanished_file_stops_the_sending_before_anything_leaves(shop: FakeServices, mail: OutgoingMail) -> None:
    add_files(mail.id, [AddedFile("a.txt", b"x")], shop)
    shop.outbox.files.clear()
    with pytest.raises(AttachmentGoneError) as caught:
        send_mail(mail.id, shop)
    assert caught.value.name == "a.txt"
    assert replace(shop.outbox.find(mail.id), attachments=()) == replace(mail, attachments=())
