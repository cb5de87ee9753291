from __future__ import annotations

from typing import TYPE_CHECKING

from backend.domain.document_type import DocumentType
from backend.domain.mail_template import default_template

if TYPE_CHECKING:
    from tests.fakes import FakeServices
    from tests.web.visitor import Visitor


def test_subject_and_message_are_saved_with_their_variables(shop: FakeServices, administrator: Visitor) -> None:
    answer = administrator.post("/settings/mail", {"subject": "Ticket [NUMERO TICKET]", "body": "Bonjour [sic]"})
    assert answer.status_code == 204
    saved = shop.settings.mail_template(DocumentType.TICKET)
    assert saved is not None
    assert (saved.subject, saved.body) == ("Ticket [NUMERO TICKET]", "Bonjour [sic]")


def test_an_unknown_code_is_refused_with_its_place_and_nothing_typed_is_lost(
    shop: FakeServices, administrator: Visitor
) -> None:
    for code in ("NUMRO", "numero ticket"):
        answer = administrator.post("/settings/mail", {"subject": "Merci", "body": f"Le [{code}] à vous"})
        assert answer.status_code == 422
        assert f"[{code}]" in answer.text
        assert "4)" in answer.text
        assert f"Le [{code}] à vous" in answer.text
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)


def test_an_empty_text_is_refused(shop: FakeServices, administrator: Visitor) -> None:
    assert administrator.post("/settings/mail", {"subject": "", "body": "x"}).status_code == 422
    assert shop.settings.mail_template(DocumentType.TICKET) == default_template(DocumentType.TICKET)
