"""Which definition judges an event (contract I.5 (b), I.8, I.9)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER, PublishState
from hooklog.event import Stage
from hooklog.pipeline.stage import VALUE_CHARACTERS_MAX
from hooklog.testing.setting import ORG_ID, field
from hooklog.testing.system import MemorySystem

SUCCESS = ("EVENT_SUCCESS", "Event processed successfully")
NAME_CHARACTERS_MAX = 256


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem()
    system.define("visit", actions=(EI_CONSUMER,))
    return system


def push(system: MemorySystem, name: str, **attributes: object) -> bytes:
    request_id = system.push({"event_name": name, **attributes})
    system.settle()
    return request_id


@pytest.mark.parametrize("name", ["", "unknown", "Visit", "visit ", " ", "vi\u0000sit", "naïve 🙂"])
def test_an_empty_or_unknown_name_is_shown_as_sent(system: MemorySystem, name: str) -> None:
    request_id = push(system, name)
    assert ("INVALID_EVENT_NAME", f"Invalid event name {name}") == system.said(request_id)
    assert name == system.entry(request_id).event_name
    assert Stage.FIND_DEFINITION == system.timeline(request_id)[-1].stage


def test_a_disabled_event_is_unknown_to_pushes(system: MemorySystem) -> None:
    system.catalog.disable_definition(ORG_ID, "visit")
    assert ("INVALID_EVENT_NAME", "Invalid event name visit") == system.said(push(system, "visit"))


def test_another_orgs_event_is_unknown(system: MemorySystem) -> None:
    system.add_org(200_001)
    system.define("theirs", actions=(EI_CONSUMER,), org_id=200_001)
    assert ("INVALID_EVENT_NAME", "Invalid event name theirs") == system.said(push(system, "theirs"))


@pytest.mark.parametrize("state", [PublishState.UNPUBLISHED, PublishState.PUBLISHED])
def test_an_event_counts_before_and_after_publishing(system: MemorySystem, state: str) -> None:
    system.define("sale", actions=(EI_CONSUMER,), state=state)
    assert SUCCESS == system.said(push(system, "sale"))


def test_the_newest_version_judges_and_the_entry_remembers_which_one_it_was(system: MemorySystem) -> None:
    before = push(system, "visit")
    system.define("visit", field("ref", "string"), actions=(EI_CONSUMER,))
    after = push(system, "visit")
    assert SUCCESS == system.said(before)
    assert "FIELD_VALIDATION_FAILED" == system.entry(after).status.name
    assert [1, 2] == [system.log.definition_version(ORG_ID, request_id) for request_id in (before, after)]
    assert {"version": 2} == system.timeline(after)[Stage.FIND_DEFINITION - Stage.ROUTE_ORG].detail


def test_an_event_without_a_definition_has_no_version_and_no_record(system: MemorySystem) -> None:
    request_id = push(system, "unknown")
    assert system.log.definition_version(ORG_ID, request_id) is None
    assert system.log.record(ORG_ID, request_id) is None


@pytest.mark.parametrize("excess", [0, 1])
def test_a_very_long_name_is_cut_in_the_message(system: MemorySystem, excess: int) -> None:
    name = "n" * (VALUE_CHARACTERS_MAX + excess)
    shown = name if excess == 0 else "n" * VALUE_CHARACTERS_MAX + "…"
    assert f"Invalid event name {shown}" == system.entry(push(system, name)).message


@pytest.mark.parametrize("excess", [0, 1])
def test_an_entrys_event_name_is_bounded_and_its_input_is_not(system: MemorySystem, excess: int) -> None:
    name = "n" * (NAME_CHARACTERS_MAX + excess)
    entry = system.entry(push(system, name))
    assert "n" * NAME_CHARACTERS_MAX == entry.event_name
    assert name.encode() in entry.input


def test_the_first_success_verifies_the_version_that_judged_it(system: MemorySystem) -> None:
    system.define("sale", field("ref", "string"), actions=(EI_CONSUMER,), state=PublishState.UNPUBLISHED)
    push(system, "sale")
    found = system.catalog.definition(ORG_ID, "sale")
    assert found is not None
    assert not found.is_verified
    push(system, "sale", ref="1")
    found = system.catalog.definition(ORG_ID, "sale")
    assert found is not None
    assert found.is_verified
