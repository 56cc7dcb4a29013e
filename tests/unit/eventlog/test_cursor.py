"""A cursor leads on where it was made for, and nowhere else (contract I.3)."""

import base64
import re

import msgspec
import pytest

from hooklog.event import Status
from hooklog.eventlog.cursor import decode_cursor, encode_cursor
from hooklog.eventlog.query import AttributeMatch, Match, Query, SentAs
from hooklog.testing.builders import ORG, make_id

KEY = b"k" * 32
LAST = make_id(7)
FULL = Query(
    org_ids=(ORG, ORG + 1),
    from_id=make_id(1),
    until_id=make_id(9),
    event_names=Match(frozenset({"a", "b", ""}), frozenset({"c"})),
    statuses=Match(frozenset({Status.EVENT_SUCCESS, Status.UNAUTHORIZED})),
    webhook_ids=Match(frozenset({"w"})),
    ids=Match(frozenset(), frozenset({make_id(3)})),
    customers=Match(
        frozenset({SentAs("mobile", "1"), SentAs("email", "a@b")}), frozenset({SentAs("userId", "7")})
    ),
    attributes=(AttributeMatch("hotel", Match(frozenset({"Ritz", ""}), frozenset({"x"}))),),
    words=Match(frozenset({frozenset({"a", "b"}), frozenset({"c"})}), frozenset({frozenset({"d"})})),
    response_min_ms=5,
    response_below_ms=9,
)


def changed(**changes: object) -> Query:
    return msgspec.structs.replace(FULL, **changes)


@pytest.mark.parametrize("query", [Query(org_ids=(ORG,)), FULL, changed(is_ascending=True)])
@pytest.mark.parametrize("last", [LAST, bytes(16), b"\xff" * 16])
def test_cursor_leads_to_the_id_it_was_made_of(query: Query, last: bytes) -> None:
    assert last == decode_cursor(KEY, query, encode_cursor(KEY, query, last))


def test_cursor_can_stand_in_a_url() -> None:
    for last in (LAST, bytes(16), b"\xff" * 16, b"\xfb\xef\xbe" * 5 + b"\xfb"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{40,60}", encode_cursor(KEY, FULL, last))


def test_marking_an_attribute_sensitive_ends_no_walk() -> None:
    cursor = encode_cursor(KEY, FULL, LAST)
    assert LAST == decode_cursor(KEY, changed(hidden=lambda _org_id, _name: frozenset({"hotel"})), cursor)


def test_next_page_may_have_another_size_and_place() -> None:
    cursor = encode_cursor(KEY, FULL, LAST)
    assert LAST == decode_cursor(KEY, changed(limit=1_000), cursor)
    assert LAST == decode_cursor(KEY, changed(after=make_id(8)), cursor)


def test_same_question_made_in_another_order_is_the_same() -> None:
    again = changed(event_names=Match(frozenset(["", "b", "a"]), frozenset(["c"])))
    assert LAST == decode_cursor(KEY, again, encode_cursor(KEY, FULL, LAST))


@pytest.mark.parametrize(
    "changes",
    [
        {"org_ids": (ORG,)},
        {"org_ids": (ORG, ORG + 2)},
        {"from_id": None},
        {"from_id": make_id(2)},
        {"until_id": None},
        {"from_id": None, "until_id": make_id(1)},
        {"is_ascending": True},
        {"event_names": Match()},
        {"event_names": Match(frozenset({"a", "b"}), frozenset({"c"}))},
        {"event_names": Match(frozenset({"a", "b", "c"}), frozenset({""}))},
        {"event_names": Match(frozenset({"c"}), frozenset({"a", "b", ""}))},
        {"statuses": Match(frozenset({Status.EVENT_SUCCESS}))},
        {"webhook_ids": Match(frozenset({"v"}))},
        {"webhook_ids": Match(), "event_names": Match(frozenset({"w"}))},
        {"ids": Match()},
        {"customers": Match()},
        {"customers": Match(frozenset({SentAs("mobile", "2")}))},
        {"attributes": ()},
        {"attributes": (AttributeMatch("room", Match(frozenset({"Ritz", ""}), frozenset({"x"}))),)},
        {"attributes": (AttributeMatch("hotel", Match(frozenset({"x"}), frozenset({"Ritz", ""}))),)},
        {"words": Match()},
        {"words": Match(frozenset({frozenset({"a"}), frozenset({"b", "c"})}), frozenset({frozenset({"d"})}))},
        {"response_min_ms": None},
        {"response_min_ms": 9, "response_below_ms": 5},
    ],
)
def test_cursor_of_another_question_is_refused(changes: dict[str, object]) -> None:
    other = changed(**changes)
    assert decode_cursor(KEY, other, encode_cursor(KEY, FULL, LAST)) is None
    assert decode_cursor(KEY, FULL, encode_cursor(KEY, other, LAST)) is None


def test_cursor_of_another_installation_is_refused() -> None:
    assert decode_cursor(b"x" * 32, FULL, encode_cursor(KEY, FULL, LAST)) is None


def test_cursor_with_any_bit_changed_is_refused() -> None:
    cursor = encode_cursor(KEY, FULL, LAST)
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for bit in range(8 * len(raw)):
        value = int.from_bytes(raw, "big") ^ (1 << bit)
        tampered = base64.urlsafe_b64encode(value.to_bytes(len(raw), "big")).decode().rstrip("=")
        assert decode_cursor(KEY, FULL, tampered) is None, bit


def test_cursor_with_any_character_changed_cut_or_added_is_refused() -> None:
    cursor = encode_cursor(KEY, FULL, LAST)
    for place, character in enumerate(cursor):
        for other in "Aa9_-=+/ \x00é":
            if other != character:
                assert decode_cursor(KEY, FULL, cursor[:place] + other + cursor[place + 1 :]) is None
        assert decode_cursor(KEY, FULL, cursor[:place]) is None
    # A superfluous = is not among them: it carries nothing.
    for more in ("A", "AAAA", "\n", " "):
        assert decode_cursor(KEY, FULL, cursor + more) is None, repr(more)


@pytest.mark.parametrize("text", ["", " ", "A", "AAAA", "!", "é" * 44, "A" * 44, "A" * 100_000, "\ud800"])
def test_text_that_is_no_cursor_is_refused(text: str) -> None:
    assert decode_cursor(KEY, FULL, text) is None


def test_id_alone_is_no_cursor() -> None:
    bare = base64.urlsafe_b64encode(b"\x01" + LAST).decode().rstrip("=")
    assert decode_cursor(KEY, FULL, bare) is None
