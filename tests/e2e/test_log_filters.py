"""The log's filters, orders and pages through the real program, against a plain reading of contract I.2 and I.3."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooklog.event import Status
from hooklog.testing.content import Content, customer_by_mobile
from hooklog.testing.program import running, till_auth
from hooklog.testing.visitor import LOGS, Entry, Visitor

ORG, BUSY_ORG = 1001, 1002
OPEN, OTHER, SIGNED, BUSY = "aa" * 16, "bb" * 16, "cc" * 16, "dd" * 16
MOBILE = "919800000001"
BODIES: list[str] = [
    '{"event_name":"visit","mobile":"919800000001"}',
    '{"event_name":"visit","mobile":"919800000009"}',
    '{"event_name":"sale","mobile":"919800000001"}',
    '{"event_name":"sale","mobile":"919800000009"}',
    '{"event_name":"nothing"}',
    '{"event_name":""}',
    '{"mobile":"919800000001"}',
    "not JSON",
]
Filters = Mapping[str, list[str]]


def _content() -> Content:
    content = Content()
    content.org(ORG)
    till = content.till(ORG, "till01")
    content.customer(ORG, 1, mobile=MOBILE)
    content.event(ORG, "visit", customer_by_mobile())
    content.event(ORG, "sale", customer_by_mobile(), actions=("EIConsumer", "EMFConsumer"))
    for webhook_id, mechanism in ((OPEN, ""), (OTHER, ""), (SIGNED, "BASIC")):
        content.webhook(ORG, webhook_id, till, mechanism)
    content.webhook(content.org(BUSY_ORG), BUSY, content.till(BUSY_ORG, "till02"))
    content.event(BUSY_ORG, "visit", customer_by_mobile())
    return content


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A till of an org with some forty entries of all kinds."""
    folder = tmp_path_factory.mktemp("filters") / "data"
    with (
        running(folder, _content().file) as program,
        Visitor(program) as source,
        Visitor(program, till_auth("till01", "secret")) as reader,
    ):
        answers = [
            source.push(webhook_id, body)
            for body in BODIES * 2
            for webhook_id in (OPEN, OTHER)
            if body != "not JSON" or webhook_id == OPEN
        ]
        answers += [source.push(SIGNED, body) for body in BODIES[:4]]
        reader.settled(*(answer.json()["requestId"] for answer in answers))
        yield reader


@pytest.fixture(scope="module")
def entries(reader: Visitor) -> list[Entry]:
    """All of them, newest first."""
    return reader.entries()


def _shown(entry: Entry) -> dict[str, str | None]:
    return {
        "status": entry.get("status", "UNAUTHORIZED"),
        "event_name": entry.get("eventName"),
        "webhook_id": entry["webhookId"],
        "id": entry["id"],
    }


def _passes(entry: Entry, filters: Filters) -> bool:
    """Values of one parameter are alternatives, different parameters all hold, `!` excludes."""
    for name, values in filters.items():
        value = _shown(entry)[name]
        wanted = [text for text in values if not text.startswith("!")]
        unwanted = [text[1:] for text in values if text.startswith("!")]
        if (wanted and value not in wanted) or value in unwanted:
            return False
    return True


def _pages(reader: Visitor, filters: Mapping[str, Any]) -> list[list[Entry]]:
    answer = reader.ask(LOGS, **filters)
    assert 200 == answer.status_code, answer.text
    pages: list[list[Entry]] = [answer.json()["data"]]
    while "next" in answer.links:
        answer = reader.ask(answer.links["next"]["url"])
        assert 200 == answer.status_code, answer.text
        pages.append(answer.json()["data"])
    return pages


def test_every_push_has_its_entry_newest_first(entries: list[Entry]) -> None:
    assert 34 == len(entries)
    assert sorted((entry["id"] for entry in entries), reverse=True) == [entry["id"] for entry in entries]
    starts = [entry["startTime"] for entry in entries]
    assert sorted(starts, reverse=True) == starts


def test_the_statuses_are_those_that_the_pushes_deserve(entries: list[Entry]) -> None:
    counts: dict[str | None, int] = {}
    for entry in entries:
        counts[_shown(entry)["status"]] = counts.get(_shown(entry)["status"], 0) + 1
    assert {
        "EVENT_SUCCESS": 12,
        "EMF_PROCESSOR_FAILED": 4,
        "INVALID_EVENT_NAME": 8,
        "INVALID_META_TRANSFORMER_MAPPINGS": 4,
        "INVALID_REQUEST_BODY": 2,
        "UNAUTHORIZED": 4,
    } == counts


ABSENT_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
VALUES = {
    "status": [status.name for status in Status],
    "event_name": ["visit", "sale", "nothing", "", "Visit", "never"],
    "webhook_id": [OPEN, OTHER, SIGNED, BUSY],
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, list[str]]:
    chosen = {}
    for name, values in VALUES.items():
        texts = st.sampled_from(values).flatmap(lambda text: st.sampled_from([text, "!" + text]))
        drawn = draw(st.lists(texts, max_size=4))
        if drawn:
            chosen[name] = drawn
    return chosen


