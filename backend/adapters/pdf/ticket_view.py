"""What the ticket layouts print, as ready texts: no decision is left to a template but where a text stands."""

from __future__ import annotations

import math
from datetime import UTC
from decimal import Decimal
from typing import Any

from backend.adapters.pdf.page_texts import Translate
from backend.adapters.pdf.printable import printable_lines
from backend.adapters.pdf.ticket_figures import Figures
from backend.domain.customer import WALK_IN
from backend.domain.document_type import DocumentType
from backend.domain.shop import Company
from backend.domain.ticket import RecordedTicket, Ticket, TicketLine
from backend.domain.ticket_layout import PaperFormat, TicketLayout, TicketMarks, layout_text

View = dict[str, Any]

_FIGURE_EM = 0.6  # width of a figure of the shipped font
# Room for the total in small formats, in em of the body's type.
_TOTAL_ROOM_EM = {PaperFormat.W58: 9.7, PaperFormat.W80: 13.0}
_TOTAL_EM = 1.7
_LARGE = 1.18  # large type to normal type, on the paper where it differs most
# Amounts longer than this can't stand side by side in the VAT table of the paper.
_VAT_COLUMN_MAX = {PaperFormat.W58: 8, PaperFormat.W80: 12, PaperFormat.A4: 14}


def ticket_view(
    recorded: RecordedTicket, layout: TicketLayout, marks: TicketMarks, _: Translate, figures: Figures
) -> View:
    """Return the values of `ticket.html`."""
    ticket, paper = recorded.ticket, layout.paper
    codes = _vat_codes(ticket)
    lines = [_line(line, layout, codes, _, figures) for line in ticket.lines]
    vat_totals = _vat_totals(ticket, codes, figures)
    columns, scale = _columns(layout), _LARGE if layout.large_type else 1.0
    return {
        "paper": f"w{paper.width_mm}" if paper.is_small else "a4",
        "is_small": paper.is_small,
        "style_sheet": "small.css" if paper.is_small else "a4.css",
        "large_type": layout.large_type,
        "columns": columns,
        "amount_em": _amount_em(lines, ("total", *columns)),
        "created": ticket.issued_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "specimen": marks.specimen or ticket.training,
        "company": _company(ticket.company),
        "header": _own_text(layout.header, ticket),
        "footer": _own_text(layout.footer, ticket),
        "shows_vat_table": layout.shows_vat_table,
        "lines": lines,
        "vat_totals": vat_totals,
        "vat_stacked": any(len(total["gross"]) > _VAT_COLUMN_MAX[paper] / scale for total in vat_totals),
        "key": str(ticket.key),
        "seal": seal(recorded.chain_sha256) if layout.shows_hash else "",
        "code_em": 0.6 + 0.8 * max(map(len, codes.values()), default=1),
        "total_em": _total_em(figures.euros(ticket.gross_total), paper, scale),
        **_identity(ticket, layout, marks, _, figures),
        **_totals(ticket, figures),
    }


def _columns(layout: TicketLayout) -> tuple[str, ...]:
    """Return the amounts that a page has columns for beside the total; small formats write them under the label."""
    if layout.paper.is_small:
        return ()
    shown = {"unit_price": layout.shows_unit_prices, "discount": layout.shows_discounts}
    return tuple(name for name, is_shown in shown.items() if is_shown)


def _own_text(text: str, ticket: Ticket) -> list[str]:
    """Return the lines of a layout's own text, its `[TABLE.FIELD]` filled in."""
    return printable_lines(layout_text(text, ticket))


def _vat_codes(ticket: Ticket) -> dict[Decimal, str]:
    """Return the letter of each rate; a line of a rate without a total gets none."""
    codes = {line.vat_rate.normalize(): "" for line in ticket.lines}
    return codes | {total.rate.normalize(): vat_code(index) for index, total in enumerate(ticket.vat_totals)}


def seal(chain_sha256: str) -> str:
    """Return the printed beginning of a hash: 16 hex digits in groups of four."""
    return " ".join(chain_sha256[start : start + 4] for start in range(0, 16, 4))


