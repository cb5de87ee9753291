"""The judge of the fault campaign: what it calls lost, doubled and wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.domain.outgoing_mail import MailState
from tests.builders import a_mail
from tests.fault_shop import Counts

SENT, QUEUED, UNKNOWN = MailState.SENT, MailState.QUEUED, MailState.UNKNOWN


@pytest.mark.parametrize(
    ("state", "copies", "faults"),
    [
        (SENT, 1, (0, 0, 0)),
        (SENT, 0, (1, 0, 0)),
        (SENT, 2, (0, 1, 0)),
        (QUEUED, 0, (0, 0, 0)),
        (QUEUED, 1, (0, 0, 1)),
        (UNKNOWN, 1, (0, 0, 1)),
        (MailState.FAILED, 1, (0, 0, 1)),
        (MailState.SENDING, 0, (0, 0, 1)),
        (MailState.CANCELLED, 0, (1, 0, 0)),
    ],
)
def test_a_mail_is_judged_by_its_state_and_its_copies(
    state: MailState, copies: int, faults: tuple[int, int, int]
) -> None:
    counts, mail = Counts(), replace(a_mail(), state=state)
    counts.add([mail], {mail.message_id: copies}, may_be_unknown=False)
    assert counts.faults == faults


def test_what_still_waits_at_the_end_is_wrong_and_what_nobody_can_know_is_not() -> None:
    counts = Counts()
    counts.add([replace(a_mail(), state=QUEUED)], {}, may_be_unknown=True, is_over=True)
    counts.add([replace(a_mail(), state=UNKNOWN)], {}, may_be_unknown=True, is_over=True)
    assert (counts.faults, counts.uncertain) == ((0, 0, 1), 1)
