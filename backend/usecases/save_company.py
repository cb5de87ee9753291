"""Save the seller as tickets print it; tickets recorded before keep what they were issued with (PRODUCT A4)."""

from __future__ import annotations

import re
from dataclasses import replace

from backend.domain.errors import InvalidInputError
from backend.domain.shop import Company
from backend.ports import Services

TEXT_MAX = 200
_SIRET = re.compile(r"\d{14}")
_VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}")


def save_company(company: Company, services: Services) -> Company:
    """Check and save; raises InvalidInputError (company_name, siret, vat_number, or the field that is too long)."""
    checked = checked_company(company)
    services.settings.save_company(checked)
    return checked


def checked_company(company: Company) -> Company:
    """Return the company with its numbers as they are written; raises InvalidInputError.

    SIRET: 14 digits, written 3 3 3 5. VAT number: country and up to 13 characters (Directive 2006/112/EC 215).
    """
    name = " ".join(company.name.split())
    if not name:
        raise InvalidInputError("company_name", "company_name")
    for where in ("name", "postal_code", "city", "phone", "header", "footer"):
        if len(getattr(company, where)) > TEXT_MAX:
            raise InvalidInputError("company_name" if where == "name" else where, "text_too_long", str(TEXT_MAX))
    if any(len(line) > TEXT_MAX for line in company.address) or len(company.address) > 5:
        raise InvalidInputError("address", "address_too_long", str(TEXT_MAX))
    return replace(company, name=name, siret=_siret(company.siret), vat_number=_vat_number(company.vat_number))


def _siret(text: str) -> str:
    digits = re.sub(r"[\s.]", "", text)
    if digits and not _SIRET.fullmatch(digits):
        raise InvalidInputError("siret", "siret", text)
    return f"{digits[:3]} {digits[3:6]} {digits[6:9]} {digits[9:]}".strip()


def _vat_number(text: str) -> str:
    plain = re.sub(r"[\s.-]", "", text).upper()
    if plain and not _VAT_NUMBER.fullmatch(plain):
        raise InvalidInputError("vat_number", "vat_number", text)
    return plain
