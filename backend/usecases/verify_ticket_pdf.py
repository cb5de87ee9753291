"""Tell whether a PDF that somebody shows was issued here (PRODUCT F5)."""

from __future__ import annotations

import hashlib

from backend.domain.errors import NotFoundError
from backend.domain.pdf_verdict import PdfStanding, PdfVerdict, printed_seals
from backend.domain.ticket import TicketNumber
from backend.ports import Services


def verify_ticket_pdf(pdf: bytes, services: Services) -> PdfVerdict:
    """Compare a PDF with all that were made here, byte by byte; else look for the number and seal in its text."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    if entries := services.journal.with_pdf(sha256):
        ticket = TicketNumber.parse(entries[0].ticket_key)
        return PdfVerdict(PdfStanding.GENUINE, sha256, ticket, tuple(entries), seal_fits=True)
    best = PdfVerdict(PdfStanding.UNKNOWN, sha256)
    for number, seal in printed_seals(services.pdf_text(pdf)):
        try:
            recorded = services.tickets.find(number)
        except NotFoundError:
            continue
        if recorded.chain_sha256.startswith(seal):
            return PdfVerdict(PdfStanding.ALTERED, sha256, number, seal_fits=True)
        best = PdfVerdict(PdfStanding.ALTERED, sha256, number)
    return best
