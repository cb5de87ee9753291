"""The message itself (RFC 5322), made of an outgoing mail and its sender."""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from backend.adapters.atomic_file import storage_error
from backend.adapters.mail.mail_page import mail_page
from backend.adapters.mail.mime_parts import file_part, multipart, shown_part, text_part
from backend.domain.email_address import mask_addresses
from backend.domain.errors import InvalidInputError, NotFoundError
from backend.domain.outgoing_mail import Attachment, OutgoingMail
from backend.domain.plain_text import one_line, text_lines
from backend.domain.sender_profile import Priority, SenderProfile

_SEVEN_BITS = SMTP
# Headers with an accented address exist only where every server takes SMTPUTF8 (RFC 6531).
_UTF8_HEADERS = SMTPUTF8
_LINE_MAX = 76  # RFC 2047 2
_WORD_MAX = 60  # longer ones are cut, and so encoded
_PRIORITY_HEADERS = {
    Priority.HIGH: (("X-Priority", "1"), ("Importance", "high"), ("Priority", "urgent")),
    Priority.LOW: (("X-Priority", "5"), ("Importance", "low"), ("Priority", "non-urgent")),
}


def wire_address(address: str) -> str:
    """Return an address with its domain in ASCII (RFC 5891); raises InvalidInputError("email", "email")."""
    if address.rpartition("@")[2].isascii():
        return address
    from email_validator import EmailNotValidError, validate_email  # 25 ms, and hardly ever needed

    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise InvalidInputError("email", "email", address) from None
    return f"{checked.local_part}@{checked.ascii_domain}"


def build_message(mail: OutgoingMail, sender: SenderProfile, *, reply_to: str = "") -> bytes:
    """Return the whole message with CRLF line ends; Bcc is in the envelope alone.

    It is pure ASCII, but for the headers when the part before an `@` has accents.
    Raises NotFoundError("attachment", name), StorageError when an attachment can't be read.
    """
    named = (sender.email, reply_to, *mail.recipients, *mail.cc)
    is_plain = all(address.rpartition("@")[0].isascii() for address in named)
    head = EmailMessage(policy=_SEVEN_BITS if is_plain else _UTF8_HEADERS)
    _set_headers(head, mail, sender, reply_to)
    files = [
        file_part(one_line(attachment.name), attachment.media_type, _read(attachment))
        for attachment in mail.attachments
    ]
    headers = head.as_bytes().rstrip(b"\r\n") + _subject_line(mail.subject) + b"MIME-Version: 1.0\r\n"
    return headers + multipart("mixed", [_texts(mail, sender), *files])


def _texts(mail: OutgoingMail, sender: SenderProfile) -> bytes:
    """Return the message as text, beside it as a page, and with that the logo which it shows (RFC 2046, 2387)."""
    text = text_lines(mail.body)
    plain = text_part("plain", text)
    if not mail.has_html:
        return plain
    title = one_line(mail.subject)
    if not mail.logo:
        return multipart("alternative", [plain, text_part("html", mail_page(text, title))])
    logo_id = f"logo.{wire_address(mail.message_id.strip('<>'))}"
    page = mail_page(text, title, mail.logo, logo_id=logo_id, logo_name=one_line(sender.name))
    related = multipart("related", [text_part("html", page), shown_part(logo_id, mail.logo.png)], 'type="text/html"')
    return multipart("alternative", [plain, related])


def _subject_line(subject: str) -> bytes:
    """Return the header as it was meant: what looks like an encoded word (RFC 2047) in a subject is text too.

    EmailMessage would decode it, so the header is made here, from the line end before it to its own.
    """
    text = one_line(subject)
    is_plain = text.isascii() and "=?" not in text and max(map(len, text.split(" "))) <= _WORD_MAX
    encoded = Header(text, "us-ascii" if is_plain else "utf-8", maxlinelen=_LINE_MAX, header_name="Subject")
    return b"\r\nSubject: " + encoded.encode(linesep="\r\n").encode("ascii") + b"\r\n"


def _set_headers(message: EmailMessage, mail: OutgoingMail, sender: SenderProfile, reply_to: str) -> None:
    sender_address = _address(sender.email, sender.name)
    message["From"] = sender_address
    if mail.recipients:
        message["To"] = [_address(address) for address in mail.recipients]
    if mail.cc:
        message["Cc"] = [_address(address) for address in mail.cc]
    if reply_to:
        message["Reply-To"] = _address(reply_to)
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{wire_address(mail.message_id.strip('<>'))}>"
    for name, value in _PRIORITY_HEADERS.get(mail.priority, ()):
        message[name] = value
    if mail.read_receipt:
        message["Disposition-Notification-To"] = str(_address(reply_to or sender.email))  # RFC 8098 2.1


def _read(attachment: Attachment) -> bytes:
    if attachment.content is not None:
        return attachment.content
    try:
        return attachment.path.read_bytes()
    except FileNotFoundError:
        raise NotFoundError("attachment", attachment.name) from None
    except OSError as error:
        raise storage_error(attachment.path, error) from error


def _address(address: str, name: str = "") -> Address:
    local, _, domain = wire_address(address).rpartition("@")
    try:
        return Address(one_line(name), local, domain)
    except ValueError:
        raise InvalidInputError("email", "email", mask_addresses(address)) from None