def vat_code(index: int) -> str:
    """Return the letter that stands for the VAT rate of this position: A to Z, then A1."""
    round_, letter = divmod(index, 26)
    return chr(ord("A") + letter) + (str(round_) if round_ else "")


def _amount_em(lines: list[View], names: tuple[str, ...]) -> float:
    widest = max((len(line[name]) for line in lines for name in names), default=0)
    return round(_FIGURE_EM * widest + 0.4, 1)


def _total_em(gross_total: str, paper: PaperFormat, scale: float) -> float:
    room_em = _TOTAL_ROOM_EM.get(paper, math.inf) / scale
    return min(_TOTAL_EM, round(room_em / (_FIGURE_EM * len(gross_total)), 2))


def _company(company: Company) -> View:
    town = " ".join(part for part in (company.postal_code, company.city) if part)
    return {
        "name": company.name,
        "address": [line for line in (*company.address, town) if line.strip()],
        "phone": company.phone,
        "siret": _grouped_siret(company.siret),
        "vat_number": company.vat_number,
        "header": printable_lines(company.header),
        "footer": printable_lines(company.footer),
    }


def _grouped_siret(siret: str) -> str:
    digits = siret.replace(" ", "")
    if len(digits) != 14 or not digits.isascii() or not digits.isdigit():
        return siret
    return f"{digits[:3]}\u00a0{digits[3:6]}\u00a0{digits[6:9]}\u00a0{digits[9:]}"


def _identity(ticket: Ticket, layout: TicketLayout, marks: TicketMarks, _: Translate, figures: Figures) -> View:
    is_credit = ticket.kind is DocumentType.CREDIT
    shows_customer = layout.shows_customer and ticket.customer_code != WALK_IN
    number = str(ticket.number)
    printed = [_("CREDIT NOTE")] if is_credit else []
    if marks.reprint:
        printed.append(_("DUPLICATE %(count)s", count=str(marks.reprint)))
    return {
        "marks": printed,
        "heading": _("Credit note no. %(number)s", number=number)
        if is_credit
        else _("Ticket no. %(number)s", number=number),
        "issued_at": figures.minute(ticket.issued_at),
        "credit_of": ticket.credit_of,
        "till_code": ticket.till_code,
        "cashier": (ticket.cashier_name or ticket.cashier_code) if layout.shows_cashier else "",
        "customer": (ticket.customer_name or ticket.customer_code) if shows_customer else "",
    }


def _line(line: TicketLine, layout: TicketLayout, codes: dict[Decimal, str], _: Translate, figures: Figures) -> View:
    quantity, unit_price = figures.quantity(line.quantity), figures.amount(line.unit_price)
    discount = figures.amount(-line.discount) if line.discount else ""
    detail = []
    if line.quantity != 1:
        detail.append(f"{quantity} × {unit_price}" if layout.shows_unit_prices else f"× {quantity}")
    elif line.discount and layout.shows_unit_prices:
        detail.append(unit_price)
    if discount and layout.shows_discounts:
        detail.append(_("discount %(amount)s", amount=discount))
    return {
        "label": line.label,
        "quantity": quantity,
        "unit_price": unit_price,
        "discount": discount,
        "detail": " · ".join(detail),
        "total": figures.amount(line.gross_total),
        "vat_code": codes[line.vat_rate.normalize()],
    }


def _totals(ticket: Ticket, figures: Figures) -> View:
    return {
        "gross_total": figures.euros(ticket.gross_total),
        "vat_amount": figures.euros(ticket.vat_amount),
        "net_total": figures.euros(ticket.net_total),
        "payments": [
            {"method": payment.method, "amount": figures.euros(payment.amount)} for payment in ticket.payments
        ],
        "change_due": figures.euros(ticket.change_due) if ticket.change_due else "",
    }


def _vat_totals(ticket: Ticket, codes: dict[Decimal, str], figures: Figures) -> list[View]:
    return [
        {
            "code": codes[total.rate.normalize()],
            "rate": figures.rate(total.rate),
            "net": figures.amount(total.net_amount),
            "vat": figures.amount(total.vat_amount),
            "gross": figures.amount(total.gross_amount),
        }
        for total in ticket.vat_totals
    ]
