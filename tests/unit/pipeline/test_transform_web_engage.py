"""What arrives on a WebEngage webhook is mapped to our own names (contract I.5 (a), I.6, I.30, II.6)."""

import msgspec
import pytest

from hooklog.catalog.base import EI_CONSUMER, FieldMapping
from hooklog.event import Stage
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, customer_field, field
from hooklog.testing.system import MemorySystem

NO_MAPPING = (
    "INVALID_META_TRANSFORMER_MAPPINGS",
    "Invalid meta transformer mappings: No transformer mapping found",
)
WEB_ENGAGE_ID = "00112233445566778899aabbccddeeff"
CHILD_ID = 200_001


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem()
    system.add_webhook(WEB_ENGAGE_ID, transformer="WebEngageTransformer")
    system.add_customer(500_001, mobile="919800000001")
    system.define(
        "visit",
        customer_field(),
        field("sku", "productSku"),
        field("price", "double", isRequired="false"),
        actions=(EI_CONSUMER,),
    )
    with system.catalog.changing() as changes:
        changes.map_names(ORG_ID, {"Store Visit": "visit"})
        changes.map_fields(
            ORG_ID, "visit", [FieldMapping("mobile", "Customer Mobile"), FieldMapping("sku", "SKU ID")]
        )
    return system


def push(system: MemorySystem, body: dict[str, object], webhook_id: str = WEB_ENGAGE_ID) -> bytes:
    request_id = system.push(body, webhook_id)
    system.settle()
    return request_id


def test_mapped_event_is_judged_and_stored_under_our_names(system: MemorySystem) -> None:
    body = {"event_name": "Store Visit", "Customer Mobile": "919800000001", "SKU ID": 77, "Colour": "red"}
    request_id = push(system, body)
    assert ("EVENT_SUCCESS", "Event processed successfully") == system.said(request_id)
    entry, record = system.entry(request_id), system.record(request_id)
    assert "visit" == entry.event_name
    assert msgspec.json.encode(body) == entry.input
    assert 500_001 == record.user_id
    assert {"sku": "77", "Colour": "red"} == record.attributes


def test_names_are_the_sources_own_and_in_their_case(system: MemorySystem) -> None:
    for name in ("visit", "store visit", "Store Visit ", ""):
        request_id = push(system, {"event_name": name, "SKU ID": "1"})
        assert NO_MAPPING == system.said(request_id)
        assert system.entry(request_id).event_name is None


@pytest.mark.parametrize("body", [{}, {"event_name": None}, {"event_name": 5}])
def test_name_that_is_absent_or_no_text_has_no_mapping(system: MemorySystem, body: dict[str, object]) -> None:
    assert NO_MAPPING == system.said(push(system, body))


def test_missing_field_is_named_as_the_definition_names_it(system: MemorySystem) -> None:
    status, message = system.said(push(system, {"event_name": "Store Visit", "SKU": "1"}))
    assert "FIELD_VALIDATION_FAILED" == status
    assert "sku: isRequired, received nothing" in message


def test_unmapped_name_that_equals_a_fields_name_fills_it(system: MemorySystem) -> None:
    body = {"event_name": "Store Visit", "mobile": "919800000001", "sku": "1", "price": 5}
    record = system.record(push(system, body))
    assert (500_001, {"sku": "1", "price": "5.0"}) == (record.user_id, record.attributes)


def test_event_that_a_name_means_may_be_unknown(system: MemorySystem) -> None:
    with system.catalog.changing() as changes:
        changes.map_names(ORG_ID, {"Gone": "gone"})
    request_id = push(system, {"event_name": "Gone"})
    assert ("INVALID_EVENT_NAME", "Invalid event name gone") == system.said(request_id)


def test_the_default_transformer_maps_nothing(system: MemorySystem) -> None:
    request_id = push(system, {"event_name": "Store Visit"}, WEBHOOK_ID)
    assert ("INVALID_EVENT_NAME", "Invalid event name Store Visit") == system.said(request_id)
    record = system.record(push(system, {"event_name": "visit", "sku": "1", "SKU ID": "2"}, WEBHOOK_ID))
    assert {"sku": "1", "SKU ID": "2"} == record.attributes


def test_change_of_a_mapping_holds_for_what_is_pushed_afterwards(system: MemorySystem) -> None:
    body: dict[str, object] = {"event_name": "Came", "SKU ID": "1"}
    assert NO_MAPPING == system.said(push(system, body))
    with system.catalog.changing() as changes:
        changes.map_names(ORG_ID, {"Came": "visit"})
    assert "EVENT_SUCCESS" == system.said(push(system, body))[0]


def test_child_uses_its_parents_names_where_it_has_none_of_its_own(system: MemorySystem) -> None:
    system.add_org(CHILD_ID, parent_org_id=ORG_ID)
    for name in ("visit", "stay"):
        system.define(name, customer_field(), field("sku", "string"), actions=(EI_CONSUMER,), org_id=CHILD_ID)
    resolver = {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD_ID}
    body: dict[str, object] = {"event_name": "Store Visit", "SKU ID": "1", "orgResolver": resolver}
    request_id = push(system, body)
    assert ("visit", CHILD_ID) == (system.entry(request_id).event_name, system.entry(request_id).org_id)
    assert {"sku": "1"} == system.record(request_id).attributes
    with system.catalog.changing() as changes:
        changes.map_names(CHILD_ID, {"Store Visit": "stay"})
        changes.map_fields(CHILD_ID, "stay", [FieldMapping("sku", "Room")])
    request_id = push(system, body | {"Room": "7"})
    assert "stay" == system.entry(request_id).event_name
    assert {"sku": "7", "SKU ID": "1"} == system.record(request_id).attributes


def test_the_timeline_tells_the_sources_name(system: MemorySystem) -> None:
    request_id = push(system, {"event_name": "Store Visit", "SKU ID": "1"})
    [line] = [line for line in system.timeline(request_id) if line.stage is Stage.TRANSFORM]
    assert {"sourceName": "Store Visit"} == line.detail
