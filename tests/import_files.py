"""Files of other till software and of a shop, as values to write: small, valid, of a day long past."""

# ruff: noqa: ANN401 - `changes` are values of JSON, whatever their types

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.program import EXAMPLES

FOREIGN_TILL = "K1"
OWN_TILL = "C1"


def a_ticket_value(
    number: int = 1, *, till: str = FOREIGN_TILL, labels: Sequence[str] = ("Baguette tradition",), **changes: Any
) -> dict[str, Any]:
    """Return a ticket of articles at 1.20 each, paid to the cent; at an own till `number` makes the reference."""
    count = len(labels)
    total = f"{1.20 * count:.2f}"
    numbered: dict[str, Any] = {"reference": f"R{number}"} if till == OWN_TILL else {"number": number}
    return {
        "till": till,
        **numbered,
        "issued_at": "2024-11-23T10:42:00+01:00",
        "cashier": {"code": "DUP", "name": "DUPOND"},
        "lines": [{"label": label, "unit_price": "1.20", "vat_rate": 20, "total": "1.20"} for label in labels],
        "vat": [{"rate": 20, "net": f"{count}.00", "vat": f"{0.20 * count:.2f}", "gross": total}],
        "payments": [{"method": "Espèces", "amount": total}],
        "total": total,
        **changes,
    }


def a_shop_value(**changes: Any) -> dict[str, Any]:
    """Return the sample shop with a foreign till."""
    shop: dict[str, Any] = json.loads((EXAMPLES / "sample-shop.json").read_text("utf-8"))
    shop["tills"].append({"code": FOREIGN_TILL, "label": "Comptoir", "kind": "foreign"})
    return {**shop, **changes}


def json_file(path: Path, value: Any) -> Path:
    """Write a value and return where; escapes stand for what is not ASCII, halves of characters too."""
    path.write_text(json.dumps(value, indent=1), "ascii")
    return path
