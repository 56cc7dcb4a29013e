"""Defining events through the real program: what is filled in, shown and refused (contract I.1, I.8, II.4)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from hooklog.event import wall_clock_ms
from hooklog.testing.content import Content
from hooklog.testing.engineer import EVENTS, Engineer, set_to
from hooklog.testing.program import Program, running, till_auth, wait_until

ORG, PARENT, CHILD = 1001, 1002, 1003
READER = "hk_reader"
NOT_FOUND = (404, 404, "Incorrect resource")


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.org(PARENT)
    content.org(CHILD, parent_org_id=PARENT)
    for org_id, code in ((ORG, "till01"), (PARENT, "till02"), (CHILD, "till03")):
        content.till(org_id, code)
    content.api_key(ORG, READER, "events:read")
    return content


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with running(tmp_path_factory.mktemp("definitions") / "data", _content().file) as program:
        yield program


@pytest.fixture(scope="module")
def engineer(program: Program) -> Iterator[Engineer]:
    with Engineer(program, till_auth("till01", "secret")) as engineer:
        yield engineer


def boolean(value: str) -> dict[str, str]:
    return {"value": value, "valueType": "BOOLEAN"}


def enum(value: str) -> dict[str, str]:
    return {"value": value, "valueType": "ENUM"}


NO_VALUE = {"valueType": "ENUM"}
PLAIN = {"isRequired": boolean("true"), "isUniqueKeyField": boolean("false")}
SENSITIVE = {"isPsiData": boolean("false"), **PLAIN}
DEFAULTS: dict[str, dict[str, Any]] = {
    "customer": {
        "accountId": NO_VALUE,
        "addCustomerIfNotExists": boolean("false"),
        "identifierType": enum("MOBILE"),
        "isRequired": boolean("true"),
        "source": enum("INSTORE"),
    },
    "string": {**SENSITIVE, "regex": {"valueType": "STRING"}},
    "couponCode": {**PLAIN, "regex": {"valueType": "STRING"}},
    "double": SENSITIVE,
    "enum": SENSITIVE,
    "groupId": {
        "accountId": NO_VALUE,
        "groupIdentifierType": enum("GroupExternalId"),
        "identifierType": enum("userId"),
        **PLAIN,
        "source": enum("INSTORE"),
    },
    **dict.fromkeys(
        ["tillCode", "date", "productSku", "productBrand", "productCategory", "currencyCode"], PLAIN
    ),
}


@pytest.mark.parametrize("kind", DEFAULTS)
def test_what_is_left_out_is_filled_in_by_type(engineer: Engineer, kind: str) -> None:
    name = f"defaults-{kind}"
    engineer.define(name, set_to(kind, "it"))
    [field] = [one for one in engineer.meta(name)["fields"] if one["name"] == "it"]
    assert {"name": "it", "type": kind.upper(), "attributes": DEFAULTS[kind]} == field
    assert list(DEFAULTS[kind]) == list(field["attributes"]), "in the order of their names"


@pytest.mark.parametrize("kind", ["productSku", "PRODUCTSKU", "productsku"])
def test_types_come_in_any_case_and_go_out_in_capitals(engineer: Engineer, kind: str) -> None:
    engineer.define(f"case-{kind}", set_to(kind, "sku"))
    [_, sku] = engineer.meta(f"case-{kind}")["fields"]
    assert "PRODUCTSKU" == sku["type"]


@pytest.mark.parametrize("spelling", ["Boolean", "boolean", "BOOLEAN"])
def test_the_spelling_of_a_value_type_is_echoed(engineer: Engineer, spelling: str) -> None:
    field = {
        "name": "till",
        "type": "tillCode",
        "attributes": {"isRequired": {"value": "false", "valueType": spelling}},
    }
    engineer.define(f"spelling-{spelling}", field)
    found = engineer.attributes(f"spelling-{spelling}", "till")
    assert {"value": "false", "valueType": spelling} == found["isRequired"]
    assert boolean("false") == found["isUniqueKeyField"]


@pytest.mark.parametrize("value", [True, "true", "TRUE"])
def test_a_boolean_is_a_text_in_small_letters(engineer: Engineer, value: object) -> None:
    name = f"boolean-{value}-{type(value).__name__}"
    engineer.define(name, {"name": "note", "type": "string", "attributes": {"isPsiData": {"value": value}}})
    assert boolean("true") == engineer.attributes(name, "note")["isPsiData"]


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_blank_count_as_left_out(engineer: Engineer, nothing: object) -> None:
    name = f"nothing-{nothing}"
    blank = {"value": nothing, "valueType": nothing}
    field = {"name": "note", "type": "string", "attributes": {"isRequired": blank, "regex": blank}}
    engineer.define(name, field, label=nothing, description=nothing)
    assert DEFAULTS["string"] == engineer.attributes(name, "note")


def test_an_attribute_that_is_null_counts_as_left_out(engineer: Engineer) -> None:
    nothing = dict.fromkeys(DEFAULTS["string"])
    engineer.define("nothing-at-all", {"name": "note", "type": "string", "attributes": nothing})
    assert DEFAULTS["string"] == engineer.attributes("nothing-at-all", "note")


def test_a_second_customer_field_is_told_to_be_ignored(engineer: Engineer) -> None:
    [warning] = engineer.define("two", set_to("customer", "mobile"), set_to("customer", "friend"))
    expected = 'the customer is found by "mobile" alone; "friend" is a customer field too and is ignored'
    assert expected == warning
    assert ["mobile", "friend"] == [field["name"] for field in engineer.meta("two")["fields"]]


def test_possible_values_are_shown_as_sent(engineer: Engineer) -> None:
    values = {"valueType": "LIST", "values": ["red", "Grün"]}
    engineer.define("colours", {"name": "colour", "type": "enum", "attributes": {"possibleValues": values}})
    assert values == engineer.attributes("colours", "colour")["possibleValues"]


def test_a_field_of_the_unique_key_is_required(engineer: Engineer) -> None:
    engineer.define("keyed", set_to("string", "ref", isUniqueKeyField="true", isRequired="false"))
    assert boolean("true") == engineer.attributes("keyed", "ref")["isRequired"]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), "USEREVENT"),
        (("couponCode",), "COUPONEVENT"),
        (("couponCode", "productSku"), "PRODUCTEVENT"),
        (("productBrand",), "USEREVENT"),
    ],
)
def test_the_event_type_follows_the_fields(engineer: Engineer, kinds: tuple[str, ...], expected: str) -> None:
    name = "type-" + "-".join(kinds)
    engineer.define(name, *(set_to(kind, kind) for kind in kinds))
    assert expected == engineer.meta(name)["eventType"]


def test_a_definition_is_shown_in_the_documented_shape(engineer: Engineer) -> None:
    before = wall_clock_ms()
    engineer.define("shape", label="A shape", description="As documented")
    meta = engineer.meta("shape")
    keys = "eventId eventName eventType actions fields orgId status testStatus connectedOrgContext label description"
    assert [*keys.split(), "date", "standardEvent"] == list(meta)
    assert before <= meta["date"] <= wall_clock_ms()
    assert re.fullmatch("[0-9a-f]{32}", meta["eventId"])
    assert ("shape", ["EIConsumer"], ORG) == (meta["eventName"], meta["actions"], meta["orgId"])
    assert ("A shape", "As documented", False) == (meta["label"], meta["description"], meta["standardEvent"])
    assert ("UNPUBLISHED", "NOT_VERIFIED") == (meta["status"], meta["testStatus"])


def test_label_and_description_are_left_out_when_empty(engineer: Engineer) -> None:
    engineer.define("unlabelled")
    assert {"label", "description"}.isdisjoint(engineer.meta("unlabelled"))


@pytest.mark.parametrize(
    ("till", "kind"), [("till01", "STANDARD_ORG"), ("till02", "SUPER_ORG"), ("till03", "CHILD_ORG")]
)
def test_the_org_is_told_by_its_kind_and_each_has_events_of_its_own(
    program: Program, till: str, kind: str
) -> None:
    with Engineer(program, till_auth(till, "secret")) as engineer:
        engineer.define("connected")
        meta = engineer.meta("connected")
        assert {"orgType": kind} == meta["connectedOrgContext"]
        assert NOT_FOUND == engineer.refused("GET", f"{EVENTS}/meta?event_name=unknown")
    with Engineer(program, till_auth("till03" if till == "till01" else "till01", "secret")) as other:
        found = [one["clickEventsMeta"]["eventId"] for one in other.answer(EVENTS)["data"]]
        assert meta["eventId"] not in found


def test_the_list_is_newest_first_and_can_be_asked_for_one(engineer: Engineer) -> None:
    for number in range(3):
        engineer.define(f"listed{number}")
        made_ms = wall_clock_ms()
        wait_until("another millisecond", lambda made_ms=made_ms: wall_clock_ms() > made_ms)  # type: ignore[misc]
    body = engineer.answer(EVENTS)
    assert ["data", "warnings", "errors"] == list(body)
    names = [one["clickEventsMeta"]["eventName"] for one in body["data"]]
    assert ["listed2", "listed1", "listed0"] == names[:3]
    [only] = engineer.answer(EVENTS, eventName="listed1")["data"]
    assert ["clickEventsMeta", "transformerMappings"] == list(only)
    assert "listed1" == only["clickEventsMeta"]["eventName"]
    for name in ("LISTED1", "", "unknown"):
        assert [] == engineer.answer(EVENTS, eventName=name)["data"]


def test_parameters_without_effect_are_taken_and_unknown_ones_named(engineer: Engineer) -> None:
    body = engineer.answer(EVENTS, isDuplicate="true", source_user_id="1", format="json", colour="red")
    assert [{"message": "query parameter 'colour' is not known here and was ignored"}] == body["warnings"]
    status, code, message = engineer.refused("GET", f"{EVENTS}?status=ASLEEP")
    assert (400, 400) == (status, code)
    assert "'ASLEEP'; allowed are UNPUBLISHED, PUBLISHED, DISABLED" in message


@pytest.mark.parametrize("name", ["a", "a" * 50, "Store-Visit_2", "0"])
def test_good_names_are_taken_as_they_are(engineer: Engineer, name: str) -> None:
    engineer.define(name)
    assert name == engineer.meta(name)["eventName"]
    assert (409, 1806, f"Event_{name} event already exists") == engineer.refused(
        "POST", EVENTS, json=engineer.definition(name)
    )


@pytest.mark.parametrize("name", ["", "a" * 51, "store visit", "bär", "a.b", "a\n", None, 5, ["a"]])
def test_bad_names_are_refused(engineer: Engineer, name: object) -> None:
    body = {**engineer.definition("x"), "eventName": name}
    status, code, message = engineer.refused("POST", EVENTS, json=body)
    assert (400, 1811) == (status, code)
    assert "eventName is" in message
    assert "1 to 50 letters, digits, _ and -" in message


def test_names_differ_by_case(engineer: Engineer) -> None:
    for name in ("Case", "case", "CASE"):
        engineer.define(name)
        assert name == engineer.meta(name)["eventName"]


@pytest.mark.parametrize(
    "actions", [None, [], "EIConsumer", ["eiconsumer"], ["EIConsumer", "Other"], [5], {"a": 1}]
)
def test_bad_actions_are_refused(engineer: Engineer, actions: object) -> None:
    body = engineer.definition("acting", actions=actions)
    status, code, message = engineer.refused("POST", EVENTS, json=body)
    assert (400, 1810) == (status, code)
    assert message.startswith("Event_acting event actions invalid")
    assert "EIConsumer and EMFConsumer" in message


def test_actions_keep_their_order(engineer: Engineer) -> None:
    for number, actions in enumerate((["EMFConsumer", "EIConsumer"], ["EMFConsumer"])):
        engineer.define(f"actions{number}", actions=actions)
        assert actions == engineer.meta(f"actions{number}")["actions"]


@pytest.mark.parametrize(("kind", "shown"), [("integer", "integer"), ("", ""), (None, "null"), (5, "5")])
def test_unknown_types_are_refused(engineer: Engineer, kind: object, shown: str) -> None:
    fields = [set_to("customer", "mobile"), {"name": "x", "type": kind}]
    status, code, message = engineer.refused(
        "POST", EVENTS, json=engineer.definition("typed") | {"fields": fields}
    )
    assert (400, 1823) == (status, code)
    assert message.startswith(f"{shown} invalid event field type")
    assert "fields[1].type; allowed are tillCode, couponCode, customer" in message


def attributes(kind: str = "string", /, **parts: object) -> dict[str, object]:
    return {"name": "x", "type": kind, "attributes": parts}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "string"}, "fields[1].name is null"),
        ({"name": "", "type": "string"}, "1 to 50 characters"),
        ({"name": "x" * 51, "type": "string"}, "1 to 50 characters"),
        ({"name": 5, "type": "string"}, "fields[1].name is 5"),
        ({"name": "event_name", "type": "string"}, "meaning of its own"),
        ({"name": "mobile", "type": "string"}, '"mobile" twice'),
        ("x", 'fields[1] is "x"'),
        ({"name": "x", "type": "string", "attributes": []}, "fields[1].attributes is []"),
        (attributes(isRequired="true"), 'isRequired is "true"; it must be an object'),
        (attributes(isRequired={"value": "maybe"}), '"maybe"; allowed are true, false'),
        (attributes(isRequired={"value": 1}), "is 1; allowed are true, false"),
        (attributes(isRequired={"value": "true", "valueType": "STRING"}), "valueType is"),
        (attributes(isRequired={"value": "true", "valueType": 5}), "valueType is 5"),
        (attributes(colour={"value": "red"}), "attributes.colour is not known"),
        (attributes(regex={"value": "("}), "regex cannot be used"),
        (attributes(regex={"value": "((a{1000}){1000}){1000}"}), "repeats too much"),
        (attributes(regex={"value": 5}), "must be a text"),
        (attributes("double", regex={"value": "a"}), "not for double"),
        (attributes("string", possibleValues={"values": ["a"]}), "for fields of type enum"),
        (attributes("enum", possibleValues={"value": "a"}), "values is missing"),
        (attributes("enum", possibleValues={"values": []}), "1 to 500 texts"),
        (attributes("enum", possibleValues={"values": ["a", ""]}), "1 to 500 texts"),
        (attributes("enum", possibleValues={"values": ["a"] * 501}), "1 to 500 texts"),
        (attributes(regex={"values": ["a"]}), "for possibleValues only"),
        (attributes("customer", isPsiData={"value": "true"}), "not for customer"),
        (attributes("tillCode", isPsiData={"value": "true"}), "double, enum, string, not for tillCode"),
        (attributes("customer", isUniqueKeyField={"value": "true"}), "not for customer"),
        (attributes("customer", identifierType={"value": "shoe"}), '"shoe"; allowed are mobile'),
        (attributes("customer", source={"value": "MOON"}), '"MOON"; allowed are FACEBOOK'),
        (attributes("customer", accountId={"value": "a" * 201}), "at most 200"),
        (attributes("groupId", groupIdentifierType={"value": "x"}), "allowed are groupId"),
        (attributes("string", addCustomerIfNotExists={"value": "true"}), "not for string"),
    ],
)
def test_bad_fields_are_refused_and_the_message_says_where(
    engineer: Engineer, field: object, words: str
) -> None:
    body = {**engineer.definition("fielded"), "fields": [set_to("customer", "mobile"), field]}
    status, code, message = engineer.refused("POST", EVENTS, json=body)
    assert (400, 1802) == (status, code)
    assert words in message


@pytest.mark.parametrize("fields", [None, [], [set_to("string", "x")], "x", {"a": 1}])
def test_every_event_needs_a_customer_field(engineer: Engineer, fields: object) -> None:
    body = {"eventName": "nobody", "actions": ["EIConsumer"], "fields": fields}
    status, code, _ = engineer.refused("POST", EVENTS, json=body)
    assert (400, 1802) == (status, code)


def test_attributes_that_mean_nothing_for_a_type_may_be_false(engineer: Engineer) -> None:
    engineer.define("harmless", set_to("customer", "mobile", isPsiData="false", isUniqueKeyField="false"))
    assert boolean("false") == engineer.attributes("harmless", "mobile")["isPsiData"]


@pytest.mark.parametrize("kind", ["string", "double", "enum"])
def test_these_types_can_be_sensitive(engineer: Engineer, kind: str) -> None:
    engineer.define(f"sensitive-{kind}", set_to(kind, "it", isPsiData="true"))
    assert boolean("true") == engineer.attributes(f"sensitive-{kind}", "it")["isPsiData"]


def test_an_event_has_at_most_20_fields_with_names_of_50_characters(engineer: Engineer) -> None:
    many = [set_to("string", "x" * 49 + chr(97 + number)) for number in range(19)]
    engineer.define("full", *many)
    assert 20 == len(engineer.meta("full")["fields"])
    status, code, message = engineer.refused(
        "POST", EVENTS, json=engineer.definition("fuller", *many, set_to("string", "y"))
    )
    assert (400, 1802, "fields has 21 entries; an event has at most 20") == (status, code, message)


@pytest.mark.parametrize(("key", "most"), [("label", 200), ("description", 2000)])
def test_texts_have_bounds(engineer: Engineer, key: str, most: int) -> None:
    engineer.define(f"bound-{key}", **{key: "a" * most})
    for value in ("a" * (most + 1), 5):
        body = engineer.definition("other", **{key: value})
        status, code, message = engineer.refused("POST", EVENTS, json=body)
        assert (400, 400) == (status, code)
        assert f"1 to {most} characters" in message


def test_keys_that_mean_nothing_are_told(engineer: Engineer) -> None:
    warnings = engineer.define("told", eventname="x")
    assert ['key "eventname" is not known here and was ignored'] == warnings


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"[]", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"[" * 20_000, "headers": {"content-type": "application/json"}}, 400),
        ({"content": b'"\xff"', "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"", "headers": {"content-type": "application/json"}}, 400),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, 415),
        ({"content": b"{}"}, 415),
        ({"content": b" " * 262_145, "headers": {"content-type": "application/json"}}, 413),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(
    engineer: Engineer, method: str, content: dict[str, Any], expected: int
) -> None:
    status, code, _ = engineer.refused(method, EVENTS, **content)
    assert (expected, expected) == (status, code)


def test_reading_and_writing_need_their_scopes(program: Program) -> None:
    with Engineer(program, headers={"x-api-key": READER}) as reader:
        assert 200 == reader.ask(EVENTS).status_code
        assert 200 == reader.ask(f"{EVENTS}/meta_fields").status_code
        denied = (403, 4000, "Not authorized. Access is denied!")
        for method, target in (
            ("POST", EVENTS),
            ("PUT", EVENTS),
            ("PUT", f"{EVENTS}/publish?event_name=x"),
            ("PUT", f"{EVENTS}/disable?event_name=x"),
        ):
            assert denied == reader.refused(method, target, json={})
    with Engineer(program) as stranger:
        assert 401 == stranger.refused("GET", EVENTS).http_status
        assert 401 == stranger.refused("POST", EVENTS, json={}).http_status


def test_the_catalogue_of_fields_is_the_documented_one_and_complete(engineer: Engineer) -> None:
    data = engineer.answer(f"{EVENTS}/meta_fields")["data"]
    by_type = {one["type"]: one for one in data}
    assert set(DEFAULTS) == set(by_type)
    assert all(list(one) == ["type", "label", "valueType", "attributes"] for one in data)
    customer = {one["name"]: one for one in by_type["customer"]["attributes"]}
    assert "MOBILE" == customer["identifierType"]["defaultValue"]
    assert 16 == len(customer["source"]["possibleValues"])
    assert {"name": "possibleValues", "valueType": "LIST"} in by_type["enum"]["attributes"]


@pytest.mark.parametrize("target", ["meta", "publish", "disable"])
def test_the_event_must_be_named(engineer: Engineer, target: str) -> None:
    method = "GET" if target == "meta" else "PUT"
    for query in ("", "?event_name=", "?eventName=shape"):
        status, code, message = engineer.refused(method, f"{EVENTS}/{target}{query}")
        assert (400, 400) == (status, code)
        assert "event_name is missing" in message
