"""Adapter mappings through the real program: posted, merged, read, used and masked (contract I.24, I.30, II.6)."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, Engineer, set_to
from hooklog.testing.program import Program, running, till_auth, wait_until

ORG, OTHER_ORG, CHILD = 1001, 1002, 1003
MAPPING = f"{EVENTS}/adapter_mapping"
NO_MAPPING = "Invalid meta transformer mappings: No transformer mapping found"
NOT_FOUND = (404, 404, "Incorrect resource")
SEER, READER = "hk_seer", "hk_reader"
_numbers = count()


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.org(OTHER_ORG)
    content.org(CHILD, parent_org_id=ORG)
    for org_id, code in ((ORG, "till01"), (OTHER_ORG, "till02"), (CHILD, "till03")):
        content.till(org_id, code)
    content.api_key(ORG, SEER, "events:read", "psi:read")
    content.api_key(ORG, READER, "events:read")
    content.customer(ORG, 1, mobile="919800000001")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("mappings") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def engineer(program: Program) -> Iterator[Engineer]:
    with Engineer(program, till_auth("till01", "secret")) as engineer:
        yield engineer


@pytest.fixture(scope="module")
def webhook(engineer: Engineer) -> str:
    """A webhook that a WebEngage source pushes to."""
    return engineer.webhook("WebEngageTransformer")


@pytest.fixture
def name(engineer: Engineer) -> str:
    """An event with a customer, a required sku and a note."""
    name = f"event{next(_numbers)}"
    note = set_to("string", "note", isRequired="false")
    engineer.define(name, set_to("customer", "mobile"), set_to("productSku", "sku"), note)
    return name


def why(engineer: Engineer, **body: Any) -> tuple[int, str]:
    refused = engineer.refused("POST", MAPPING, json=body)
    assert 400 == refused.http_status
    return refused.code, refused.message


def why_not(engineer: Engineer, **data: Any) -> str:
    """Why WebEngage data is refused."""
    code, message = why(engineer, transformerType="webEngageTransformer", webEngageTransformerData=data)
    assert 400 == code
    return message


def test_both_mappings_are_null_until_posted(engineer: Engineer, name: str) -> None:
    nothing = {"defaultTransformerMapping": None, "webEngageTransformerMapping": None}
    assert nothing == engineer.mappings(name)
    body = engineer.answer(MAPPING)
    assert ["data", "warnings", "errors"] == list(body)
    assert {"eventName": name, "transformerMappings": nothing} in body["data"]


@pytest.mark.parametrize("spelling", ["defaultTransformer", "DefaultTransformer", "DEFAULTTRANSFORMER"])
def test_the_default_mapping_names_events_and_all_their_fields(
    engineer: Engineer, name: str, spelling: str
) -> None:
    body = {"transformerType": spelling, "eventsMapped": [name]}
    assert [] == engineer.done("POST", MAPPING, json=body)
    mapping = engineer.mappings(name)["defaultTransformerMapping"]
    assert name == mapping["eventNameMapping"]["valueMap"][name]
    fields = [{"eventFieldName": field} for field in ("mobile", "sku", "note")]
    assert fields == mapping["eventFieldMappings"]
    assert engineer.mappings(name)["webEngageTransformerMapping"] is None


def test_the_documented_web_engage_body_is_taken(engineer: Engineer, name: str) -> None:
    body = {
        "transformerType": "webEngageTransformer",
        "webEngageTransformerData": {
            "eventMapper": {
                "eventFieldName": "event_name",
                "eventDataType": "",
                "fieldName": "event_name",
                "valueMap": {f"Store {name}": name},
            },
            "eventFieldMapper": {
                name: [{"eventFieldName": "mobile", "eventDataType": "", "fieldName": "Customer Mobile"}]
            },
        },
    }
    assert [] == engineer.done("POST", MAPPING, json=body)
    mapping = engineer.mappings(name)["webEngageTransformerMapping"]
    assert name == mapping["eventNameMapping"]["valueMap"][f"Store {name}"]
    assert [{"eventFieldName": "mobile", "fieldName": "Customer Mobile"}] == mapping["eventFieldMappings"]
    [own] = [one for one in engineer.answer(MAPPING)["data"] if one["eventName"] == name]
    assert engineer.mappings(name) == own["transformerMappings"]


def test_mappings_merge(engineer: Engineer, name: str) -> None:
    engineer.map_web_engage({f"A{name}": name}, **{name: {"mobile": "Mobile", "sku": "SKU"}})
    engineer.map_web_engage({f"B{name}": name}, **{name: {"sku": "Item"}})
    engineer.done("POST", MAPPING, json={"transformerType": "defaultTransformer", "eventsMapped": [name]})
    mappings = engineer.mappings(name)
    assert mappings["defaultTransformerMapping"] is not None
    web_engage = mappings["webEngageTransformerMapping"]
    names = web_engage["eventNameMapping"]["valueMap"]
    assert (name, name) == (names[f"A{name}"], names[f"B{name}"])
    assert [
        {"eventFieldName": "mobile", "fieldName": "Mobile"},
        {"eventFieldName": "sku", "fieldName": "Item"},
    ] == web_engage["eventFieldMappings"]


def test_the_standard_misspelling_gives_way_to_the_fields_own_name(
    engineer: Engineer, webhook: str, name: str
) -> None:
    """What came with a standard event is corrected by who names the field as its definition does."""
    engineer.define(name, set_to("productCategory", "productCategory"), method="PUT")
    engineer.map_web_engage({f"X{name}": name}, **{name: {"productCateogry": "Category"}})
    engineer.map_web_engage({}, **{name: {"productCategory": "Kind"}})
    mapping = engineer.mappings(name)["webEngageTransformerMapping"]
    assert [{"eventFieldName": "productCategory", "fieldName": "Kind"}] == mapping["eventFieldMappings"]
    sent = {"event_name": f"X{name}", "Category": "old", "Kind": "new"}
    entry = engineer.outcome(webhook, sent)
    [record] = engineer.answer("/v2/events/event_data", id=entry["id"])["data"]
    assert "new" == record["additonalAttributes"]["productCategory"]
    both = [{"eventFieldName": "productCategory"}, {"eventFieldName": "productCateogry", "fieldName": "B"}]
    assert "mapped twice" in why_not(engineer, eventFieldMapper={name: both})


def test_a_source_name_means_one_event_and_moving_it_is_told(engineer: Engineer, name: str) -> None:
    other = f"{name}-other"
    engineer.define(other)
    assert [] == engineer.map_web_engage({f"X{name}": name})
    [warning] = engineer.map_web_engage({f"X{name}": other})
    assert f'source name "X{name}" meant the event "{name}" until now' == warning
    assert (
        other
        == engineer.mappings(other)["webEngageTransformerMapping"]["eventNameMapping"]["valueMap"][f"X{name}"]
    )


def test_a_mapping_may_name_what_the_event_does_not_declare(engineer: Engineer, name: str) -> None:
    warnings = engineer.map_web_engage({}, **{name: {"colour": "Colour"}})
    assert [f'event "{name}" has no field "colour"; its value will be stored all the same'] == warnings


@pytest.mark.parametrize("kind", [None, "", 5, "kumulosTransformer", "default", ["defaultTransformer"]])
def test_an_unknown_transformer_is_refused(engineer: Engineer, kind: object) -> None:
    code, message = why(engineer, transformerType=kind, eventsMapped=["x"])
    assert 1808 == code
    assert "customer event transformer not present" in message


@pytest.mark.parametrize("events", [None, [], "x", [5], {"a": 1}])
def test_the_default_mapping_needs_its_events(engineer: Engineer, events: object) -> None:
    code, message = why(engineer, transformerType="defaultTransformer", eventsMapped=events)
    assert (400, True) == (code, "list of the names of events" in message)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "maps nothing"),
        ({"eventMapper": {"valueMap": {}}}, "maps nothing"),
        ({"eventMapper": []}, "eventMapper is []"),
        ({"eventMapper": {}}, "valueMap is null"),
        ({"eventMapper": {"valueMap": {"a": 5}}}, "valueMap.a is 5"),
        ({"eventMapper": {"valueMap": {"": "x"}}}, "a key of"),
        ({"eventMapper": {"valueMap": {"a" * 201: "x"}}}, "1 to 200 characters"),
        ({"eventMapper": {"valueMap": {"a": "x"}, "fieldName": "name"}}, "always in event_name"),
        ({"eventMapper": {"valueMap": {"a": "x"}, "eventFieldName": ["name"]}}, "always in event_name"),
        ({"eventFieldMapper": {"x": {}}}, "at most 500 objects"),
        ({"eventFieldMapper": {"x": [5]}}, "eventFieldMapper.x[0] is 5"),
        ({"eventFieldMapper": {"x": [{"fieldName": "A"}]}}, "x[0].eventFieldName is null"),
        ({"eventFieldMapper": {"x": [{"eventFieldName": "a", "fieldName": 5}]}}, "x[0].fieldName is 5"),
        ({"eventFieldMapper": {"x": [{"eventFieldName": "a"}, {"eventFieldName": "a"}]}}, "mapped twice"),
    ],
)
def test_bad_web_engage_data_is_refused_and_the_message_says_where(
    engineer: Engineer, data: dict[str, Any], words: str
) -> None:
    assert words in why_not(engineer, **data)


def test_web_engage_data_must_be_there(engineer: Engineer) -> None:
    nothing: tuple[object, ...] = (None, [], "x")
    for data in nothing:
        code, message = why(engineer, transformerType="webEngageTransformer", webEngageTransformerData=data)
        assert (400, True) == (code, "webEngageTransformerData is" in message)


def test_events_that_are_not_there_or_disabled_are_not_found_and_nothing_is_stored(
    engineer: Engineer, name: str
) -> None:
    disabled = f"{name}-off"
    engineer.define(disabled)
    engineer.disable(disabled)
    for target in ("unknown", name.upper(), disabled):
        for body in (
            {"transformerType": "defaultTransformer", "eventsMapped": [name, target]},
            {
                "transformerType": "webEngageTransformer",
                "webEngageTransformerData": {"eventMapper": {"valueMap": {"A": name, "B": target}}},
            },
            {
                "transformerType": "webEngageTransformer",
                "webEngageTransformerData": {"eventFieldMapper": {name: [], target: []}},
            },
        ):
            assert NOT_FOUND == engineer.refused("POST", MAPPING, json=body)
    assert {"defaultTransformerMapping": None, "webEngageTransformerMapping": None} == engineer.mappings(name)
    assert disabled not in [one["eventName"] for one in engineer.answer(MAPPING)["data"]]


def test_each_org_has_mappings_of_its_own(program: Program, engineer: Engineer, name: str) -> None:
    engineer.map_web_engage({f"X{name}": name})
    with Engineer(program, till_auth("till02", "secret")) as other:
        assert [] == other.answer(MAPPING)["data"]
        other.define(name)
        assert other.mappings(name)["webEngageTransformerMapping"] is None
        theirs = other.webhook("WebEngageTransformer", "till02")
        assert NO_MAPPING == other.outcome(theirs, {"event_name": f"X{name}"})["message"]


def test_what_is_mapped_is_judged_under_our_names(engineer: Engineer, webhook: str, name: str) -> None:
    engineer.map_web_engage({f"X {name}": name}, **{name: {"mobile": "Customer Mobile", "sku": "SKU ID"}})
    body = {
        "event_name": f"X {name}",
        "Customer Mobile": "919800000001",
        "SKU ID": 5,
        "note": "n",
        "Colour": "red",
    }
    request_id = engineer.accepted(webhook, body)
    engineer.settled(request_id)
    [entry] = engineer.answer(f"/v2/events/logs/{request_id}", include="record")["data"]
    assert ("EVENT_SUCCESS", name) == (entry["status"], entry["eventName"])
    attributes = entry["record"]["additonalAttributes"]
    assert {"sku": "5", "note": "n", "Colour": "red"}.items() <= attributes.items()
    assert {"SKU ID", "Customer Mobile", "mobile"}.isdisjoint(attributes)
    assert 1 == entry["record"]["userId"]


@pytest.mark.parametrize("body", [{}, {"event_name": ""}, {"event_name": 5}, {"event_name": "Unmapped"}])
def test_what_is_not_mapped_has_no_event_name(engineer: Engineer, webhook: str, body: dict[str, Any]) -> None:
    entry = engineer.outcome(webhook, body)
    assert ("INVALID_META_TRANSFORMER_MAPPINGS", NO_MAPPING) == (entry["status"], entry["message"])
    assert "eventName" not in entry


def test_a_change_holds_for_every_push_after_its_answer(engineer: Engineer, webhook: str, name: str) -> None:
    assert NO_MAPPING == engineer.outcome(webhook, {"event_name": name})["message"]
    engineer.map_web_engage({name: name})
    for source in ("A", "B", "A"):
        body = {"event_name": name, source: "1"}
        assert "FIELD_VALIDATION_FAILED" == engineer.outcome(webhook, body)["status"]
        engineer.map_web_engage({}, **{name: {"sku": source}})
        assert "EVENT_SUCCESS" == engineer.outcome(webhook, body)["status"]


def test_names_can_be_changed_after_publishing(engineer: Engineer, webhook: str, name: str) -> None:
    engineer.map_web_engage({f"X{name}": name}, **{name: {"sku": "SKU"}})
    body = {"event_name": f"X{name}", "SKU": "1"}
    assert "EVENT_SUCCESS" == engineer.outcome(webhook, body)["status"]
    assert [] == engineer.publish(name)
    assert [] == engineer.map_web_engage({f"Y{name}": name}, **{name: {"sku": "Item"}})
    for source in (f"X{name}", f"Y{name}"):
        assert "EVENT_SUCCESS" == engineer.outcome(webhook, {"event_name": source, "Item": "1"})["status"]
    assert "FIELD_VALIDATION_FAILED" == engineer.outcome(webhook, body)["status"], "its old name is no more"


def test_a_child_is_mapped_by_its_parent(
    program: Program, engineer: Engineer, webhook: str, name: str
) -> None:
    engineer.map_web_engage({f"X{name}": name}, **{name: {"sku": "SKU ID"}})
    with Engineer(program, till_auth("till03", "secret")) as child:
        child.define(name, set_to("string", "sku", isPsiData="true"))
        resolver = {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD, "tillCode": "till03"}
        body = {"event_name": f"X{name}", "SKU ID": "secret", "orgResolver": resolver}
        engineer.accepted(webhook, body)
        wait_until("the child has the entry", lambda: child.entries(event_name=name) != [])
        [entry] = child.entries(event_name=name)
        assert ("EVENT_SUCCESS", name) == (entry["status"], entry["eventName"])
        assert "secret" not in entry["inputRequest"], "its parent's names are known as sensitive too"


def test_sensitive_values_are_masked_under_every_name_that_they_ever_had(
    program: Program, engineer: Engineer, webhook: str, name: str
) -> None:
    secret = set_to("string", "note", isRequired="false", isPsiData="true")
    engineer.define(name, set_to("string", "sku"), secret, method="PUT")
    engineer.map_web_engage({f"X{name}": name}, **{name: {"note": "Old Note"}})
    before = engineer.accepted(webhook, {"event_name": f"X{name}", "sku": "1", "Old Note": "hidden1"})
    engineer.settled(before)
    engineer.map_web_engage({}, **{name: {"note": "New Note"}})
    after = engineer.accepted(webhook, {"event_name": f"X{name}", "sku": "1", "New Note": "hidden2"})
    unknown = engineer.accepted(webhook, {"event_name": "unmapped", "New Note": "hidden3", "note": "hidden4"})
    failed = engineer.accepted(webhook, {"event_name": f"X{name}", "Old Note": "hidden5"})
    with Engineer(program, headers={"x-api-key": READER}) as reader:
        entries = reader.settled(before, after, unknown, failed)
        shown = str(
            [reader.answer(f"/v2/events/logs/{one['id']}", include="stages,record") for one in entries]
        )
    assert "hidden" not in shown
    with Engineer(program, headers={"x-api-key": SEER}) as seer:
        shown = str(seer.settled(before, after, unknown, failed))
    assert all(f"hidden{number}" in shown for number in range(1, 6))


def test_what_is_masked_under_a_former_name_is_searched_masked(
    program: Program, engineer: Engineer, webhook: str, name: str
) -> None:
    """Under a name that is not mapped any more a value is stored as an attribute of its own."""
    engineer.define(name, set_to("string", "note", isRequired="false", isPsiData="true"), method="PUT")
    for source in ("Old Note", "New Note"):
        engineer.map_web_engage({f"X{name}": name}, **{name: {"note": source}})
    engineer.outcome(webhook, {"event_name": f"X{name}", "Old Note": "hidden"})

    def found(visitor: Engineer, text: str, is_exact: str) -> int:
        asked = {"eventName": name, "Old Note": text, "allowExactMatch": is_exact}
        total: int = visitor.answer(f"{EVENTS}/search", **asked)["totalRecords"]
        return total

    with Engineer(program, headers={"x-api-key": SEER}) as seer:
        for is_exact in ("true", "false"):
            assert (0, 1) == (found(engineer, "hidden", is_exact), found(engineer, "*****", is_exact))
            assert (1, 0) == (found(seer, "hidden", is_exact), found(seer, "*****", is_exact))


def test_the_transformers_are_the_documented_ones(engineer: Engineer) -> None:
    assert [
        {"name": "DefaultTransformer", "label": "Default Transformer Mapping"},
        {"name": "WebEngageTransformer", "label": "WebEngage Transformer"},
    ] == engineer.answer(f"{EVENTS}/adapters_meta")["data"]


def test_writing_needs_its_scope(program: Program) -> None:
    with Engineer(program, headers={"x-api-key": READER}) as reader:
        assert 200 == reader.ask(MAPPING).status_code
        assert (403, 4000) == reader.refused("POST", MAPPING, json={})[:2]