@settings(max_examples=150, deadline=None)
@given(filters=questions(), is_ascending=st.booleans(), limit=st.sampled_from([1, 2, 3, 7, 33, 34, 1000]))
def test_filters_orders_and_pages_agree_with_a_plain_reading(
    reader: Visitor, entries: list[Entry], filters: Filters, is_ascending: bool, limit: int
) -> None:
    expected = [entry for entry in entries if _passes(entry, filters)]
    if is_ascending:
        expected.reverse()
    pages = _pages(reader, {**filters, "order": "asc" if is_ascending else "desc", "limit": limit})
    assert expected == [entry for page in pages for entry in page]
    assert [limit] * (len(pages) - 1) == [len(page) for page in pages[:-1]]


def test_ids_are_found_in_any_case_and_left_out(reader: Visitor, entries: list[Entry]) -> None:
    ids = [entry["id"] for entry in entries]
    assert ids[3:5] == reader.ids(id=[ids[4], ids[3].upper(), ABSENT_ID])
    assert ids[:3] + ids[4:] == reader.ids(id=f"!{ids[3]}")
    assert [] == reader.ids(id=[ids[3], f"!{ids[3]}"])
    assert [] == reader.ids(id=ids[0], event_name="never")


def test_a_webhook_is_found_in_any_case(reader: Visitor) -> None:
    assert reader.ids(webhook_id=OPEN) == reader.ids(webhook_id=OPEN.upper())


def test_a_blank_name_selects_the_empty_name_not_the_absent_one(reader: Visitor) -> None:
    found = reader.entries(event_name="")
    assert [""] * 4 == [entry["eventName"] for entry in found]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_an_entry_present_at_the_first_page_appears_exactly_once(reader: Visitor, order: str) -> None:
    """Whatever comes in between the pages; in ascending order the new ones may appear too, behind the others."""
    with Visitor(reader.program, till_auth("till02", "secret")) as busy:
        busy.settled(*(busy.accepted(BUSY, BODIES[0]) for _ in range(7)))
        present = busy.ids(order=order)
        answer = busy.ask(LOGS, order=order, limit=2)
        seen = [entry["id"] for entry in answer.json()["data"]]
        added: list[str] = []
        while "next" in answer.links and len(added) < 10:
            added.append(busy.accepted(BUSY, BODIES[0]))
            busy.settled(added[-1])
            answer = busy.ask(answer.links["next"]["url"])
            seen += [entry["id"] for entry in answer.json()["data"]]
    assert present == seen[: len(present)]
    assert len(seen) == len(set(seen))
    assert set(seen) - set(present) <= (set(added) if order == "asc" else set())


def _cursor(reader: Visitor, **filters: Any) -> str:
    link = reader.ask(LOGS, **filters).links["next"]["url"]
    return link.rpartition("cursor=")[2].partition("&")[0]


def test_the_page_size_may_change_on_the_way(reader: Visitor) -> None:
    ids = reader.ids()
    assert ids[2:7] == reader.ids(cursor=_cursor(reader, limit=2), limit=5)


@pytest.mark.parametrize(
    "changed",
    [
        {"event_name": "sale"},
        {"event_name": "visit", "status": "EVENT_SUCCESS"},
        {"event_name": "visit", "webhook_id": OPEN},
        {"event_name": "visit", "id": ABSENT_ID},
        {"event_name": "visit", "order": "asc"},
        {"event_name": "visit", "from_date": "2020-01-01"},
        {"event_name": "visit", "to_date": "2120-01-01"},
        {"event_name": "!visit"},
        {},
    ],
    ids=str,
)
def test_a_cursor_belongs_to_its_question(reader: Visitor, changed: dict[str, Any]) -> None:
    cursor = _cursor(reader, event_name="visit", limit=1)
    assert 200 == reader.ask(LOGS, event_name="visit", cursor=cursor).status_code
    answer = reader.ask(LOGS, **changed, cursor=cursor)
    assert 400 == answer.status_code
    assert cursor in answer.json()["errors"][0]["message"]


def test_a_cursor_with_any_byte_changed_is_refused(reader: Visitor) -> None:
    cursor = _cursor(reader, limit=1)
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for place in range(len(raw)):
        forged = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        text = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
        assert 400 == reader.ask(LOGS, cursor=text).status_code, place


@pytest.mark.parametrize("cursor", ["", "x", "A" * 44, "A" * 45, "é", "!" * 30, "\x00", "A" * 10_000])
def test_what_is_no_cursor_is_refused_by_name(reader: Visitor, cursor: str) -> None:
    answer = reader.ask(LOGS, cursor=cursor)
    assert 400 == answer.status_code
    assert "cursor" in answer.json()["errors"][0]["message"]


def test_as_many_values_as_allowed_and_one_more(reader: Visitor) -> None:
    ids = reader.ids()
    assert ids[:1] == reader.ids(id=[ids[0]] * 100)
    answer = reader.ask(LOGS, id=[ids[0]] * 101)
    assert 400 == answer.status_code
    assert "id has 101 values; at most 100 are allowed" == answer.json()["errors"][0]["message"]
