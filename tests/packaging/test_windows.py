"""The Windows installer and what it installs, under Wine: no Python and no browser there."""

from __future__ import annotations

import hashlib
import json
import subprocess
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser_program import a_browser
from tests.import_files import a_shop_value, a_ticket_value, json_file
from tests.packaging.conftest import Note
from tests.packaging.installed import Installed
from tests.packaging.stand_in_engine import stand_in_engine
from tests.pdf_text import squeezed, text_of
from tests.servers.certificates import HOST, Certificates
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.servers.smtp_script import Script, Security
from tests.windows.wine import trust_authority
from wine import windows_path

ARCHIVE_MB, INSTALLER_MB = 60, 50


def test_archive_and_installer_are_of_a_size_that_a_shop_can_fetch(windows_folder: Path, note: Note) -> None:
    (archive,) = windows_folder.glob("facteur-*-windows-*.zip")
    (installer,) = windows_folder.glob("facteur-*-windows-*-setup.exe")
    sizes = archive.stat().st_size / 1e6, installer.stat().st_size / 1e6
    note(f"Windows archive {sizes[0]:.1f} MB, installer {sizes[1]:.1f} MB")
    assert sizes[0] < ARCHIVE_MB
    assert sizes[1] < INSTALLER_MB
    with zipfile.ZipFile(archive) as packed:
        assert {"Facteur/Facteur.exe", "Facteur/facteur-cli.exe", "Facteur/LICENSE.txt"} <= set(packed.namelist())


def test_the_installer_puts_it_where_no_administrator_is_needed(installed: Installed) -> None:
    assert {"Facteur.exe", "facteur-cli.exe", "uninstall.exe"} <= {path.name for path in installed.folder.iterdir()}
    (shortcut,) = installed.wine.drive_c.glob("users/*/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/*.lnk")
    assert shortcut.name == "Facteur.lnk"
    key = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\Facteur"
    said = installed.wine.run(["reg", "query", key])
    assert "QuietUninstallString" in said
    assert "DisplayVersion" in said


def test_every_line_of_the_self_test_is_good_but_for_the_missing_browser(installed: Installed) -> None:
    done = installed.call("self-test", "--json")
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    found = {row["check"]: row["state"] for row in report["checks"]}
    absent = {name for name, state in found.items() if state == "absent"}
    assert absent == {"pdf", "pdf_wkhtmltopdf", "pdf_browser"}, done.stdout.decode()
    assert {state for name, state in found.items() if name not in absent} == {"good"}, done.stdout.decode()
    assert (done.returncode, report["status"]) == (3, "incomplete")
    assert {"records", "settings", "logo", "mail", "keyring", "passphrase", "languages", "pages"} <= set(found)


@contextmanager
def served(installed: Installed, *options: str) -> Iterator[str]:
    """Serve the pages; gives the address that lets one browser in."""
    command = installed.wine.command(installed.command(*options, "serve", "--json"))
    environment = installed.wine.environment()
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as program:
        assert program.stdout
        try:
            yield json.loads(program.stdout.readline())["url"]
        finally:
            program.terminate()


def test_its_pages_are_served_to_a_browser_outside(installed: Installed, tmp_path: Path) -> None:
    with served(installed, "--data-dir", r"C:\served", "--training") as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=a_browser(tmp_path))
        page = browser.new_page()
        page.goto(url)
        assert page.locator("html").get_attribute("lang") == "fr"
        page.get_by_text("DUPOND").first.click()
        page.wait_for_url("**/")
        page.goto(url.partition("/enter")[0] + "/tickets")
        assert page.get_by_text("C1-4").first.is_visible()
        browser.close()


def test_strangers_are_not_let_in(installed: Installed) -> None:
    with served(installed, "--data-dir", r"C:\served", "--training") as url:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        first = opener.open(url, timeout=60)
        assert first.status == 200
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(url, timeout=60)  # noqa: S310 - our own address, spent already


def test_a_ticket_is_mailed_over_starttls_with_the_pdf_of_a_stand_in_engine(
    installed: Installed, certificates: Certificates, tmp_path: Path
) -> None:
    trust_authority(installed.wine, certificates.ca_file, tmp_path)
    script = Script(security=Security.STARTTLS, certificate=certificates.good, secrets={"caisse": "sésame-12"})
    server = ScriptedSmtp(script)
    shop = json_file(tmp_path / "shop.json", a_shop_value())
    tickets = json_file(tmp_path / "tickets.json", a_ticket_value(1041, labels=["Crêpe à l'œuf"]))
    sender = ("--user", "DUPOND", "--email", "caisse@brico.example", "--host", HOST, "--port", str(server.port))
    signing_in = ("--security", "starttls", "--username", "caisse", "--password-stdin")
    data = ("--data-dir", r"C:\shop")
    try:
        installed.run(*data, "shop", "load", windows_path(shop))
        installed.run(*data, "ticket", "import", windows_path(tickets))
        installed.run(*data, "sender", "set", *sender, *signing_in, stdin="sésame-12\n")
        installed.run(*data, "check", "mail", "--to", "client@example.org")
        with stand_in_engine(installed.wine, installed.wine.drive_c / "shop", tmp_path / "cache"):
            sent = installed.run(*data, "send", "K1-1041", "--to", "client@example.org")
    finally:
        server.stop()
    assert (sent["status"], sent["recipients"]) == ("sent", {"client@example.org": "accepted"})
    _test, mail = server.messages()
    assert all(session.encrypted for session in server.sessions)
    (pdf,) = mail.iter_attachments()
    made = tmp_path / "received.pdf"
    made.write_bytes(pdf.get_content())
    assert hashlib.sha256(made.read_bytes()).hexdigest() == sent["pdf"]["sha256"]
    assert squeezed("Crêpe à l'œuf") in text_of(made)
    kept = [path for path in (installed.wine.drive_c / "shop").rglob("*") if path.is_file()]
    assert not [path.name for path in kept if b"same-12" in path.read_bytes()]


def test_the_uninstaller_takes_the_program_and_leaves_the_shop_s_data(installed: Installed) -> None:
    kept = next(installed.wine.drive_c.glob("users/*/AppData/Local")) / "Facteur" / "records.sqlite3"
    installed.run("ticket", "list")
    assert kept.exists()
    # Without _?= it would go on in a copy of itself, and this would not wait for it.
    place = "C:" + str(installed.folder).partition("drive_c")[2].replace("/", "\\")
    installed.wine.run([windows_path(installed.folder / "uninstall.exe"), "/S", f"_?={place}"], timeout_s=300)
    assert not (installed.folder / "Facteur.exe").exists()
    assert not (installed.folder / "_internal").exists()
    assert kept.exists()
