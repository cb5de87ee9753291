"""`verify`, and the hidden commands that read a PDF or a logo for the program itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from backend.cli.context import FAILED, Start, emit, json_option
from backend.domain.errors import StorageError


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def verify(start: Start, file: Path) -> None:
    """Tell whether the PDF in FILE was issued here: genuine, altered or unknown (exit code 1 unless genuine)."""
    from backend.domain.pdf_verdict import PdfStanding
    from backend.usecases.verify_ticket_pdf import verify_ticket_pdf
    from backend.web.verdict_messages import explain_verdict

    with start.open_shop() as services:
        try:
            pdf = file.read_bytes()
        except OSError as error:
            raise StorageError(str(file), "io") from error
        verdict = verify_ticket_pdf(pdf, services)
        answer = {
            "status": verdict.standing.value,
            "sha256": verdict.sha256,
            "number": str(verdict.ticket) if verdict.ticket else "",
            "seal_fits": verdict.seal_fits,
            "issued": [
                {"event": entry.event, "at": entry.at.isoformat(), "user": entry.user, "reprint": entry.reprint}
                for entry in verdict.issues
            ],
        }
        explained = explain_verdict(verdict, services.clock.now())
        emit(answer, "\n".join([explained.title, explained.sentence, *explained.story]))
    if verdict.standing is not PdfStanding.GENUINE:
        sys.exit(FAILED)


@click.command("read-pdf", hidden=True)
@click.argument("pdf", type=click.Path(path_type=Path))
@click.argument("answer", type=click.Path(path_type=Path))
def read_pdf(pdf: Path, answer: Path) -> None:
    """Write the text of PDF to ANSWER."""
    from backend.bootstrap import write_text_of

    write_text_of(pdf, answer)


@click.command("read-logo", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("answer", type=click.Path(path_type=Path))
def read_logo(file: Path, answer: Path) -> None:
    """Write the logo in FILE, cleaned, to ANSWER."""
    from backend.bootstrap import write_logo_of

    write_logo_of(file, answer)
