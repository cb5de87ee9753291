from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backend.adapters.stores.settings.store import FolderSettingsStore
from backend.domain.document_type import DocumentType
from backend.domain.mail_template import MailTemplate, default_template
from backend.domain.pdf_settings import PdfSettings
from backend.domain.placeholder import Placeholder
from backend.domain.sender_profile import ConnectionSecurity, Priority, SendingMode
from backend.domain.ticket_layout import BUILT_IN_LAYOUTS, LayoutVersion, LogoSize, PaperFormat, TicketLayout
from backend.ports import SettingsStore
from tests.builders import NOON, a_company, a_sender, a_tested_sender
from tests.fake_settings import MemorySettingsStore


@pytest.fixture(params=["files", "memory"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> SettingsStore:
    return FolderSettingsStore(tmp_path) if request.param == "files" else MemorySettingsStore()


def test_there_is_no_company_before_the_first_set_up(settings: SettingsStore) -> None:
    assert settings.company() is None


def test_the_company_is_kept_and_replaced(settings: SettingsStore) -> None:
    settings.save_company(a_company(name="AUTRE", address=()))
    settings.save_company(a_company())
    assert settings.company() == a_company()


def test_a_user_has_no_sender_until_one_is_saved(settings: SettingsStore) -> None:
    assert settings.sender_profile("Zoé") is None
    assert settings.sender_profiles() == []


def test_a_sender_is_kept_with_its_test(settings: SettingsStore) -> None:
    tested = a_tested_sender(
        mode=SendingMode.RELAY,
        security=ConnectionSecurity.TLS,
        priority=Priority.HIGH,
        delivery_notification=True,
        read_receipt=True,
    )
    settings.save_sender_profile(tested)
    assert settings.sender_profile("Zoé") == tested


def test_each_user_has_one_sender_and_case_makes_no_other_user(settings: SettingsStore) -> None:
    settings.save_sender_profile(a_sender("Zoé"))
    settings.save_sender_profile(a_sender("paul"))
    settings.save_sender_profile(a_sender("ZOÉ", name="Autre"))
    assert settings.sender_profile("zoé") == a_sender("ZOÉ", name="Autre")
    assert [profile.user for profile in settings.sender_profiles()] == ["paul", "ZOÉ"]


def test_pdf_settings_are_the_built_in_ones_until_others_are_saved(settings: SettingsStore) -> None:
    assert settings.pdf_settings() == PdfSettings()
    settings.save_pdf_settings(PdfSettings("browser", "/été"))
    settings.save_pdf_settings(PdfSettings("browser", "/hiver"))
    assert settings.pdf_settings() == PdfSettings("browser", "/hiver")


def test_pdf_settings_are_kept_whole(settings: SettingsStore) -> None:
    whole = PdfSettings("program", "/été", "/w", "/b", ("prince", "{html}", "-o", "{pdf}"), open_each_pdf=True)
    settings.save_pdf_settings(whole)
    assert settings.pdf_settings() == whole


@pytest.mark.parametrize("document_type", list(DocumentType))
def test_every_document_type_has_a_template_at_first_start(
    settings: SettingsStore, document_type: DocumentType
) -> None:
    assert settings.mail_template(document_type) == default_template(document_type)


def test_a_saved_template_leaves_those_of_other_types_alone(settings: SettingsStore) -> None:
    changed = MailTemplate(
        DocumentType.TICKET,
        "Merci [X]",
        "Été\nà bientôt",
        (Placeholder("X", "x", "TICKET.NUMERO"), Placeholder("Y", "y", "", "0,00", formula="TICKET.TTC / 2")),
        to_billing_address=False,
        to_main_contact=True,
        free_addresses=("a@example.org",),
        cc=("b@example.org",),
        bcc=("c@example.org",),
        has_html=False,
    )
    settings.save_mail_template(changed)
    assert settings.mail_template(DocumentType.TICKET) == changed
    assert settings.mail_template(DocumentType.CREDIT) == default_template(DocumentType.CREDIT)


def test_a_deleted_template_is_gone_alone_until_it_is_saved_again(settings: SettingsStore) -> None:
    for _ in range(2):
        settings.delete_mail_template(DocumentType.TICKET)
        assert settings.mail_template(DocumentType.TICKET) is None
        assert settings.mail_template(DocumentType.CREDIT) == default_template(DocumentType.CREDIT)
    settings.save_mail_template(default_template(DocumentType.TICKET))
    assert settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_the_layouts_of_the_program_are_offered(settings: SettingsStore) -> None:
    assert settings.layouts() == BUILT_IN_LAYOUTS


def test_preferences_are_remembered(settings: SettingsStore) -> None:
    assert settings.preference("layout:C1") == ""
    for value in ("80mm", "80mm", "a4"):
        settings.save_preference("layout:C1", value)
    settings.save_preference("layout:C2", "58mm")
    assert settings.preference("layout:C1") == "a4"


def test_layouts_of_the_shop_stand_behind_the_built_in_ones(settings: SettingsStore) -> None:
    own = TicketLayout(
        "etroit", "Étroit", PaperFormat.W58, LogoSize.SMALL, large_type=True, header="é\n[TICKET.NUMERO]"
    )
    settings.save_layout(own)
    changed = replace(BUILT_IN_LAYOUTS[0], footer="Merci", shows_hash=False)
    settings.save_layout(changed)
    settings.save_layout(replace(own, shows_cashier=False))
    assert settings.layouts() == (changed, *BUILT_IN_LAYOUTS[1:], replace(own, shows_cashier=False))


def test_a_deleted_layout_is_gone_and_a_built_in_one_is_as_it_came(settings: SettingsStore) -> None:
    settings.save_layout(TicketLayout("etroit", "Étroit", PaperFormat.W58))
    settings.save_layout(replace(BUILT_IN_LAYOUTS[1], large_type=True))
    for layout_id in ("etroit", BUILT_IN_LAYOUTS[1].id, "never-there"):
        settings.delete_layout(layout_id)
    assert settings.layouts() == BUILT_IN_LAYOUTS


def test_earlier_versions_of_a_layout_stay_in_order(settings: SettingsStore) -> None:
    versions = [
        LayoutVersion(replace(BUILT_IN_LAYOUTS[0], footer=footer), NOON + timedelta(minutes=minute))
        for minute, footer in enumerate(("un", "deux"))
    ]
    for version in (*versions, LayoutVersion(BUILT_IN_LAYOUTS[1], NOON)):
        settings.keep_layout_version(version)
    settings.delete_layout(BUILT_IN_LAYOUTS[0].id)
    assert settings.layout_versions(BUILT_IN_LAYOUTS[0].id) == tuple(versions)


class _BreakOffError(Exception):
    """Something goes wrong half-way."""


def _change_everything(settings: SettingsStore) -> None:
    settings.save_company(a_company(name="AUTRE"))
    settings.save_sender_profile(a_sender("Zoé", host="autre.example"))
    settings.save_sender_profile(a_sender("Paul"))
    settings.save_pdf_settings(PdfSettings("browser"))
    settings.save_mail_template(replace(default_template(DocumentType.TICKET), subject="Autre"))
    settings.save_layout(replace(BUILT_IN_LAYOUTS[0], footer="Autre"))
    settings.save_preference("layout:C1", "a4")


def _break_off(settings: SettingsStore) -> None:
    with settings.all_or_nothing():
        _change_everything(settings)
        raise _BreakOffError


def test_what_is_saved_together_is_all_there(settings: SettingsStore) -> None:
    with settings.all_or_nothing():
        _change_everything(settings)
    assert settings.company() == a_company(name="AUTRE")
    assert [profile.user for profile in settings.sender_profiles()] == ["Paul", "Zoé"]
    assert settings.preference("layout:C1") == "a4"


def test_what_is_saved_together_is_undone_where_it_breaks_off(settings: SettingsStore) -> None:
    settings.save_company(a_company())
    settings.save_sender_profile(a_tested_sender("Zoé"))
    with pytest.raises(_BreakOffError):
        _break_off(settings)
    assert settings.company() == a_company()
    assert settings.sender_profiles() == [a_tested_sender("Zoé")]
    assert settings.pdf_settings() == PdfSettings()
    assert settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)
    assert settings.layouts() == BUILT_IN_LAYOUTS
    assert settings.preference("layout:C1") == ""
    settings.save_preference("layout:C1", "58mm")
    assert settings.preference("layout:C1") == "58mm"
