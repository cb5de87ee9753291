"""What a ticket has to say of its seller, and this company doesn't yet."""

from __future__ import annotations

from backend.domain.shop import Company


def company_gaps(company: Company | None) -> tuple[str, ...]:
    """Return what is missing of address, siret and vat_number.

    Arrêté n° 83-50/A of 3 October 1983, article 3 (name and address); code de commerce R. 123-237 (number of the
    company); CGI annexe II 242 nonies A (VAT number). Who charges no VAT says so instead: CGI 293 E, article 293 B.
    """
    if company is None:
        return ("address", "siret", "vat_number")
    said = f"{company.header} {company.footer}".replace("-", " ").replace("\u00a0", " ")
    present = {
        "address": bool(company.address and company.postal_code and company.city),
        "siret": bool(company.siret),
        "vat_number": bool(company.vat_number) or "293 B" in said,
    }
    return tuple(name for name, is_there in present.items() if not is_there)
