"""The tour of the training mode: a sentence on each screen of the main job, until somebody ends it."""

from __future__ import annotations

import re
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from backend.web.create_app import create_app
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from flask import Flask

    from backend.web.launch import LaunchTokens
    from tests.fakes import FakeServices


@pytest.fixture
def app(shop: FakeServices, launch: LaunchTokens) -> Flask:
    shop.training = True
    return create_app(shop, launch=launch, language="en")


def stop(visitor: Visitor, path: str) -> str:
    """Return what the tour says on a page, "" where it says nothing."""
    found = re.search(r'<aside class="tour".*?</aside>', visitor.get(path).text, re.DOTALL)
    return found[0] if found else ""


def test_nobody_is_shown_around_who_did_not_ask(cashier: Visitor) -> None:
    assert not stop(cashier, "/")


def test_it_goes_from_the_home_page_to_the_first_mail(cashier: Visitor, shop: FakeServices) -> None:
    assert cashier.post("/help/tour").headers["HX-Redirect"] == "/"
    assert "Step 1 of 5" in stop(cashier, "/")
    assert 'href="/tickets/"' in stop(cashier, "/")
    assert "Step 2 of 5" in stop(cashier, "/tickets/")
    mail = EmailMessage()
    mail.set_content("Bonjour")
    shop.captured.mails = [mail.as_bytes()]
    assert "Step 4 of 5" in stop(cashier, "/tickets/")
    assert 'href="/practice-mailbox/"' in stop(cashier, "/tickets/")
    assert "Step 5 of 5" in stop(cashier, "/practice-mailbox/")
    assert not stop(cashier, "/help/")


def test_it_ends_when_asked(cashier: Visitor) -> None:
    cashier.post("/help/tour")
    assert cashier.post("/help/end-tour").headers["HX-Redirect"] == "/"
    assert not stop(cashier, "/")


def test_it_is_offered_in_the_training_mode_only(cashier: Visitor, shop: FakeServices) -> None:
    assert "/help/tour" in cashier.get("/help/").text
    shop.training = False
    assert "/help/tour" not in cashier.get("/help/").text
    assert cashier.post("/help/tour").status_code == 404
