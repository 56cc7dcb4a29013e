"""Every status has words for people: what happened, and what to do next."""

import pytest

from hooklog.event import Status
from hooklog.explain.advice import advice


@pytest.mark.parametrize("status", Status)
def test_every_status_has_an_advice_in_whole_sentences(status: Status) -> None:
    said = advice(status)
    for text in (said.headline, said.next_step):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert len(said.headline) <= 80
    assert status.name not in said.headline


def test_no_two_statuses_have_the_same_headline() -> None:
    assert len(Status) == len({advice(status).headline for status in Status})


@pytest.mark.parametrize("status", [Status.EVENT_PROCESSING_FAILED, Status.EI_PROCESSOR_FAILED])
def test_what_is_not_the_sources_fault_is_not_put_on_it(status: Status) -> None:
    assert "operator" in advice(status).next_step
    assert "source send" not in advice(status).next_step
