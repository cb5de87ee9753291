"""The logo that a ticket or a mail shows."""

from __future__ import annotations

import logging

from backend.domain.errors import FacteurError
from backend.domain.logo import Logo
from backend.domain.shop import Company
from backend.ports import LogoStore, Services

_MAIL_BOX_PX = (480, 200)  # shown at half of it: screens of phones have two dots and more for a pixel of CSS
_log = logging.getLogger(__name__)


def find_logo(company: Company | None, logos: LogoStore) -> Logo | None:
    """Return the logo of a company, None where it has none.

    A logo that was lost must keep nobody from a ticket: that is logged, and there is none.
    """
    if company is None or not company.logo_sha256:
        return None
    try:
        return logos.find(company.logo_sha256)
    except FacteurError as error:
        _log.warning("the company's logo can't be read: %s", error)
        return None


def logo_for_mail(company: Company | None, services: Services) -> Logo | None:
    """Return the logo as a mail carries it: in colour, to be shown at half its pixels; None where there is none."""
    logo = find_logo(company, services.logos)
    return services.fitted_logo(logo, *_MAIL_BOX_PX) if logo else None
