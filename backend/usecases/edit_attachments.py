"""Add files to a mail behind its PDF, and take them out again; all of it before it is sent (PRODUCT E3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.domain.attachment import (
    ADDED_MAX,
    AttachmentGoneError,
    AttachmentsTooBigError,
    TooManyAttachmentsError,
    mail_bytes,
    media_type_of,
    safe_name,
    smallest_limit,
)
from backend.domain.errors import FacteurError, InvalidInputError, NotFoundError
from backend.domain.outgoing_mail import Attachment, OutgoingMail
from backend.domain.sender_profile import SendingMode
from backend.ports import Services
from backend.usecases.edit_draft import editable_mail, taken_back

LIMIT_PREFERENCE = "attachments-limit-bytes"
OWN_LIMIT_MAX = 40  # megabytes: with more, no mailbox known takes a mail
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class AddedFile:
    """A file as it was given: its name, perhaps a hostile one, and what it holds."""

    name: str
    content: bytes


def add_files(mail_id: str, files: Sequence[AddedFile], services: Services) -> OutgoingMail:
    """Keep files, sealed, behind the PDF: all or none of them.

    Raises AttachmentsTooBigError, TooManyAttachmentsError, NotFoundError, ForbiddenMoveError, SecretsUnavailableError,
    StorageError.
    """
    with services.outbox.claim(mail_id):
        mail = editable_mail(mail_id, services)
        _refuse_too_much(mail, files, services)
        added: list[Attachment] = []
        try:
            for file in files:
                name = _free_name(safe_name(file.name), [*mail.attachments, *added])
                added.append(services.outbox.keep_file(mail_id, name, media_type_of(name), file.content))
            return _saved(mail, (*mail.attachments, *added), services)
        except FacteurError:
            for attachment in added:
                services.outbox.forget_file(attachment)
            raise


def remove_file(mail_id: str, key: str, services: Services) -> OutgoingMail:
    """Take out the added file of this key, if it is still there; raises NotFoundError, ForbiddenMoveError."""
    with services.outbox.claim(mail_id):
        mail = editable_mail(mail_id, services)
        return _without(mail, [file for file in mail.added_files if file.key == key], services)


def reset_files(mail_id: str, services: Services) -> OutgoingMail:
    """Take out every added file (*réinitialiser*); raises NotFoundError, ForbiddenMoveError, StorageError."""
    with services.outbox.claim(mail_id):
        mail = editable_mail(mail_id, services)
        return _without(mail, mail.added_files, services)


def size_limit(user: str, services: Services) -> int:
    """Return how many bytes a mail of this user may have: what his server said last, and the shop's own limit."""
    sender = services.settings.sender_profile(user)
    has_server = sender is not None and sender.mode is not SendingMode.MAIL_CLIENT
    servers = sender.tested_size_limit if sender is not None and has_server else 0
    return smallest_limit(own_limit(services) * _MEGABYTE, servers)


def own_limit(services: Services) -> int:
    """Return the shop's own limit of a mail in megabytes, 0 where there is none."""
    own = services.settings.preference(LIMIT_PREFERENCE)
    return int(own) // _MEGABYTE if own.isdecimal() else 0


def save_own_limit(megabytes: int, services: Services) -> None:
    """Set the shop's own limit, 0 for none; raises InvalidInputError("megabytes", "megabytes")."""
    if not 0 <= megabytes <= OWN_LIMIT_MAX:
        raise InvalidInputError("megabytes", "megabytes", str(OWN_LIMIT_MAX))
    services.settings.save_preference(LIMIT_PREFERENCE, str(megabytes * _MEGABYTE) if megabytes else "")


def size_of(mail: OutgoingMail) -> int:
    """Return about how big a mail is, in bytes."""
    return mail_bytes(_size(attachment) for attachment in mail.attachments)


def note_size_limit(user: str, limit: int, services: Services) -> None:
    """Remember what a user's server takes (RFC 1870), 0 for no limit."""
    sender = services.settings.sender_profile(user)
    if sender is not None and sender.tested_size_limit != limit:
        services.settings.save_sender_profile(replace(sender, tested_size_limit=limit))


def with_contents(mail: OutgoingMail, services: Services) -> OutgoingMail:
    """Return a mail with its sealed files open, for who sends it; raises AttachmentGoneError."""
    if not any(attachment.is_sealed for attachment in mail.attachments):
        return mail
    return replace(mail, attachments=tuple(_opened(mail.id, each, services) for each in mail.attachments))


def _opened(mail_id: str, attachment: Attachment, services: Services) -> Attachment:
    if not attachment.is_sealed:
        return attachment
    try:
        return replace(attachment, content=services.outbox.file_content(mail_id, attachment))
    except NotFoundError:
        raise AttachmentGoneError(attachment.name) from None


def _refuse_too_much(mail: OutgoingMail, files: Sequence[AddedFile], services: Services) -> None:
    if len(mail.added_files) + len(files) > ADDED_MAX:
        raise TooManyAttachmentsError
    sizes = [*(_size(attachment) for attachment in mail.attachments), *(len(file.content) for file in files)]
    limit = size_limit(mail.user, services)
    if mail_bytes(sizes) > limit:
        biggest = max(files, key=lambda file: len(file.content))
        raise AttachmentsTooBigError(safe_name(biggest.name), mail_bytes(sizes), limit)


def _size(attachment: Attachment) -> int:
    if attachment.is_sealed:
        return attachment.size_bytes
    return attachment.path.stat().st_size if attachment.path.is_file() else 0


def _free_name(name: str, taken: Sequence[Attachment]) -> str:
    """Return a name that no other file of the mail has: `photo (2).jpg`."""
    names = {attachment.name.casefold() for attachment in taken}
    stem, dot, ending = name.rpartition(".")
    candidates = (f"{stem} ({number}).{ending}" if dot else f"{name} ({number})" for number in range(2, 1000))
    return name if name.casefold() not in names else next(each for each in candidates if each.casefold() not in names)


def _without(mail: OutgoingMail, gone: Sequence[Attachment], services: Services) -> OutgoingMail:
    if not gone:
        return mail
    changed = _saved(mail, tuple(each for each in mail.attachments if each not in gone), services)
    for attachment in gone:
        services.outbox.forget_file(attachment)
    return changed


def _saved(mail: OutgoingMail, attachments: tuple[Attachment, ...], services: Services) -> OutgoingMail:
    changed = taken_back(replace(mail, attachments=attachments))
    services.outbox.save(changed)
    return changed
