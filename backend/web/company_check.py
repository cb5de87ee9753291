"""The sentence that names what the company's data lack for its tickets."""

from __future__ import annotations

from flask_babel import gettext as _

from backend.domain.company_gaps import company_gaps
from backend.domain.shop import Company
from backend.web.messages import Explanation


def company_check(company: Company | None) -> Explanation | None:
    """Return what is missing and what to do, None where nothing is."""
    gaps = company_gaps(company)
    if not gaps:
        return None
    names = {"address": _("the address"), "siret": _("the SIRET number"), "vat_number": _("the VAT number")}
    missing = ", ".join(names[gap] for gap in gaps)
    remedy = _("Add it in the settings of the company.")
    if "vat_number" in gaps:
        remedy += " " + _("Without VAT, write “TVA non applicable, article 293 B du CGI” at the foot of the tickets.")
    return Explanation(_("Your tickets lack: %(missing)s.", missing=missing), remedy, "company_gaps")
