import pytest

from backend.domain.found_server import FoundIn, SearchOutcome
from backend.domain.mail_provider import ProviderFileFault, SignIn
from backend.web.provider_messages import (
    ELSEWHERE,
    FILE_FAULTS,
    SOURCES,
    WANTED,
    explain_provider_file,
    explain_search,
)
from tests.languages import LANGUAGES, speaking


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_proof_outcome_and_fault_has_words(language: str) -> None:
    with speaking(language):
        texts = [str(SOURCES[place]) for place in FoundIn] + [str(WANTED[way]) for way in SignIn]
        for outcome in SearchOutcome:
            explained = explain_search(outcome, "brico 100 %.fr")
            texts += [explained.sentence, explained.remedy]
        for reason in FILE_FAULTS:
            explained = explain_provider_file(ProviderFileFault("mon 100 %.json", reason, "providers[1].port", "x"))
            texts += [explained.sentence, explained.remedy]
            assert "mon 100 %.json" in explained.sentence
        texts.append(str(ELSEWHERE) % {"host": "smtp.evil.example"})
    assert all(text.strip() and "%(" not in text for text in texts)


def test_a_fault_names_its_place() -> None:
    with speaking("en"):
        explained = explain_provider_file(ProviderFileFault("mine.json", "wrong_value", "providers[1].port", "0"))
    assert explained.sentence == "The provider file “mine.json” is left out: “providers[1].port” can't be “0”."
    assert explained.cause == "provider_file.wrong_value"
