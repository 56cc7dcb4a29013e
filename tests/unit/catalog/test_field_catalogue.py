"""The documented field types, their attributes and defaults; the standard events (contract I.13, I.21, II.4, II.5)."""

import pytest

from hooklog.catalog.definition import PSI_TYPES, Attribute, Field
from hooklog.catalog.field_catalogue import (
    attribute_rules,
    field_type,
    field_types,
    meta_fields,
    standard_facts,
    with_defaults,
)
from hooklog.catalog.standard_events import standard_definition, standard_events
from hooklog.pipeline.field_types import check_of


def test_the_pipeline_can_judge_every_type_that_may_be_defined() -> None:
    for kind in field_types().values():
        if kind != "customer":
            assert callable(check_of(Field("it", kind)))


@pytest.mark.parametrize(
    ("text", "expected"), [("STRING", "string"), ("Tillcode", "tillCode"), ("text", None)]
)
def test_a_type_is_known_in_any_case(text: str, expected: str | None) -> None:
    assert expected == field_type(text)


def test_only_these_types_can_be_sensitive() -> None:
    assert PSI_TYPES == attribute_rules()["isPsiData"].types


@pytest.mark.parametrize("kind", field_types().values())
def test_filling_in_twice_is_filling_in_once(kind: str) -> None:
    filled = with_defaults(Field("it", kind, {"isRequired": Attribute("false", "Boolean")}))
    assert filled == with_defaults(filled)
    assert Attribute("false", "Boolean") == filled.attributes["isRequired"]
    assert sorted(filled.attributes) == list(filled.attributes)


def test_filling_in_keeps_what_is_there() -> None:
    given = {"possibleValues": Attribute(None, "LIST", ("a",)), "isPsiData": Attribute("true")}
    filled = with_defaults(Field("it", "enum", given)).attributes
    assert Attribute(None, "LIST", ("a",)) == filled["possibleValues"]
    assert Attribute("true", "BOOLEAN") == filled["isPsiData"]


@pytest.mark.parametrize("kind", sorted({*field_types().values()} - {"customer"}))
def test_a_field_of_the_unique_key_is_required(kind: str) -> None:
    given = {"isUniqueKeyField": Attribute("TRUE"), "isRequired": Attribute("false", "Boolean")}
    assert Attribute("true", "Boolean") == with_defaults(Field("it", kind, given)).attributes["isRequired"]


def test_the_catalogue_shows_every_type_and_the_sample_as_it_is() -> None:
    shown = {one["type"]: one for one in meta_fields()}
    assert list(field_types().values()) == list(shown)
    for one in standard_facts()["fieldTypes"]:
        if one["inMetaFieldsSample"]:
            assert one["attributes"] == shown[one["type"]]["attributes"]


def test_the_standard_events_can_be_judged_and_mapped() -> None:
    assert 12 == len(standard_events())
    for event in standard_events().values():
        definition = standard_definition(1, event)
        assert definition.is_standard
        assert definition.field_of_type("customer") is not None
        assert len(definition.fields) == len(event.mappings) == len(definition.field_names)
        unmapped = {one.name for one in event.mappings} - definition.field_names
        assert unmapped <= {"productCateogry"}
        assert [event.name] == list(event.event_of.values())
