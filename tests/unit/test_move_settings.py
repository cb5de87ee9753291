"""Settings exported from one shop and imported in another: without secrets, whole or not at all, no gate opened."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from backend.domain.document_type import DocumentType
from backend.domain.errors import FacteurError, InvalidInputError, SecretsUnavailableError
from backend.domain.mail_template import default_template
from backend.domain.pdf_settings import PdfFailure, PdfSettings
from backend.domain.portable_settings import (
    COMPANY_STAYS,
    SENDER_STAYS,
    ChangeKind,
    PortableSettings,
    ProgramNotConfirmedError,
    SettingsSection,
)
from backend.domain.sender_profile import Authentication, ConnectionSecurity, SendingMode
from backend.domain.shop import Company
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, PaperFormat, TicketLayout
from backend.usecases.export_settings import export_settings, portable_settings, save_settings_file
from backend.usecases.import_settings import import_settings, preview_settings
from backend.usecases.read_settings_file import read_settings_bytes
from backend.usecases.save_sender_profile import password_name
from tests.builders import a_company, a_sender, a_tested_sender, a_user
from tests.fakes import FakeServices
from tests.portable_shop import OWN_LAYOUT, a_shop_to_move


@pytest.fixture
def source(tmp_path: Path) -> FakeServices:
    return a_shop_to_move(tmp_path)


@pytest.fixture
def target(tmp_path: Path) -> FakeServices:
    services = FakeServices(tmp_path / "target")
    services.users.save(a_user())
    return services


def _file(services: FakeServices) -> PortableSettings:
    return read_settings_bytes("settings.json", export_settings(services).encode())


def test_everything_that_moves_arrives(source: FakeServices, target: FakeServices) -> None:
    import_settings(_file(source), target)
    there, here = portable_settings(source), portable_settings(target)
    assert here.company == replace(there.company or Company(""), logo_sha256="")
    assert (here.pdf, here.mail_texts, here.layouts) == (there.pdf, there.mail_texts, there.layouts)
    assert here.senders == tuple(
        replace(each, secret_version="", pinned_certificate="", relay_version="").not_working()
        for each in there.senders
    )


def test_no_secret_and_no_mark_of_one_is_in_the_file(source: FakeServices) -> None:
    text = export_settings(source)
    assert "s3cr3t" not in text
    for name in SENDER_STAYS | COMPANY_STAYS:
        assert name not in text


def test_every_field_moves_or_is_named_as_one_that_stays(source: FakeServices) -> None:
    value = json.loads(export_settings(source))
    for item, kind, stays in (
        (value["company"], Company, COMPANY_STAYS),
        (value["pdf"], PdfSettings, frozenset()),
        (value["senders"][0], type(a_sender()), SENDER_STAYS),
        (value["mail_texts"][0], type(default_template(DocumentType.TICKET)), frozenset()),
        (value["layouts"][0], TicketLayout, frozenset()),
    ):
        assert set(item) | stays == set(kind.__dataclass_fields__), kind


def test_an_imported_sender_has_to_be_tested_and_to_give_its_password(
    source: FakeServices, target: FakeServices
) -> None:
    preview = import_settings(_file(source), target)
    profile = target.settings.sender_profile("Zoé")
    assert profile is not None
    assert not profile.gate_is_open
    assert profile.tested_at is None
    assert preview.to_test == preview.to_sign_in == ("Zoé",)


def test_a_tested_sender_that_changes_is_closed(source: FakeServices, target: FakeServices) -> None:
    target.settings.save_sender_profile(a_tested_sender())
    import_settings(_file(source), target)
    changed = target.settings.sender_profile("Zoé")
    assert changed is not None
    assert not changed.gate_is_open


def test_a_sender_that_is_the_same_stays_open(target: FakeServices) -> None:
    target.settings.save_sender_profile(a_tested_sender())
    preview = import_settings(_file(target), target)
    assert preview.is_empty
    assert preview.to_test == ()
    same = target.settings.sender_profile("Zoé")
    assert same is not None
    assert same.gate_is_open


def test_a_password_never_goes_along_to_another_server(target: FakeServices) -> None:
    target.settings.save_sender_profile(a_tested_sender())
    target.secrets.set(password_name("Zoé"), "s3cr3t")
    imported = PortableSettings(senders=(a_sender(host="smtp.elsewhere.example"),))
    assert import_settings(imported, target).to_sign_in == ("Zoé",)
    profile = target.settings.sender_profile("Zoé")
    assert profile is not None
    assert profile.secret_version == ""
    assert target.secrets.get(password_name("Zoé")) is None


def test_a_password_stays_for_the_same_account(target: FakeServices) -> None:
    target.settings.save_sender_profile(a_tested_sender())
    target.secrets.set(password_name("Zoé"), "s3cr3t")
    preview = import_settings(PortableSettings(senders=(a_sender(port=465, security=ConnectionSecurity.TLS),)), target)
    assert preview.to_sign_in == ()
    assert preview.to_test == ("Zoé",)
    assert target.secrets.get(password_name("Zoé")) == "s3cr3t"


def test_without_a_way_to_forget_the_password_nothing_is_imported(target: FakeServices) -> None:
    target.settings.save_sender_profile(a_tested_sender())
    target.settings.save_company(a_company())
    target.secrets.unavailable = "locked"
    imported = PortableSettings(company=a_company(name="AUTRE"), senders=(a_sender(host="smtp.elsewhere.example"),))
    with pytest.raises(SecretsUnavailableError):
        import_settings(imported, target)
    assert target.settings.company() == a_company()
    assert target.settings.sender_profile("Zoé") == a_tested_sender()


def test_another_provider_signs_in_anew(target: FakeServices) -> None:
    target.settings.save_sender_profile(a_tested_sender())
    by_token = a_sender(
        host="smtp.office365.example", authentication=Authentication.OAUTH2, oauth_provider="microsoft", username=""
    )
    assert import_settings(PortableSettings(senders=(by_token,)), target).to_sign_in == ("Zoé",)


def test_the_mail_program_and_the_relay_need_no_password(target: FakeServices) -> None:
    for mode in (SendingMode.MAIL_CLIENT, SendingMode.RELAY):
        preview = preview_settings(PortableSettings(senders=(a_sender(mode=mode),)), target)
        assert (preview.to_test, preview.to_sign_in) == (("Zoé",), ())


def test_a_sender_whose_user_is_not_here_is_left_out_and_said(target: FakeServices) -> None:
    preview = import_settings(PortableSettings(senders=(a_sender("Paul"), a_sender("ZOÉ"))), target)
    assert [(change.name, change.kind) for change in preview.changes] == [
        ("Zoé", ChangeKind.NEW),
        ("Paul", ChangeKind.LEFT_OUT),
    ]
    assert target.settings.sender_profile("Paul") is None


def test_in_a_shop_without_users_the_first_sender_is_the_administrator(tmp_path: Path) -> None:
    services = FakeServices(tmp_path)
    import_settings(PortableSettings(senders=(a_sender("Paul"), a_sender("Zoé"))), services)
    assert [(user.name, user.is_administrator, user.password_hash) for user in services.users.users()] == [
        ("Paul", True, "")
    ]
    assert [profile.user for profile in services.settings.sender_profiles()] == ["Paul"]


def test_only_the_wanted_sections_change(source: FakeServices, target: FakeServices) -> None:
    import_settings(_file(source), target, {SettingsSection.MAIL_TEXTS})
    here = portable_settings(target)
    assert here.mail_texts == portable_settings(source).mail_texts
    assert (here.company, here.pdf, here.layouts, here.senders) == (None, PdfSettings(), BUILT_IN_LAYOUTS, ())


def test_a_preview_names_each_field_and_changes_nothing(target: FakeServices) -> None:
    target.settings.save_company(a_company())
    preview = preview_settings(PortableSettings(company=a_company(city="Beaune")), target)
    (change,) = preview.changes
    assert (change.section, change.kind) == (SettingsSection.COMPANY, ChangeKind.CHANGED)
    assert [(field.name, field.before, field.after) for field in change.fields] == [("city", "Dijon", "Beaune")]
    assert target.settings.company() == a_company()


def test_the_logo_of_this_shop_stays(target: FakeServices) -> None:
    target.settings.save_company(a_company(logo_sha256="f" * 64))
    import_settings(PortableSettings(company=a_company(city="Beaune")), target)
    assert target.settings.company() == a_company(city="Beaune", logo_sha256="f" * 64)


@pytest.mark.parametrize(
    "pdf",
    [
        PdfSettings("program", program=("prince", "{html}", "-o", "{pdf}")),
        PdfSettings(wkhtmltopdf="/tmp/evil"),
        PdfSettings("browser", browser="C:\\evil.exe"),
    ],
)
def test_a_program_of_the_file_runs_only_once_it_is_confirmed(target: FakeServices, pdf: PdfSettings) -> None:
    settings = PortableSettings(company=a_company(), pdf=pdf)
    assert len(preview_settings(settings, target).programs) == 1
    with pytest.raises(ProgramNotConfirmedError):
        import_settings(settings, target)
    assert target.pdf_engines.asked == []
    assert target.settings.company() is None
    import_settings(settings, target, accepts_programs=True)
    assert target.pdf_engines.asked == [pdf]
    assert target.settings.pdf_settings() == pdf


def test_a_program_that_is_in_force_here_already_needs_no_word(target: FakeServices) -> None:
    target.settings.save_pdf_settings(PdfSettings("browser", browser="/usr/bin/chromium"))
    import_settings(
        PortableSettings(pdf=PdfSettings("browser", "", browser="/usr/bin/chromium", open_each_pdf=True)), target
    )
    assert target.settings.pdf_settings().open_each_pdf


def test_pdf_settings_that_fail_their_test_here_keep_everything_out(target: FakeServices) -> None:
    target.pdf_engines.engine.failure = PdfFailure("died")
    with pytest.raises(PdfFailure):
        import_settings(PortableSettings(company=a_company(), pdf=PdfSettings(open_each_pdf=True)), target)
    assert target.settings.company() is None
    assert target.settings.pdf_settings() == PdfSettings()


def test_a_changed_layout_keeps_its_earlier_version_for_duplicates(target: FakeServices) -> None:
    changed = replace(BUILT_IN_LAYOUTS[0], footer="Merci")
    import_settings(PortableSettings(layouts=(changed, BUILT_IN_LAYOUTS[1])), target)
    assert [each.layout for each in target.settings.layout_versions(changed.id)] == [BUILT_IN_LAYOUTS[0]]
    assert target.settings.layout_versions(BUILT_IN_LAYOUTS[1].id) == ()


@pytest.mark.parametrize(
    ("layout", "reason"),
    [
        (replace(OWN_LAYOUT, id="autre"), "layout_exists"),
        (replace(OWN_LAYOUT, paper=PaperFormat.A4), "layout_paper"),
    ],
)
def test_a_layout_that_does_not_fit_here_keeps_everything_out(
    target: FakeServices, layout: TicketLayout, reason: str
) -> None:
    target.settings.save_layout(OWN_LAYOUT)
    with pytest.raises(InvalidInputError) as refused:
        import_settings(PortableSettings(company=a_company(), layouts=(layout,)), target)
    assert refused.value.reason == reason
    assert target.settings.company() is None


def test_an_export_replaces_no_file(source: FakeServices, tmp_path: Path) -> None:
    save_settings_file(tmp_path / "settings.json", source)
    assert read_settings_bytes("", (tmp_path / "settings.json").read_bytes()) == _file(source)
    with pytest.raises(FacteurError):
        save_settings_file(tmp_path / "settings.json", source)
