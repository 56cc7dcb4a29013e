"""How an event's attributes are judged and stored (contract I.5 (c), I.20, I.21)."""

import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.catalog.base import Attribute, Field
from hooklog.pipeline.dates import DATE_PATTERNS, ParsedDate
from hooklog.pipeline.field_failure import HINT_CHARS_MAX, RECEIVED_CHARS_MAX
from hooklog.pipeline.fields import Judged, compile_fields, psi_names

# A busy machine may be slow; what fails is printed so that it can be repeated.
LAW = settings(deadline=None, print_blob=True)

NOW_MS = 1_767_607_200_000
CODE_TYPES = ("couponCode", "productSku", "productBrand", "productCategory", "tillCode", "groupId")
ALL_TYPES = (*CODE_TYPES, "string", "double", "enum", "date", "currencyCode")


def field(name: str, kind: str, **attributes: str | tuple[str, ...]) -> Field:
    """A field with its attributes given as `isRequired="false"` or `possibleValues=("a", "b")`."""
    return Field(
        name,
        kind,
        {
            key: Attribute(value, "STRING") if isinstance(value, str) else Attribute(None, "LIST", value)
            for key, value in attributes.items()
        },
    )


def judge(fields: tuple[Field, ...], body: str) -> Judged:
    values = msgspec.json.decode(body, type=dict[str, object])
    return compile_fields(fields).judge(values, UTC, NOW_MS)


# What is there at all


def test_every_failing_field_is_named_in_definition_order() -> None:
    fields = (field("price", "double"), field("ref", "string"), field("day", "date"), field("good", "string"))
    judged = judge(fields, '{"good":"x","day":"soon","price":"much","eventDateTime":"now"}')
    assert [
        ("price", "double", "much"),
        ("ref", "isRequired", "nothing"),
        ("day", "date", "soon"),
        ("eventDateTime", "date", "now"),
    ] == [(failure.field, failure.rule, failure.received) for failure in judged.failures]
    assert all(failure.hint for failure in judged.failures)
    assert {"good": "x"} == judged.stored


@pytest.mark.parametrize("kind", ALL_TYPES)
@pytest.mark.parametrize(
    ("body", "received"), [("{}", "nothing"), ('{"it":null}', "null"), ('{"it":""}', '""')]
)
def test_null_and_empty_text_count_as_missing(kind: str, body: str, received: str) -> None:
    """Left out, isRequired means true (contract I.21)."""
    (failure,) = judge((field("it", kind),), body).failures
    assert ("it", "isRequired", received) == (failure.field, failure.rule, failure.received)
    assert Judged({}, ()) == judge((field("it", kind, isRequired="false"),), body)


def test_the_customer_field_never_fails_and_is_not_stored() -> None:
    fields = (field("mobile", "customer"), field("ref", "string"))
    assert Judged({"ref": "x"}, ()) == judge(fields, '{"ref":"x"}')
    assert Judged({"ref": "x"}, ()) == judge(fields, '{"ref":"x","mobile":["not","one"]}')


def test_undeclared_attributes_are_kept_as_text() -> None:
    body = '{"a":"x","b":12,"c":true,"d":false,"e":1.5,"f":{"g":[1, null]},"h":[],"i":null,"j":"","k":1e21}'
    stored = {
        "a": "x",
        "b": "12",
        "c": "true",
        "d": "false",
        "e": "1.5",
        "f": '{"g":[1,null]}',
        "h": "[]",
        "k": "1000000000000000000000.0",
    }
    assert Judged(stored, ()) == judge((), body)


def test_reserved_names_are_not_attributes_even_when_declared() -> None:
    fields = (field("event_name", "double"), field("orgResolver", "double"), field("eventDateTime", "double"))
    body = '{"event_name":"x","orgResolver":{"childOrgId":1},"eventDateTime":"2026-01-05"}'
    assert Judged({}, (), ParsedDate(1_767_571_200_000, None)) == judge(fields, body)


def test_judging_leaves_the_values_alone() -> None:
    values: dict[str, object] = {"a": 1, "price": "2", "gone": None}
    compile_fields((field("price", "double"),)).judge(values, UTC, NOW_MS)
    assert {"a": 1, "price": "2", "gone": None} == values


# eventDateTime


def test_the_event_date_is_read_in_the_zone() -> None:
    judged = compile_fields(()).judge(
        {"eventDateTime": "2026-01-05 10:00:00"}, ZoneInfo("Asia/Kolkata"), NOW_MS
    )
    expected = int(datetime(2026, 1, 5, 4, 30, tzinfo=UTC).timestamp()) * 1000
    assert Judged({}, (), ParsedDate(expected, None)) == judged


@pytest.mark.parametrize("value", ['"2026-13-32"', "1767607200000", "true", "{}", "[1]"])
def test_an_event_date_that_is_no_date_text_fails(value: str) -> None:
    (failure,) = judge((), f'{{"eventDateTime":{value}}}').failures
    assert ("eventDateTime", "date") == (failure.field, failure.rule)
    assert all(pattern in failure.hint for pattern in DATE_PATTERNS)


@pytest.mark.parametrize("body", ["{}", '{"eventDateTime":null}', '{"eventDateTime":""}'])
def test_an_event_date_is_required_only_where_declared_so(body: str) -> None:
    assert Judged({}, ()) == judge((), body)
    assert Judged({}, ()) == judge((field("eventDateTime", "date", isRequired="false"),), body)
    (failure,) = judge((field("eventDateTime", "date"),), body).failures
    assert ("eventDateTime", "isRequired") == (failure.field, failure.rule)


# Nothing that JSON can hold raises

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
EVERY_TYPE = compile_fields(
    (
        *(field(kind, kind) for kind in ALL_TYPES),
        field("matched", "string", regex="[a-z]*"),
        field("listed", "enum", possibleValues=("a",)),
    )
)
NAMES = st.sampled_from([*ALL_TYPES, "matched", "listed", "eventDateTime", "event_name", "other"])


@LAW
@given(st.dictionaries(NAMES | st.text(), JSON_VALUES))
def test_a_field_is_stored_or_fails_and_never_both(values: dict[str, object]) -> None:
    judged = EVERY_TYPE.judge(values, UTC, NOW_MS)
    failed = {failure.field for failure in judged.failures}
    assert set() == failed & judged.stored.keys()
    declared = {*ALL_TYPES, "matched", "listed"}
    assert declared <= failed | judged.stored.keys()
    present = {name for name, value in values.items() if value is not None and value != ""}
    assert judged.stored.keys() <= present - {"event_name", "eventDateTime", "orgResolver"}
    for failure in judged.failures:
        assert len(failure.received) <= RECEIVED_CHARS_MAX
        assert len(failure.hint) <= HINT_CHARS_MAX


def test_a_value_nested_too_deeply_to_be_written_fails() -> None:
    """Such a value can be decoded in a shallow call and judged in a deeper one."""
    deep: object = 1
    for _ in range(sys.getrecursionlimit()):
        deep = [deep]
    judged = compile_fields((field("it", "string"),)).judge({"it": deep, "other": deep}, UTC, NOW_MS)
    assert [("it", "nesting"), ("other", "nesting")] == [(one.field, one.rule) for one in judged.failures]


def test_only_string_double_and_enum_can_be_sensitive() -> None:
    marked = tuple(field(kind, kind, isPsiData="TRUE") for kind in (*ALL_TYPES, "customer"))
    assert frozenset({"string", "double", "enum"}) == psi_names(marked)
    assert frozenset() == psi_names((field("it", "string", isPsiData="false"), field("other", "double")))
