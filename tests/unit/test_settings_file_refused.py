"""A file of settings in which something is wrong is refused with its place; a part may be missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.domain.portable_settings import SettingsSection
from backend.domain.shop import Company
from backend.usecases.export_settings import export_settings
from backend.usecases.located_json import ImportFileError
from backend.usecases.read_settings_file import read_settings_bytes
from tests.fakes import FakeServices
from tests.portable_shop import a_shop_to_move


@pytest.fixture
def source(tmp_path: Path) -> FakeServices:
    return a_shop_to_move(tmp_path)


def _edited(source: FakeServices, *path: str | int, value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    document = json.loads(export_settings(source))
    at = document
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value
    return json.dumps(document, indent=1).encode()


@pytest.mark.parametrize(
    ("path", "value", "where", "reason"),
    [
        (("format",), "zip", "", "no_settings_file"),
        (("version",), 2, "version", "newer_version"),
        (("version",), "1", "version", "wrong_value"),
        (("company", "siret"), "12", "company.siret", "siret"),
        (("company", "name"), " ", "company.name", "company_name"),
        (("company", "mood"), "", "company.mood", "unknown_field"),
        (("pdf", "engine"), "word", "pdf.engine", "wrong_value"),
        (("pdf", "program"), ["prince"], "pdf.program", "program_place_missing"),
        (("mail_texts", 0, "subject"), "[FAUX CODE]", "mail_texts[1].subject", "unknown_code"),
        (("mail_texts", 0, "subject"), "formule=TICKET.NUMRO", "mail_texts[1].subject", "formula"),
        (("mail_texts", 0, "cc"), ["a@example.org"], "mail_texts[1].cc", "no_copies"),
        (("mail_texts", 0, "free_addresses"), ["a@"], "mail_texts[1].free_addresses", "email"),
        (("mail_texts", 0, "placeholders", 0, "field"), "X.Y", "mail_texts[1].placeholders", "unknown_field"),
        (("mail_texts", 1, "document_type"), "ticket", "mail_texts[2]", "twice"),
        (("layouts", 3, "header"), "[X.Y]", "layouts[4].header", "unknown_field"),
        (("layouts", 3, "paper"), "a5", "layouts[4].paper", "wrong_value"),
        (("senders", 0, "email"), "caisse", "senders[1].email", "email"),
        (("senders", 0, "host"), "http://x", "senders[1].host", "host"),
        (("senders", 0, "port"), 0, "senders[1].port", "wrong_value"),
        (("senders", 0, "security"), "none", "senders[1].security", "password_in_clear"),
        (("senders", 0, "authentication"), "oauth2", "senders[1].authentication", "oauth_provider_missing"),
        (("senders", 0, "password"), "s3cr3t", "senders[1].password", "unknown_field"),
        (("senders", 0, "tested_fingerprint"), "f" * 64, "senders[1].tested_fingerprint", "unknown_field"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_in_it(
    source: FakeServices, path: tuple[str | int, ...], value: object, where: str, reason: str
) -> None:
    with pytest.raises(ImportFileError) as refused:
        read_settings_bytes("settings.json", _edited(source, *path, value=value))
    assert (refused.value.where, refused.value.reason) == (where, reason)
    assert refused.value.line > 0
    assert "s3cr3t" not in str(refused.value)


def test_a_part_may_be_missing() -> None:
    settings = read_settings_bytes("", b'{"format": "facteur-settings", "version": 1, "company": {"name": "BRICO"}}')
    assert settings.sections == (SettingsSection.COMPANY,)
    assert settings.company == Company("BRICO")
