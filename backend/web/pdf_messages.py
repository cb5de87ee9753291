"""The PDF that could not be made, or is not as it should be, by cause code and reason, as in failure_messages."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from backend.web.message_text import Text

_TRY_AGAIN = _l("Try again. If it happens again, run the test in the PDF settings.")
_OTHER_ENGINE = _l("Correct the arguments of the program, or choose another PDF printer.")

TEXTS: Mapping[str, Text] = {
    "pdf_died": (_l("The program that makes the PDF (%(engine)s) has broken off."), _TRY_AGAIN),
    "pdf_disk_full": (
        _l("The disk is full: the PDF could not be written."),
        _l("Make room on the disk, then try again."),
    ),
    "pdf_engine_missing": (
        _l("The program that makes PDFs (%(engine)s) is missing on this PC, or does not start."),
        _l("Install it, or choose another one in the PDF settings."),
    ),
    "pdf_engine_missing.any": (
        _l("Nothing on this PC makes PDFs: there is neither a browser (Edge, Chrome, Chromium) nor wkhtmltopdf."),
        _l("Install one of them: without it no ticket can be sent."),
    ),
    "pdf_engine_missing.browser": (
        _l("No browser that could make PDFs (Edge, Chrome or Chromium) was found on this PC."),
        _l("Install one, or choose another way in the PDF settings."),
    ),
    "pdf_engine_missing.program": (
        _l("No other program that makes PDFs is set."),
        _l("Name one in the PDF settings, or choose another way there."),
    ),
    "pdf_hung": (_l("The PDF was not ready in time: the program that makes it (%(engine)s) hung."), _TRY_AGAIN),
    "pdf_incomplete": (_l("The PDF was not complete, so it was thrown away."), _TRY_AGAIN),
    "pdf_refused": (_l("The PDF does not hold the whole ticket, so it was thrown away."), _TRY_AGAIN),
    "pdf_folder": (
        _l("PDFs can't be made in “%(path)s”."),
        _l("Check that the disk is there, or choose another folder."),
    ),
    "pdf_folder.absent": (
        _l("“%(path)s” is not there, and can't be made."),
        _l("Check that the disk is there, or choose another folder."),
    ),
    "pdf_folder.file": (_l("“%(path)s” is a file, not a folder."), _l("Choose a folder.")),
    "pdf_folder.full": (
        _l("The disk of “%(path)s” is full."),
        _l("Make room on the disk, or choose a folder on another one."),
    ),
    "pdf_folder.read_only": (
        _l("Facteur may not write to “%(path)s”."),
        _l("Ask the person who looks after this PC to allow it, or choose another folder."),
    ),
    "pdf_folder.relative": (
        _l("“%(path)s” is not the full path of a folder."),
        _l("Type it from the disk on, or leave the field empty for the folder that is proposed."),
    ),
    "pdf_not_tested": (
        _l("These PDF settings have not passed their test yet."),
        _l("Make the test PDF: once it is right, the settings can be put in force."),
    ),
    "pdf_test": (_l("The test PDF is not as it should be."), _OTHER_ENGINE),
    "pdf_test.cut": (_l("The test page is cut: of its 80 mm only %(detail)s mm are on the paper."), _OTHER_ENGINE),
    "pdf_test.font": (
        _l("The test PDF doesn't hold its font (%(detail)s): on other PCs and phones it would look different."),
        _OTHER_ENGINE,
    ),
    "pdf_test.pages": (_l("The test page came out on %(detail)s pages instead of one."), _OTHER_ENGINE),
    "pdf_test.ruler": (_l("The ruler is missing on the test page."), _OTHER_ENGINE),
    "pdf_test.scale": (
        _l("The scale is wrong: the ruler of 50 mm is %(detail)s mm long."),
        _OTHER_ENGINE,
    ),
    "pdf_test.text": (_l("“%(detail)s” can't be read in the test PDF as text."), _OTHER_ENGINE),
    "pdf_test.width": (_l("The test page is %(detail)s mm wide instead of 80 mm."), _OTHER_ENGINE),
    "pdf_too_big": (
        _l("The ticket is too big for a PDF."),
        _l("Make it shorter: fewer articles, shorter texts or a smaller logo."),
    ),
    "pdf_unwritable": (
        _l("The PDF could not be written into its folder."),
        _l("Check in the PDF settings that the folder is there and may be written to."),
    ),
    "program_not_confirmed": (
        _l("The file names a program that would make the PDFs on this PC: %(programs)s. Nothing was taken over."),
        _l("If you know it and trust it, confirm it; else leave out the part about PDFs."),
    ),
}
