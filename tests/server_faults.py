"""What a mail server and the way to it may do to a sending (QUALITY), as scripts of the scripted server."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backend.domain.sender_profile import ConnectionSecurity
from tests.fault_shop import Campaign, FaultShop
from tests.servers.certificates import Certificates
from tests.servers.ports import closed_port
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import (
    CUT,
    LOST_ANSWER,
    LOST_ANSWER_BY_RESET,
    RESET,
    Answer,
    Script,
    Security,
    Step,
)

_ON_THE_WAY = (Step.CONNECT, Step.EHLO, Step.MAIL, Step.RCPT, Step.DATA)
_PUT_OFF = ("421 4.3.2 busy", "450 4.2.0 greylisted", "451 4.3.0 local error", "452 4.3.1 no room")
MESSAGE_BYTES = 4_500  # about what a mail of FaultShop is on the wire


@dataclass(frozen=True)
class ServerFault:
    """One fault: what the server does in one try, and how the sender's settings differ from the healthy ones."""

    script: Callable[[], Script]
    may_be_unknown: bool = False
    recipients: tuple[str, ...] = ()
    changes: Mapping[str, object] = field(default_factory=dict)
    is_down: bool = False  # nobody listens at all


def _at_random(answers: Callable[[], Answer], steps: tuple[Step, ...] = _ON_THE_WAY) -> Callable[[], Script]:
    return lambda: Script({random.choice(steps): (answers(),)})


def _cut_in_data() -> Script:
    return Script({Step.DATA: (Answer(cut_at_byte=random.randint(0, MESSAGE_BYTES)),)})


FAULTS: Mapping[str, ServerFault] = {
    "server down": ServerFault(Script, is_down=True),
    "server refuses the connection": ServerFault(lambda: Script({Step.CONNECT: (Answer("554 5.3.2 no"),)})),
    "server slow": ServerFault(lambda: Script(delay_per_reply_s=random.uniform(0, 0.02))),
    "server dripping": ServerFault(_at_random(lambda: Answer(drip_s=0.001), (*_ON_THE_WAY, Step.END_OF_DATA))),
    "cut before DATA": ServerFault(_at_random(lambda: random.choice((CUT, RESET)))),
    "cut at any byte of DATA": ServerFault(_cut_in_data, may_be_unknown=True),
    "answer to the final dot lost": ServerFault(
        lambda: Script({Step.END_OF_DATA: (random.choice((LOST_ANSWER, LOST_ANSWER_BY_RESET)),)}), may_be_unknown=True
    ),
    "closes at QUIT": ServerFault(lambda: Script({Step.QUIT: random.choice((CUT, RESET, Answer("421 4.4.2 bye")))})),
    "4xx, then fine": ServerFault(
        _at_random(lambda: Answer(random.choice(_PUT_OFF)), (*_ON_THE_WAY, Step.END_OF_DATA))
    ),
    "one of three recipients refused": ServerFault(
        lambda: Script(recipients={"non@client.test": Answer("550 5.1.1 unknown")}),
        recipients=("a@client.test", "non@client.test", "c@client.test"),
    ),
    "kept connection dead after a suspension": ServerFault(
        lambda: Script({Step.RSET: random.choice((CUT, RESET, Answer("421 4.4.2 timeout")))})
    ),
}


def tls_faults(certificates: Certificates) -> Mapping[str, ServerFault]:
    """Return the faults of encryption."""
    tls = {"host": "localhost", "security": ConnectionSecurity.TLS}

    def shows(name: str) -> Callable[[], Script]:
        return lambda: Script(security=Security.TLS, certificate=getattr(certificates, name))

    return {
        "TLS certificate expired": ServerFault(shows("expired"), changes=tls),
        "TLS certificate for another name": ServerFault(shows("wrong_host"), changes=tls),
        "plain on a TLS port": ServerFault(shows("good"), changes={"security": ConnectionSecurity.NONE}),
        "TLS on a plain port": ServerFault(Script, changes=tls),
    }


def run_server_fault(
    name: str, fault: ServerFault, shop: FaultShop, server: ScriptedSmtp, campaign: Campaign, *, tries: int
) -> tuple[int, int, int]:
    """Queue three mails a try, let them meet the fault, then a healthy server; return lost, doubled, wrong states."""
    counts = campaign.of(name)
    for _ in range(tries):
        server.play(fault.script())
        shop.sends_to(closed_port() if fault.is_down else server.port, **dict(fault.changes))  # type: ignore[arg-type]
        mails = [shop.queue(*fault.recipients) for _ in range(3)]
        shop.turn()
        counts.add(shop.now(mails), server.count_by_message_id(), may_be_unknown=fault.may_be_unknown)
        if fault.recipients:
            continue
        server.play(Script())
        shop.sends_to(server.port)
        shop.work_until_empty()
        counts.add(shop.now(mails), server.count_by_message_id(), may_be_unknown=fault.may_be_unknown, is_over=True)
        counts.tries += 1
    counts.tries = max(counts.tries, tries)
    return counts.faults
