"""S1, S4, S11: the PDF, the whole chain, the free space below the last ink."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from backend.adapters.pdf.page_picture import last_ink_pt, page_size_pt
from backend.bootstrap import FolderServices, open_services
from backend.domain.outgoing_mail import MailState
from backend.domain.ticket import Payment, RecordedTicket, TicketEntry, make_line
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, TicketMarks
from backend.usecases.make_ticket_pdf import make_ticket_pdf, remove_folder
from backend.usecases.prepare_sending import prepare_sending
from backend.usecases.record_ticket import record_ticket
from backend.usecases.send_mail import send_mail
from measuring import Measured, Options, interleaved

LAYOUT = BUILT_IN_LAYOUTS[0]
BOTTOM_MARGIN_PT = 4.7 * 72 / 25.4


@contextmanager
def training_shop() -> Iterator[FolderServices]:
    """Open a sample shop in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder, open_services(Path(folder), training=True) as services:
        yield services


def a_ticket_of(lines: int, services: FolderServices) -> RecordedTicket:
    """Record a ticket of some lines, some of them long."""
    words = ("Vis à bois 4 × 40", "Peinture mate blanche pour murs et plafonds, pot de 2,5 L", "Livre")
    entered = tuple(make_line(words[n % 3], Decimal(1 + n % 4), 390 + n, Decimal(20)) for n in range(lines))
    total = sum(line.gross_total for line in entered)
    return record_ticket(TicketEntry("C1", entered, (Payment("Carte bancaire", total),)), services)


def one_shot(services: FolderServices, recorded: RecordedTicket, folder: Path) -> list[str]:
    """Return the command of a bare one-shot of the same page."""
    page = folder / "page.html"
    page.write_text(services.ticket_page(recorded, LAYOUT, TicketMarks(specimen=True)), "utf-8")
    program = shutil.which("wkhtmltopdf")
    if program is None:
        raise SystemExit("wkhtmltopdf is not on this PC: nothing to measure against")
    size = ["--page-width", "80", "--page-height", "300"]
    return [program, "-q", "-n", "--javascript-delay", "0", *size, str(page), str(folder / "page.pdf")]


def run_bare(command: list[str]) -> None:
    """Run a bare one-shot."""
    subprocess.run(command, check=True, capture_output=True, env={"QT_QPA_PLATFORM": "offscreen"})


def warm_pdf(options: Options) -> list[Measured]:
    """S1: a warm, fitted and checked 80 mm PDF through the use case."""
    with training_shop() as services, tempfile.TemporaryDirectory() as folder:
        recorded = a_ticket_of(20, services)
        command = one_shot(services, recorded, Path(folder))

        def ours() -> None:
            pdf = make_ticket_pdf(recorded, LAYOUT, "0" * 32, services, reprint=0)
            remove_folder(pdf.path.parent)

        mine, bare = interleaved(ours, lambda: run_bare(command), options.runs)
        return [Measured("80 mm PDF, warm, fitted, checked / bare one-shot", 0.30, mine, bare, options.runs)]


def whole_chain(options: Options) -> list[Measured]:
    """S4: recorded ticket to accepted, warm, through the use cases and the embedded server."""
    with training_shop() as services, tempfile.TemporaryDirectory() as folder:
        recorded = a_ticket_of(20, services)
        command = one_shot(services, recorded, Path(folder))

        def ours() -> None:
            draft = prepare_sending(recorded.ticket.key, "80mm", "DUPOND", services)
            services.outbox.save(replace(draft, recipients=("client@example.org",)))
            if send_mail(draft.id, services).mail.state is not MailState.SENT:
                raise SystemExit("a mail of the training mode was not accepted")

        mine, bare = interleaved(ours, lambda: run_bare(command), options.runs)
        return [Measured("recorded ticket to accepted, warm / bare one-shot", 0.6, mine, bare, options.runs)]


def free_space(_options: Options) -> list[Measured]:
    """S11: points below the last ink beyond the bottom margin, for tickets of 1 to 200 lines."""
    with training_shop() as services:
        return [free_space_of("most free space beyond the margin, 1 to 200 lines, pt", services)]


def free_space_of(what: str, services: FolderServices) -> Measured:
    """Measure the free space with the engine in force; infinite where ink comes into the margin."""
    more = []
    for lines in (1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 120, 160, 200):
        pdf = make_ticket_pdf(a_ticket_of(lines, services), LAYOUT, "0" * 32, services, reprint=0)
        below = page_size_pt(pdf.path)[1] - last_ink_pt(pdf.path, dots_per_pt=4)
        more.append(below - BOTTOM_MARGIN_PT)
        if pdf.page_count != 1:
            raise SystemExit(f"{lines} lines made {pdf.page_count} pages")
        remove_folder(pdf.path.parent)
    note = f"from {min(more):.2f} to {max(more):.2f} pt"
    worst = max(more) if min(more) >= 0 else float("inf")
    return Measured(what, 4.0, 0, 0, len(more), note, ratio=worst)
