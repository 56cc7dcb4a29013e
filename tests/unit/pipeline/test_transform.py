"""From the source's names to our own (contract I.5 (a), I.30, II.9.1)."""

import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.event import Stage
from hooklog.testing.system import MemorySystem

NO_MAPPING = (
    "INVALID_META_TRANSFORMER_MAPPINGS",
    "Invalid meta transformer mappings: No transformer mapping found",
)
OTHER_WEBHOOK_ID = "00112233445566778899aabbccddeeff"


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem()
    system.define("visit", actions=(EI_CONSUMER,))
    return system


@pytest.mark.parametrize(
    "body",
    [{}, {"Event_Name": "visit"}]
    + [{"event_name": value} for value in (None, 5, 5.5, 10**30, True, ["visit"], {"name": "visit"})],
)
def test_a_name_that_is_absent_or_no_text_has_no_mapping_and_no_event_name(
    system: MemorySystem, body: dict[str, object]
) -> None:
    request_id = system.push(body)
    system.settle()
    assert NO_MAPPING == system.said(request_id)
    assert system.entry(request_id).event_name is None
    assert [Stage.ROUTE_ORG, Stage.TRANSFORM] == [record.stage for record in system.timeline(request_id)]


@pytest.mark.parametrize("transformer", ["defaultTransformer", "DefaultTransformer", "DEFAULTTRANSFORMER"])
def test_the_default_transformer_in_any_case_passes_names_through_without_a_mapping(
    system: MemorySystem, transformer: str
) -> None:
    system.add_webhook(OTHER_WEBHOOK_ID, transformer=transformer)
    request_id = system.push({"event_name": "visit", "Anything at all": "1"}, OTHER_WEBHOOK_ID)
    system.settle()
    assert "EVENT_SUCCESS" == system.entry(request_id).status.name
    assert {"Anything at all": "1"} == system.record(request_id).attributes


@pytest.mark.parametrize(
    "transformer", ["webEngageTransformer", "WebEngageTransformer", "kumulosTransformer"]
)
@pytest.mark.parametrize("name", ["Store Visit", ""])
def test_other_transformers_fail_where_no_mapping_fits(
    system: MemorySystem, transformer: str, name: str
) -> None:
    system.add_webhook(OTHER_WEBHOOK_ID, transformer=transformer)
    request_id = system.push({"event_name": name}, OTHER_WEBHOOK_ID)
    system.settle()
    assert NO_MAPPING == system.said(request_id)
    assert system.entry(request_id).event_name is None


def test_the_last_of_a_repeated_key_counts(system: MemorySystem) -> None:
    request_id = system.push(b'{"event_name":"nothing","event_name":"visit"}')
    system.settle()
    assert "EVENT_SUCCESS" == system.entry(request_id).status.name
