"""Take over the settings of a file: shown first, then all of them or none; it opens no gate (`settings import`)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from backend.domain.errors import InvalidInputError
from backend.domain.pdf_settings import PdfSettings
from backend.domain.portable_settings import (
    ChangeKind,
    PortableSettings,
    ProgramNotConfirmedError,
    SettingsChange,
    SettingsSection,
    programs_in,
    settings_changes,
)
from backend.domain.sender_profile import Authentication, SenderProfile, SendingMode
from backend.domain.ticket_layout import TicketLayout
from backend.domain.user import Role, User
from backend.ports import Services
from backend.usecases.edit_layouts import checked_layout, keep_version
from backend.usecases.export_settings import portable_settings
from backend.usecases.manage_users import save_user
from backend.usecases.save_sender_profile import password_name
from backend.usecases.test_pdf import forget_test_pdf, make_test_pdf, remember_test

ALL_SECTIONS = tuple(SettingsSection)


@dataclass(frozen=True, slots=True)
class SettingsPreview:
    """What an import would do here; `programs` would be started on this PC and have to be confirmed.

    `to_test` are the users whose gate is closed by it, `to_sign_in` those of them who must give their password, or sign
    in at their provider, anew.
    """

    changes: tuple[SettingsChange, ...]
    programs: tuple[str, ...] = ()
    to_test: tuple[str, ...] = ()
    to_sign_in: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether everything in the file is so here already."""
        return all(change.kind is ChangeKind.LEFT_OUT for change in self.changes)


def preview_settings(
    settings: PortableSettings, services: Services, sections: Collection[SettingsSection] = ALL_SECTIONS
) -> SettingsPreview:
    """Tell what `import_settings` would do, and do nothing; raises StorageError."""
    wanted = _only(settings, sections)
    known = portable_settings(services)
    senders, absent = _known_senders(wanted, services)
    changes = settings_changes(known, replace(wanted, senders=senders))
    left_out = tuple(SettingsChange(SettingsSection.SENDERS, profile.user, ChangeKind.LEFT_OUT) for profile in absent)
    changed = [change.name for change in changes if change.section is SettingsSection.SENDERS]
    again = [
        profile.user
        for profile in senders
        if profile.user in changed and not _keeps_secret(services.settings.sender_profile(profile.user), profile)
    ]
    return SettingsPreview((*changes, *left_out), _new_programs(wanted.pdf, known.pdf), tuple(changed), tuple(again))


def import_settings(
    settings: PortableSettings,
    services: Services,
    sections: Collection[SettingsSection] = ALL_SECTIONS,
    *,
    accepts_programs: bool = False,
) -> SettingsPreview:
    """Take over these sections, all of them or nothing; return what has changed.

    PDF settings come into force only once they have made their test PDF on this PC (PRODUCT C5). Each changed sender
    has to be tested anew (B6), and a password never goes along to another server: it is forgotten.
    Raises ProgramNotConfirmedError, InvalidInputError, SecretsUnavailableError, StorageError and those of
    `make_test_pdf`; then nothing has changed.
    """
    preview = preview_settings(settings, services, sections)
    if preview.programs and not accepts_programs:
        raise ProgramNotConfirmedError("; ".join(preview.programs))
    wanted = _only(settings, sections)
    changes_pdf = wanted.pdf is not None and wanted.pdf != services.settings.pdf_settings()
    if changes_pdf:
        forget_test_pdf(make_test_pdf(services, wanted.pdf))
    senders, _absent = _known_senders(wanted, services)
    with services.settings.all_or_nothing():
        if wanted.company:
            _save_company(wanted, services)
        if wanted.pdf and changes_pdf:
            services.settings.save_pdf_settings(wanted.pdf)
            remember_test(services)
        for template in wanted.mail_texts:
            services.settings.save_mail_template(template)
        for layout in wanted.layouts:
            _save_layout(layout, services)
        for profile in senders:
            if profile.user in preview.to_test:
                _save_sender(profile, services)
    return preview


def _only(settings: PortableSettings, sections: Collection[SettingsSection]) -> PortableSettings:
    return PortableSettings(
        settings.company if SettingsSection.COMPANY in sections else None,
        settings.pdf if SettingsSection.PDF in sections else None,
        settings.mail_texts if SettingsSection.MAIL_TEXTS in sections else (),
        settings.layouts if SettingsSection.LAYOUTS in sections else (),
        settings.senders if SettingsSection.SENDERS in sections else (),
    )


def _known_senders(
    wanted: PortableSettings, services: Services
) -> tuple[tuple[SenderProfile, ...], tuple[SenderProfile, ...]]:
    """Return the senders under the names that their users have here, and those whose user is not here.

    In a shop that has no user yet, as `sender set` does, the first one in the file becomes its administrator.
    """
    names = {user.name.casefold(): user.name for user in services.users.users()}
    if not names and wanted.senders:
        first = wanted.senders[0].user
        names = {first.casefold(): first}
    here = [replace(each, user=names[each.user.casefold()]) for each in wanted.senders if each.user.casefold() in names]
    absent = [each for each in wanted.senders if each.user.casefold() not in names]
    return tuple(here), tuple(absent)


def _new_programs(wanted: PdfSettings | None, known: PdfSettings | None) -> tuple[str, ...]:
    return tuple(program for program in programs_in(wanted) if program not in programs_in(known))


def _keeps_secret(known: SenderProfile | None, wanted: SenderProfile) -> bool:
    """Tell whether the password or sign-in of this PC still goes to the same server, for the same account."""
    if wanted.mode is not SendingMode.SMTP or not wanted.signs_in_as:
        return True
    return known is not None and bool(known.secret_version) and _same_account(known, wanted)


def _same_account(known: SenderProfile, wanted: SenderProfile) -> bool:
    names = ("host", "signs_in_as", "authentication", "oauth_provider")
    return all(getattr(known, name) == getattr(wanted, name) for name in names)


def _save_company(wanted: PortableSettings, services: Services) -> None:
    known = services.settings.company()
    if wanted.company:
        services.settings.save_company(replace(wanted.company, logo_sha256=known.logo_sha256 if known else ""))


def _save_layout(layout: TicketLayout, services: Services) -> None:
    known = next((each for each in services.settings.layouts() if each.id == layout.id), None)
    if known and known.paper is not layout.paper:
        raise InvalidInputError("layouts", "layout_paper", layout.name)
    checked = checked_layout(layout, services)
    if known == checked:
        return
    if known:
        keep_version(known, services)
    services.settings.save_layout(checked)


def _save_sender(profile: SenderProfile, services: Services) -> None:
    """Save a sender with its gate closed; what it signs in with stays only for the same account."""
    if not services.users.users():
        save_user(User(profile.user, Role.ADMINISTRATOR), None, services.users)
    known = services.settings.sender_profile(profile.user)
    if known is None:
        services.settings.save_sender_profile(profile.not_working())
        return
    keeps = _same_account(known, profile)
    services.settings.save_sender_profile(
        replace(
            profile,
            secret_version=known.secret_version if keeps else "",
            pinned_certificate=known.pinned_certificate if profile.host == known.host else "",
            relay_version=known.relay_version,
        ).not_working()
    )
    if not keeps:
        _forget_secret(known, services)


def _forget_secret(known: SenderProfile, services: Services) -> None:
    if known.authentication is Authentication.OAUTH2:
        services.oauth.forget(known.user)
    elif known.secret_version:
        services.secrets.delete(password_name(known.user))
