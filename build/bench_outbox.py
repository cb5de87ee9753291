"""S9, S10: a thousand mails from the outbox, and the memory that they leave behind."""

from __future__ import annotations

import os
import smtplib
import socket
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from backend.bootstrap import FolderServices, open_services
from backend.domain.outgoing_mail import MailState
from backend.domain.sender_profile import ConnectionSecurity, SenderProfile
from backend.domain.ticket import RecordedTicket
from backend.usecases.open_training import open_training
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.queue_mail import queue_mail
from backend.usecases.work_outbox import OutboxWork
from bench_sending import LAYOUT, a_ticket_of, one_shot
from measuring import Measured, Options, taken_ms
from tests.servers.scripted_smtp import ScriptedSmtp

_MAILS = 1000
_ROUND = 50  # mails, so that both sides take turns within one run
_USER = "DUPOND"


def thousand_mails(_options: Options) -> list[Measured]:
    """S9: waiting mails sent from the outbox / the page by a bare persistent engine and bare smtplib.

    Their PDFs are made before they wait: the note says what that and the queueing take.
    """
    with tempfile.TemporaryDirectory() as folder, open_services(Path(folder) / "shop", training=False) as services:
        server = ScriptedSmtp()
        recorded = _fill(services, server.port)
        command = one_shot(services, recorded, Path(folder))
        making = mine = bare = 0.0
        for _ in range(_MAILS // _ROUND):
            begun = time.perf_counter()
            for _ in range(_ROUND):
                _queue(recorded, services)
            queued = time.perf_counter()
            OutboxWork(services).turn()
            mine += time.perf_counter() - queued
            making += queued - begun
            bare += taken_ms(lambda: _bare_round(command, server)) / 1000
        arrived = server.count_by_message_id()
        server.stop()
    # The first one is what the bare side sends again and again.
    if len(arrived) != _MAILS or sum(copies != 1 for copies in arrived.values()) != 1:
        raise SystemExit("not every mail arrived once")
    note = f"PDF, draft and queueing before: {making / _MAILS * 1000:.1f} ms a mail"
    what = "1,000 waiting mails sent / bare engine and smtplib"
    return [Measured(what, 1.5, mine / _MAILS * 1000, bare / _MAILS * 1000, _MAILS, note)]


def memory(_options: Options) -> list[Measured]:
    """S10: resident memory after 1,000 sendings / after 10."""
    with tempfile.TemporaryDirectory() as folder, open_services(Path(folder) / "shop", training=False) as services:
        server = ScriptedSmtp()
        recorded = _fill(services, server.port)
        sizes = []
        for count in (10, _MAILS - 10):
            for _ in range(count // 10):
                for _ in range(10):
                    _queue(recorded, services)
                OutboxWork(services).turn()
                server.deliveries.clear()  # what a server of this process keeps is not ours
                server.sessions.clear()
            sizes.append(_resident_mb())
        server.stop()
    note = f"{sizes[0]:.0f} MB, then {sizes[1]:.0f} MB"
    return [Measured("memory after 1,000 sendings / after 10", 1.2, 0, 0, _MAILS, note, ratio=sizes[1] / sizes[0])]


def _fill(services: FolderServices, port: int) -> RecordedTicket:
    services.accept_unprotected_secrets()
    open_training(services)
    sender = SenderProfile(_USER, "caisse@brico.example", host="127.0.0.1", port=port, security=ConnectionSecurity.NONE)
    services.settings.save_sender_profile(sender.tested(services.clock.now()))
    return a_ticket_of(20, services)


def _queue(recorded: RecordedTicket, services: FolderServices) -> None:
    draft = prepare_sending(recorded.ticket.key, LAYOUT.id, _USER, services)
    services.outbox.save(replace(draft, recipients=("client@example.org",)))
    if queue_mail(draft.id, services).state is not MailState.QUEUED:
        raise SystemExit("a mail did not wait")


def _bare_round(command: list[str], server: ScriptedSmtp) -> None:
    """Make the page by one wkhtmltopdf that stays, and send each time the last mail over one connection."""
    *options, page, target = command[1:]
    lines = "".join(f"{' '.join(options)} {page} {target}\n" for _ in range(_ROUND))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(
        [command[0], "--read-args-from-stdin"], input=lines.encode(), env=environment, capture_output=True, check=True
    )
    with smtplib.SMTP("127.0.0.1", server.port, "[127.0.0.1]", timeout=30) as client:
        if client.sock is not None:
            client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        content = server.deliveries[0].content
        for _ in range(_ROUND):
            client.sendmail("caisse@brico.example", "client@example.org", content)


def _resident_mb() -> float:
    """Return this process's memory and that of its PDF worker."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            values = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines() if ":" in line)
        except OSError:
            continue
        if os.getpid() in {int(values["Pid"]), int(values["PPid"])} and "VmRSS" in values:
            total += int(values["VmRSS"].split()[0])
    return total / 1024
