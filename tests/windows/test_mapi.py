"""Simple MAPI from a Windows Python (under Wine) to a registered mail program that writes down what it gets."""

from __future__ import annotations

import json

import pytest

from backend.adapters.mail.mapi import RETURN_CODES
from tests.windows.recorder import CLIENT_NAME, Recorder
from tests.windows.wine import Windows

PDF = "%PDF-1.4\n%%EOF\n"
SIZES = """
import ctypes, json
from backend.adapters.mail.mapi_structures import *
room = (ctypes.c_uint32 * 16)()
count = ctypes.WinDLL(r"C:\\recorder\\recorder.dll").Sizes(room)
ours = [ctypes.sizeof(each) for each in
        (MapiRecipDescW, MapiFileDescW, MapiMessageW, MapiRecipDesc, MapiFileDesc, MapiMessage)]
for name in ("lpszSubject", "flFlags", "lpOriginator", "nRecipCount", "lpRecips", "nFileCount", "lpFiles"):
    ours.append(getattr(MapiMessageW, name).offset)
print(json.dumps({"theirs": list(room)[:count], "ours": ours}))
"""
SEND = """
import json, os, threading
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from backend.adapters.mail.handed_over_files import HandedOverFiles
from backend.adapters.mail.mail_client import MailClientTransport
from backend.domain.document_type import DocumentType
from backend.domain.mail_failure import MailFailure
from backend.domain.outgoing_mail import Attachment, OutgoingMail
from backend.domain.sender_profile import SenderProfile, SendingMode

class Watch:
    steps = []
    def phase(self, phase): pass
    def step(self, name, detail=""): self.steps.append((name, detail))

folder = Path(r"C:\\users\\Hélène, caisse 1")
folder.mkdir(exist_ok=True)
pdf = folder / "C1-4-CAFÉ, l'été.pdf"
pdf.write_bytes(b"%PDF-1.4\\n%%EOF\\n")
files = HandedOverFiles(folder / "handed-over")
mail = OutgoingMail(
    "a" * 32, "C1-4", DocumentType.TICKET, "Zoé", datetime(2026, 11, 24, tzinfo=timezone.utc), "<a@b>",
    ("client@example.org", "zoé@example.org"), "Votre ticket n° 4 – 12,50 €", "Bonjour,\\nvoici « C1-4 ».",
    (Attachment(pdf.name, pdf, "application/pdf"),), "", cc=("compta@brico.example",), bcc=("archive@brico.example",),
    read_receipt=True,
)
sender = SenderProfile("Zoé", "caisse@brico.example", mode=SendingMode.MAIL_CLIENT, show_message="show" in sys.argv)
before = os.getcwd()
answers = []
for code in json.loads(sys.argv[1]):
    Path(r"C:\\recorder\\answers").write_text(code)
    try:
        delivery = MailClientTransport(files).send(mail, sender, Watch())
        answers.append([sorted(delivery.results), delivery.handed_over, delivery.transcript])
    except MailFailure as failure:
        answers.append([failure.mail_cause.value, failure.transcript])
files.close()
kept = len(list((folder / "handed-over").rglob("*.pdf")))
forgotten = HandedOverFiles(folder / "handed-over").forget()
print(json.dumps({"answers": answers, "steps": Watch.steps, "same_folder": os.getcwd() == before,
                  "thread": threading.get_native_id(), "kept": kept, "forgotten": forgotten}))
"""
OFFER = """
import json, os
os.environ["SESSIONNAME"] = sys.argv[1]
from dataclasses import asdict
from backend.adapters.mail.installed_client import find_mail_client
print(json.dumps(asdict(find_mail_client())))
"""


def test_the_structures_have_the_sizes_and_offsets_that_the_c_compiler_gives_them(
    windows: Windows, recorder: Recorder
) -> None:
    found = json.loads(windows.run(SIZES))
    assert found["ours"] == found["theirs"]
    assert found["ours"] == [40, 40, 96, 40, 40, 96, 8, 48, 56, 64, 72, 80, 88]


def test_the_registered_mail_program_is_offered_with_a_warning_in_a_remote_session(
    windows: Windows, recorder: Recorder
) -> None:
    here = json.loads(windows.run(OFFER, "Console"))
    assert here == {
        "client": {"way": "simple_mapi", "name": CLIENT_NAME, "program": ""},
        "reason": None,
        "is_remote": False,
    }
    assert json.loads(windows.run(OFFER, "RDP-Tcp#3"))["is_remote"]


@pytest.mark.parametrize(("show", "flags"), [((), "262145"), (("show",), "262153")])
def test_the_message_and_its_pdf_arrive(
    windows: Windows, recorder: Recorder, show: tuple[str, ...], flags: str
) -> None:
    said = json.loads(windows.run(SEND, '["0 2"]', *show))
    people = ["archive@brico.example", "client@example.org", "compta@brico.example", "zoé@example.org"]
    assert said["answers"] == [[people, True, "MAPISendMailW: 0 SUCCESS_SUCCESS"]]
    assert said["steps"] == [["client_found", CLIENT_NAME], ["handed_over", CLIENT_NAME]]
    assert said["same_folder"]
    assert (said["kept"], said["forgotten"]) == (1, 1)  # the next start forgets the copy
    facts = dict(recorder.facts)
    assert facts["function"] == "MAPISendMailW"
    assert (facts["flags"], facts["message_flags"]) == (flags, "2")
    assert facts["thread"] != str(said["thread"])
    assert facts["subject"] == "Votre ticket n° 4 – 12,50 €"
    assert facts["text"] == "Bonjour,\r|voici « C1-4 ».\r|"
    assert [(name, value) for name, value in recorder.facts if name in ("class", "to")] == [
        ("class", "1"),
        ("to", "SMTP:client@example.org"),
        ("class", "1"),
        ("to", "SMTP:zoé@example.org"),
        ("class", "2"),
        ("to", "SMTP:compta@brico.example"),
        ("class", "3"),
        ("to", "SMTP:archive@brico.example"),
    ]
    assert facts["position"] == "4294967295"
    assert facts["file"] == "C1-4-CAFÉ, l'été.pdf"
    assert facts["path"].isascii()
    assert "," not in facts["path"]
    assert recorder.received == PDF.encode()


def test_every_return_code_arrives_as_its_cause(windows: Windows, recorder: Recorder) -> None:
    codes = [code for code in RETURN_CODES if code != 27]
    said = json.loads(windows.run(SEND, json.dumps([f"{code} 2" for code in codes])))
    assert said["answers"] == [
        [RETURN_CODES[code][1].value, f"MAPISendMailW: {code} {RETURN_CODES[code][0]}"] for code in codes
    ]


def test_a_mail_program_without_unicode_gets_the_mail_in_the_code_page(windows: Windows, recorder: Recorder) -> None:
    said = json.loads(windows.run(SEND, '["27 0", "27 1"]'))
    assert said["answers"][0][1:] == [True, "MAPISendMail: 0 SUCCESS_SUCCESS"]
    assert said["answers"][1] == ["client_cancelled", "MAPISendMail: 1 MAPI_E_USER_ABORT"]
    facts = dict(recorder.facts)
    assert facts["function"] == "MAPISendMail"
    assert facts["flags"] == "1"
    assert facts["subject"] == "Votre ticket n° 4 – 12,50 €"
    assert facts["file"] == "C1-4-CAFÉ, l'été.pdf"
    assert recorder.received == PDF.encode()
