"""Which mail program is offered, on desktops and registries as they are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from backend.adapters.mail.installed_client import LinuxPc, WindowsPc, offer_on_linux, offer_on_windows
from backend.domain.mail_client import HandOverWay, MailClientOffer
from backend.domain.mail_failure import MailCause

MAILTO = "x-scheme-handler/mailto"
MAIL_FILE = "message/rfc822"
XDG = ("xdg-email", "xdg-mime", "xdg-settings", "xdg-open")
CLIENTS = r"Software\Clients\Mail"
OUTLOOK = "Microsoft Outlook"


def linux(
    *programs: str,
    opens: Mapping[str, str] | None = None,
    settings: str = "",
    environment: Mapping[str, str] | None = None,
    screen: bool = True,
) -> MailClientOffer:
    """Return the offer where these programs are in /usr/bin (a path stays as it is)."""
    there = {program.rpartition("/")[2]: program if "/" in program else f"/usr/bin/{program}" for program in programs}

    def ask(command: Sequence[str]) -> str:
        if command[0] not in there:
            return ""
        return (opens or {}).get(command[-1], "") if command[0] == "xdg-mime" else settings

    around = {**({"DISPLAY": ":0"} if screen else {}), **(environment or {})}
    return offer_on_linux(LinuxPc(around, there.get, ask))


def way(offer: MailClientOffer) -> HandOverWay | MailCause | None:
    return offer.client.way if offer.client else offer.reason


def test_the_registered_program_gets_the_mail_by_xdg_email() -> None:
    offer = linux(*XDG, opens={MAILTO: "org.gnome.Evolution.desktop"})
    assert offer.client is not None
    assert (offer.client.way, offer.client.name, offer.client.program) == (
        HandOverWay.XDG_EMAIL,
        "Evolution",
        "/usr/bin/xdg-email",
    )
    assert not offer.client.may_send_unseen


def test_thunderbird_is_started_by_itself_where_it_is_registered_or_nobody_is() -> None:
    for opens in ({MAILTO: "thunderbird.desktop"}, {MAILTO: "net.thunderbird.Thunderbird.desktop"}, {}):
        assert way(linux(*XDG, "thunderbird", opens=opens)) is HandOverWay.THUNDERBIRD
    assert way(linux(*XDG, "thunderbird", opens={MAILTO: "kmail.desktop"})) is HandOverWay.XDG_EMAIL
    assert way(linux("xdg-mime", "thunderbird", opens={MAILTO: "kmail.desktop"})) is HandOverWay.THUNDERBIRD


def test_the_desktops_own_settings_are_asked_where_xdg_mime_knows_nothing() -> None:
    assert way(linux(*XDG, settings="kmail.desktop")) is HandOverWay.XDG_EMAIL


def test_a_program_that_opens_mails_gets_a_draft() -> None:
    offer = linux(*XDG, opens={MAIL_FILE: "claws-mail.desktop"})
    assert offer.client is not None
    assert (offer.client.way, offer.client.name) == (HandOverWay.DRAFT, "Claws-mail")


def test_xdg_email_alone_is_no_mail_program() -> None:
    assert way(linux(*XDG)) is MailCause.CLIENT_MISSING


def test_an_xdg_email_of_somebodys_own_knows_its_program_itself() -> None:
    offer = linux("/opt/mail/bin/xdg-email", "xdg-mime", screen=False)
    assert offer.client is not None
    assert (offer.client.way, offer.client.program) == (HandOverWay.XDG_EMAIL, "/opt/mail/bin/xdg-email")


def test_without_a_screen_no_window_can_open() -> None:
    known = {MAILTO: "kmail.desktop"}
    assert way(linux(*XDG, opens=known, screen=False)) is MailCause.CLIENT_NO_SCREEN
    assert way(linux(*XDG, opens=known, screen=False, environment={"WAYLAND_DISPLAY": "wayland-0"})) is (
        HandOverWay.XDG_EMAIL
    )


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "XRDP_SESSION"])
def test_a_remote_session_is_offered_it_with_a_warning(name: str) -> None:
    known = {MAILTO: "kmail.desktop"}
    assert linux(*XDG, opens=known, environment={name: "1"}).is_remote
    assert not linux(*XDG, opens=known).is_remote


@dataclass
class Registry(WindowsPc):
    """A registry as a table: (key, value name) to what this user has and what the PC has."""

    table: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    def values(self, key: str, name: str) -> list[str]:
        return list(self.table.get((key, name), ()))


@pytest.mark.parametrize("interface", ["DLLPath", "DLLPathEx"])
def test_outlook_takes_mails_by_mapi(interface: str) -> None:
    registry = Registry(
        {(CLIENTS, ""): [OUTLOOK], (rf"{CLIENTS}\{OUTLOOK}", interface): [r"C:\Program Files\OLMAPI32.DLL"]}
    )
    offer = offer_on_windows(registry)
    assert offer.client is not None
    assert (offer.client.way, offer.client.name) == (HandOverWay.SIMPLE_MAPI, OUTLOOK)
    assert offer.client.may_send_unseen


def test_this_users_choice_goes_before_that_of_the_pc() -> None:
    registry = Registry(
        {(CLIENTS, ""): ["Mozilla Thunderbird", OUTLOOK], (rf"{CLIENTS}\Mozilla Thunderbird", "DLLPath"): ["x.dll"]}
    )
    offer = offer_on_windows(registry)
    assert offer.client is not None
    assert offer.client.name == "Mozilla Thunderbird"


def test_a_program_without_the_interface_gets_drafts_or_is_not_offered() -> None:
    named = {(CLIENTS, ""): ["Outlook (new)"]}
    assert way(offer_on_windows(Registry(named))) is MailCause.CLIENT_UNSUPPORTED
    for key in (
        (r"Software\Classes\.eml", ""),
        (r"Software\Microsoft\Windows\CurrentVersion\Explorer\FileExts\.eml\UserChoice", "ProgId"),
    ):
        assert way(offer_on_windows(Registry({**named, key: ["Outlook.File.eml.15"]}))) is HandOverWay.DRAFT


def test_a_windows_without_a_mail_program_says_so() -> None:
    assert way(offer_on_windows(Registry())) is MailCause.CLIENT_MISSING


def test_a_remote_desktop_is_known_by_the_name_of_its_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONNAME", "RDP-Tcp#12")
    assert offer_on_windows(Registry()).is_remote
    monkeypatch.setenv("SESSIONNAME", "Console")
    assert not offer_on_windows(Registry()).is_remote
