"""Give the company a logo, take it away, put it back; tickets recorded before keep theirs (PRODUCT A4)."""

from __future__ import annotations

import logging
from dataclasses import replace

from backend.domain.errors import FacteurError, NotFoundError
from backend.domain.logo import Logo
from backend.domain.shop import Company
from backend.ports import Services

_log = logging.getLogger(__name__)


def remove_logo(services: Services) -> str:
    """Take the logo off the tickets to come; return what `restore_logo` puts it back by, "" where there was none."""
    company = _company(services)
    services.settings.save_company(replace(company, logo_sha256=""))
    return company.logo_sha256


def restore_logo(sha256: str, services: Services) -> Logo:
    """Put back a logo that the shop had; raises NotFoundError("logo", sha256), StorageError."""
    logo = services.logos.find(sha256)
    services.settings.save_company(replace(_company(services), logo_sha256=sha256))
    return logo


def logo_of(company: Company | None, services: Services) -> Logo | None:
    """Return the logo of a company, as a ticket or a mail shows it; None where it has none.

    A logo that was lost must keep nobody from a ticket: that is logged, and there is none.
    """
    if company is None or not company.logo_sha256:
        return None
    try:
        return services.logos.find(company.logo_sha256)
    except FacteurError as error:
        _log.warning("the company's logo can't be read: %s", error)
        return None


def _company(services: Services) -> Company:
    company = services.settings.company()
    if company is None:
        raise NotFoundError("company", "")
    return company
