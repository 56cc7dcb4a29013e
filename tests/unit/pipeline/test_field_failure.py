"""How failures are said in the log (contract I.20)."""

import itertools
from datetime import UTC

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.catalog.base import Field
from hooklog.pipeline.field_failure import MESSAGE_CHARS_MAX, FieldFailure, failures_message
from hooklog.pipeline.fields import Judged, compile_fields

# A busy machine may be slow; what fails is printed so that it can be repeated.
LAW = settings(deadline=None, print_blob=True)

NOW_MS = 1_767_607_200_000


def judge(fields: tuple[Field, ...], body: str) -> Judged:
    values = msgspec.json.decode(body, type=dict[str, object])
    return compile_fields(fields).judge(values, UTC, NOW_MS)


def test_the_message_has_the_form_of_the_contract() -> None:
    fields = (Field("price", "double"), Field("ref", "string"))
    assert (
        "Field validation failed: price: double, received much, send a finite number such as 20 or 12.5; "
        "ref: isRequired, received nothing, send a value"
    ) == failures_message(judge(fields, '{"price":"much"}').failures, frozenset())


def test_the_message_hides_a_sensitive_value() -> None:
    failures = (FieldFailure("pin", "regex", "1234", "hint"), FieldFailure("ref", "regex", "5678", "hint"))
    assert (
        "Field validation failed: pin: regex, received *****, hint; ref: regex, received 5678, hint"
    ) == failures_message(failures, frozenset({"pin"}))


def test_the_message_says_also_of_a_sensitive_field_that_nothing_was_received() -> None:
    (failure,) = judge((Field("pin", "string"),), "{}").failures
    assert "Field validation failed: pin: isRequired, received nothing, send a value" == failures_message(
        (failure,), frozenset({"pin"})
    )


@pytest.mark.parametrize(
    ("sent", "received"), [("x" * 100, "x" * 100), ("x" * 101, "x" * 99 + "…"), ("é" * 200, "é" * 99 + "…")]
)
def test_a_received_value_is_cut_to_100_characters(sent: str, received: str) -> None:
    judged = judge((Field("it", "double"),), f'{{"it":"{sent}"}}')
    assert received == judged.failures[0].received
    whole = FieldFailure("it", "double", sent, "hint")
    assert f"Field validation failed: it: double, received {received}, hint" == failures_message(
        (whole,), frozenset()
    )


def test_a_long_message_still_names_every_field_in_order() -> None:
    fields = tuple(Field(f"field_number_{number}", "date") for number in range(20))
    body = msgspec.json.encode({one.name: "x" * 1_000 for one in fields}).decode()
    message = failures_message(judge(fields, body).failures, frozenset())
    assert len(message) <= MESSAGE_CHARS_MAX
    positions = [message.index(f"{one.name}:" if one.name[-2:] == "_0" else one.name) for one in fields]
    assert all(before < after for before, after in itertools.pairwise(positions))


@LAW
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 500))
def test_no_message_is_longer_than_its_bound(count: int, name_chars: int, hint_chars: int) -> None:
    failures = tuple(FieldFailure("n" * name_chars, "rule", "r" * 90, "h" * hint_chars) for _ in range(count))
    assert len(failures_message(failures, frozenset())) <= MESSAGE_CHARS_MAX
