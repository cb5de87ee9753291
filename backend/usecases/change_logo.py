"""Give the company a logo, take it away, put it back; tickets recorded before keep theirs (PRODUCT A4)."""

from __future__ import annotations

from dataclasses import replace

from backend.domain.errors import NotFoundError
from backend.domain.logo import Logo
from backend.domain.shop import Company
from backend.ports import Services


def set_logo(content: bytes, services: Services) -> Logo:
    """Put the logo in a file on the tickets to come; raises InvalidInputError("logo", ...), StorageError."""
    company = _company(services)
    logo = services.read_logo(content)
    services.logos.save(logo)
    services.settings.save_company(replace(company, logo_sha256=logo.sha256))
    return logo


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


def _company(services: Services) -> Company:
    company = services.settings.company()
    if company is None:
        raise NotFoundError("company", "")
    return company
