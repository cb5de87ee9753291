"""The company's fields, as the first start and the company page have them."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.errors import InvalidInputError
from backend.domain.shop import Company
from backend.usecases.save_company import checked_company
from backend.web.forms import Form


def company_values(company: Company) -> dict[str, str]:
    """Return what the fields show of a company."""
    return {
        "company_name": company.name,
        "address": "\n".join(company.address),
        "postal_code": company.postal_code,
        "city": company.city,
        "phone": company.phone,
        "siret": company.siret,
        "vat_number": company.vat_number,
        "header": company.header,
        "footer": company.footer,
    }


def read_company(form: Form, known: Company | None) -> Company:
    """Return the typed company, with what the form doesn't show of the known one; notes go into the form."""
    typed = replace(
        known or Company(""),
        name=form["company_name"],
        address=tuple(line.strip() for line in form["address"].splitlines() if line.strip()),
        postal_code=form["postal_code"],
        city=form["city"],
        phone=form["phone"],
        siret=form["siret"],
        vat_number=form["vat_number"],
        header=form["header"],
        footer=form["footer"],
    )
    try:
        return checked_company(typed)
    except InvalidInputError as error:
        form.refuse_error(error)
        return typed
