"""Several people issue one ticket at the same instant: each gets a number of its own (PRODUCT A7)."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from backend.bootstrap import open_services
from backend.domain.ticket import TicketNumber
from backend.usecases.make_ticket_pdf import save_ticket_pdf
from backend.usecases.print_ticket import print_ticket
from backend.usecases.send_ticket import SendingWishes, send_ticket

pytestmark = pytest.mark.wkhtmltopdf
KEY = TicketNumber("C1", 4)


def test_prints_saves_and_mails_of_one_instant_are_numbered_one_by_one(tmp_path: Path) -> None:
    data_dir = tmp_path / "shop"
    with open_services(data_dir, training=True) as first, open_services(data_dir, training=True) as second:
        together = threading.Barrier(4)

        def printing() -> None:
            together.wait()
            print_ticket(KEY, "80mm", "DUPOND", first, lambda _path: None)

        def saving() -> None:
            together.wait()
            save_ticket_pdf(KEY, "80mm", tmp_path / "saved.pdf", "MARTIN", second)

        def mailing() -> None:
            together.wait()
            send_ticket(KEY, "DUPOND", SendingWishes(to="compta@atelier-duval.example"), second)

        works = [threading.Thread(target=work) for work in (printing, saving, mailing, printing)]
        for work in works:
            work.start()
        for work in works:
            work.join()
        entries = first.journal.entries(str(KEY))
        assert sorted(entry.reprint for entry in entries) == [0, 1, 2, 3]
        assert len({entry.pdf_sha256 for entry in entries}) == 4
