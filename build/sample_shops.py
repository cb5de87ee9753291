"""The shops whose pages are pictured (screens.py) and examined (tests/e2e): each in a folder of its own for a while."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.ports import Services

PASSWORD = "4711"  # noqa: S105 - of a shop that lives for a minute
# The sample shop; a shop before its first start; one after it, with an administrator and nothing else; the sample shop
# with a mail server that takes nothing; with sender settings that were never tested; one that awaits its passphrase.
SHOPS = ("training", "new", "started", "failing", "closed", "protected")
# Mails that the screens of sendings show.
DRAFT, FAILED, PARTIAL, UNKNOWN, CLOSED, WAITING, HANDED, DOWN = (letter * 32 for letter in "dfabc123")


@contextmanager
def sample_shops() -> Iterator[dict[str, Services]]:
    """Open the shops of SHOPS; the sample shop has one mail in its practice mailbox."""
    from backend.bootstrap import open_services
    from backend.domain.shop import Company
    from backend.domain.ticket import TicketNumber
    from backend.domain.user import Role, User
    from backend.usecases.make_backup import make_daily_backup
    from backend.usecases.manage_users import save_user
    from backend.usecases.prepare_sending import prepare_sending
    from backend.usecases.send_ticket import SendingWishes, send_ticket
    from backend.usecases.start_shop import start_shop

    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"  # a PC without a keyring asks where passwords go
    with ExitStack() as stack:
        shops: dict[str, Services] = {}
        for shop in SHOPS:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            if shop == "protected":
                with open_services(folder, training=False) as before:
                    before.enter_passphrase("trois mots à moi")
            shops[shop] = stack.enter_context(open_services(folder, training=shop == "training", lasting=True))
        wishes = SendingWishes(to="compta@atelier-duval.example")
        send_ticket(TicketNumber("C1", 4), "DUPOND", wishes, shops["training"])
        prepare_sending(TicketNumber("C1", 4), "80mm", "DUPOND", shops["training"], mail_id=DRAFT)
        for shop in SHOPS[2:]:
            start_shop("Martin", PASSWORD, Company("BRICO"), shops[shop])
            # Her wrong passwords make nobody else wait.
            save_user(User("Julie", Role.CASHIER), PASSWORD, shops[shop].users)
        _fill_failing(shops["failing"], "Martin")
        _fill_closed(shops["closed"], "Martin")
        make_daily_backup(shops["closed"])
        yield shops


def _fill_failing(shop: Services, user: str) -> None:
    """Give a shop the sample sales and mails that did not leave; its mail server takes nothing."""
    from backend.domain.mail_failure import MailCause
    from backend.domain.outgoing_mail import MailState, RecipientResult, RecipientStatus
    from backend.domain.ticket import TicketNumber
    from backend.usecases.prepare_sending import prepare_sending

    _fill(shop, user, is_tested=True)
    accepted = RecipientResult(RecipientStatus.ACCEPTED, "250 2.1.5 Ok")
    unknown = RecipientResult(RecipientStatus.REJECTED, "550 5.1.1 …@…: unknown", MailCause.RECIPIENT_UNKNOWN)
    sent_to = ("compta@atelier-duval.example", "julien@atelier-duval.example")
    mails = [
        replace(prepare_sending(TicketNumber("C1", number), "80mm", user, shop, mail_id=mail_id), recipients=sent_to)
        for number, mail_id in ((4, FAILED), (3, PARTIAL), (2, UNKNOWN))
    ]
    shop.outbox.save(mails[0].sending().moved(MailState.FAILED, mail_cause=MailCause.LOGIN_REFUSED))
    shop.outbox.save(mails[1].sending().with_results(dict(zip(sent_to, (accepted, unknown), strict=True))))
    shop.outbox.save(mails[2].sending().moved(MailState.UNKNOWN, mail_cause=MailCause.ANSWER_LOST))
    waiting = replace(prepare_sending(TicketNumber("C1", 1), "80mm", user, shop, mail_id=WAITING), recipients=sent_to)
    put_off = waiting.sending().moved(MailState.DEFERRED, mail_cause=MailCause.NO_ANSWER)
    shop.outbox.save(replace(put_off, next_try_at=shop.clock.now() + timedelta(minutes=15)))
    handed = replace(prepare_sending(TicketNumber("C1", 1), "80mm", user, shop, mail_id=HANDED), recipients=sent_to)
    shop.outbox.save(handed.sending().moved(MailState.UNKNOWN, mail_cause=MailCause.HANDED_OVER))
    down = replace(prepare_sending(TicketNumber("C1", 1), "80mm", user, shop, mail_id=DOWN), recipients=sent_to)
    shop.outbox.save(down.sending().moved(MailState.DEFERRED, mail_cause=MailCause.NO_ANSWER))
    expired = prepare_sending(TicketNumber("C1", 2), "80mm", user, shop)
    shop.outbox.save(replace(expired, state=MailState.CANCELLED, mail_cause=MailCause.EXPIRED))


def _fill_closed(shop: Services, user: str) -> None:
    """Give a shop the sample sales, a draft and a waiting mail, and sender settings that were never tested."""
    from backend.domain.outgoing_mail import MailState
    from backend.domain.ticket import TicketNumber
    from backend.usecases.prepare_sending import prepare_sending

    _fill(shop, user, is_tested=False)
    prepare_sending(TicketNumber("C1", 4), "80mm", user, shop, mail_id=CLOSED)
    waiting = replace(prepare_sending(TicketNumber("C1", 3), "80mm", user, shop), recipients=("client@example.org",))
    shop.outbox.save(waiting.moved(MailState.QUEUED))


def _fill(shop: Services, user: str, *, is_tested: bool) -> None:
    from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
    from backend.usecases.open_training import open_training

    shop.accept_unprotected_secrets()
    open_training(shop)
    sender = SenderProfile(
        user, "caisse@brico.example", "BRICO", host="localhost", port=1, security=ConnectionSecurity.STARTTLS
    )
    shop.settings.save_sender_profile(sender.tested(shop.clock.now()) if is_tested else sender)
