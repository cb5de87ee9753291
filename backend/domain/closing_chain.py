"""The canonical content of a closing and the chain of hashes over it; what must agree between closings and tickets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from backend.domain.canonical import canonical_text, decimals, fields_of
from backend.domain.closing import Closing, ClosingPeriod, ClosingTotals, RecordedClosing
from backend.domain.ticket import Payment, VatTotal
from backend.domain.ticket_chain import chain_hash


def closing_content(closing: Closing) -> dict[str, Any]:
    """Return the closing as plain JSON values: cents as integers, rates as texts, times as ISO 8601."""
    content = fields_of(closing)
    totals = fields_of(closing.totals)
    for name in ("vat_totals", "payments"):
        totals[name] = [fields_of(part) for part in totals[name]]
    content["totals"] = totals
    content["closed_at"] = closing.closed_at.isoformat(timespec="seconds")
    content["closed_at_utc"] = closing.closed_at.astimezone(UTC).isoformat(timespec="seconds")
    return content


def canonical_closing(closing: Closing) -> str:
    """Return the one text form of a closing."""
    return canonical_text(closing_content(closing))


def closing_from_content(content: Mapping[str, Any]) -> Closing:
    """Rebuild a closing from `closing_content`; the inverse of it."""
    values = {key: value for key, value in content.items() if key != "closed_at_utc"}
    totals = dict(values["totals"])
    totals["vat_totals"] = tuple(VatTotal(**decimals(total, "rate")) for total in totals["vat_totals"])
    totals["payments"] = tuple(Payment(**payment) for payment in totals["payments"])
    values["totals"] = ClosingTotals(**totals)
    values["period"] = ClosingPeriod(values["period"])
    values["closed_at"] = datetime.fromisoformat(values["closed_at"])
    return Closing(**values)


def link_closing(closing: Closing, *, position: int, previous_sha256: str) -> RecordedClosing:
    """Put a closing behind the one whose chain hash is `previous_sha256`."""
    content_sha256 = hashlib.sha256(canonical_closing(closing).encode()).hexdigest()
    return RecordedClosing(
        closing, position, content_sha256, previous_sha256, chain_hash(previous_sha256, content_sha256)
    )
