"""Guarantee G5: the documented setting gives the documented log, through the real program and either port.

The statuses, event names and messages are those of the documented sample, which `demo.json` repeats beside the
pushes that must lead to them.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import httpx
import pytest

from hooklog.testing.program import Program, demo_file, running, till_auth
from hooklog.testing.visitor import LOGS, Entry, Visitor

PUSHES = demo_file()["pushes"]
ENTRY_KEYS = [
    "startTime",
    "responseTime",
    "orgId",
    "status",
    "eventName",
    "inputRequest",
    "id",
    "webhookId",
    "parentOrgId",
    "message",
]
ENVELOPE_KEYS = ["data", "warnings", "errors"]


class Seed:
    """The program after the ten pushes: what was answered and what the log says."""

    def __init__(self, program: Program, visitor: Visitor, *, by_main_port: bool) -> None:
        self.program = program
        self.visitor = visitor
        self.answers = [
            visitor.push(push["webHookId"], push["body"], by_main_port=by_main_port) for push in PUSHES
        ]
        self.request_ids = [answer.json()["requestId"] for answer in self.answers]
        visitor.settled(*self.request_ids)
        self.entries = visitor.entries()


@pytest.fixture(scope="module", params=["ingest port", "main port"])
def seed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seed]:
    folder = tmp_path_factory.mktemp("seed") / "data"
    with running(folder) as program, Visitor(program, till_auth("demo.till", "demo")) as visitor:
        yield Seed(program, visitor, by_main_port=request.param == "main port")


def test_every_push_is_answered_as_documented(seed: Seed) -> None:
    for answer in seed.answers:
        assert 200 == answer.status_code
        body = answer.json()
        assert ["status", "requestId"] == list(body)
        assert {"code": 1100, "message": "Event is pushed to transformation state"} == body["status"]
        assert body["requestId"] == answer.headers["x-cap-request-id"] == str(UUID(body["requestId"]))


def test_the_log_gives_the_documented_ten_newest_first(seed: Seed) -> None:
    expected = [push["expect"] for push in reversed(PUSHES)]
    shown = [{key: entry[key] for key in ("status", "eventName", "message")} for entry in seed.entries]
    assert expected == shown
    assert list(reversed(seed.request_ids)) == [entry["id"] for entry in seed.entries]


def test_the_default_page_holds_ten(seed: Seed) -> None:
    assert seed.entries == seed.visitor.answer()["data"]


def test_keys_stand_in_the_documented_order(seed: Seed) -> None:
    text = seed.visitor.ask(LOGS).text
    assert ENVELOPE_KEYS == list(json.loads(text))
    assert [ENTRY_KEYS] * 10 == [list(entry) for entry in json.loads(text)["data"]]


def test_values_have_the_documented_types(seed: Seed) -> None:
    integers = ("startTime", "responseTime", "orgId", "parentOrgId")
    for entry in seed.entries:
        for key in ENTRY_KEYS:
            assert type(entry[key]) is (int if key in integers else str), key
        assert 100737 == entry["orgId"]
        assert -1 == entry["parentOrgId"]
        assert 0 <= entry["responseTime"]


def test_the_input_is_the_body_byte_for_byte(seed: Seed) -> None:
    assert [push["body"] for push in reversed(PUSHES)] == [entry["inputRequest"] for entry in seed.entries]
    assert {push["webHookId"] for push in PUSHES} == {entry["webhookId"] for entry in seed.entries}


def test_the_start_is_the_instant_inside_the_id(seed: Seed) -> None:
    for entry in seed.entries:
        assert UUID(entry["id"]).int >> 80 == entry["startTime"]


def test_pages_of_three_give_all_ten_once(seed: Seed) -> None:
    answer = seed.visitor.ask(LOGS, limit=3)
    pages: list[list[Entry]] = [answer.json()["data"]]
    while "next" in answer.links:
        answer = seed.visitor.ask(answer.links["next"]["url"])
        assert 200 == answer.status_code
        pages.append(answer.json()["data"])
    assert [3, 3, 3, 1] == [len(page) for page in pages]
    assert seed.entries == [entry for page in pages for entry in page]


def test_the_link_is_an_absolute_url_of_the_next_page(seed: Seed) -> None:
    answer = seed.visitor.ask(LOGS, limit=3, event_name="TestBE-Rutuja")
    url = httpx.URL(answer.links["next"]["url"])
    assert seed.program.url == f"{url.scheme}://{url.netloc.decode()}"
    assert LOGS == url.path
    assert {"limit", "event_name", "cursor"} == set(url.params)


def test_format_is_ignored_in_silence_and_other_unknown_parameters_by_name(seed: Seed) -> None:
    quiet = seed.visitor.answer(LOGS, format="json")
    assert [] == quiet["warnings"]
    assert seed.entries == quiet["data"]
    loud = seed.visitor.answer(LOGS, format="json", colour="blue", sort="up")
    assert seed.entries == loud["data"]
    assert 2 == len(loud["warnings"])
    for name, warning in zip(("colour", "sort"), loud["warnings"], strict=True):
        assert ["message"] == list(warning)
        assert repr(name) in warning["message"]


def _at(instant_ms: int) -> datetime:
    return datetime.fromtimestamp(instant_ms / 1000, UTC)


def _millisecond(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


INDIA = timezone(timedelta(hours=5, minutes=30))
# Forms that tell the millisecond; the org's zone is UTC.
EXACT_FORMS: dict[str, Callable[[int], str]] = {
    "epoch": str,
    "ISO with Z": lambda ms: _millisecond(_at(ms)).replace("+00:00", "Z"),
    "ISO with an offset": lambda ms: _millisecond(_at(ms).astimezone(INDIA)),
    "ISO without offset": lambda ms: _millisecond(_at(ms).replace(tzinfo=None)),
}
# Forms that tell the second.
SECOND_FORMS: dict[str, Callable[[int], str]] = {
    "ISO to the second": lambda ms: _at(ms).strftime("%Y-%m-%dT%H:%M:%S"),
    "ISO to the second with Z": lambda ms: _at(ms).strftime("%Y-%m-%dT%H:%M:%SZ"),
    "ISO to the second with an offset": lambda ms: (
        _at(ms).astimezone(INDIA).strftime("%Y-%m-%dT%H:%M:%S+05:30")
    ),
    "blank between": lambda ms: _at(ms).strftime("%Y-%m-%d %H:%M:%S"),
}
DAY_MS = 24 * 60 * 60 * 1000


def _starting(seed: Seed, low: int | None = None, high: int | None = None) -> list[str]:
    return [
        entry["id"]
        for entry in seed.entries
        if (low is None or low <= entry["startTime"]) and (high is None or entry["startTime"] <= high)
    ]


@pytest.mark.parametrize("form", EXACT_FORMS)
def test_both_ends_of_a_range_include_their_millisecond(seed: Seed, form: str) -> None:
    text = EXACT_FORMS[form]
    for instant in {entry["startTime"] + step for entry in seed.entries for step in (-1, 0, 1)}:
        assert _starting(seed, low=instant) == seed.visitor.ids(from_date=text(instant))
        assert _starting(seed, high=instant) == seed.visitor.ids(to_date=text(instant))
        assert _starting(seed, instant, instant) == seed.visitor.ids(
            from_date=text(instant), to_date=text(instant)
        )


@pytest.mark.parametrize("form", SECOND_FORMS)
def test_a_second_stands_for_its_first_millisecond(seed: Seed, form: str) -> None:
    text = SECOND_FORMS[form]
    newest = seed.entries[0]["startTime"]
    for instant in range(newest // 1000 * 1000 - 3000, newest + 3000, 1000):
        assert _starting(seed, low=instant) == seed.visitor.ids(from_date=text(instant))
        assert _starting(seed, high=instant) == seed.visitor.ids(to_date=text(instant))


def test_a_day_is_whole_at_both_ends(seed: Seed) -> None:
    today_ms = seed.entries[0]["startTime"] // DAY_MS * DAY_MS
    for days in (-1, 0, 1):
        first_ms = today_ms + days * DAY_MS
        day = _at(first_ms).strftime("%Y-%m-%d")
        last_ms = first_ms + DAY_MS - 1
        assert _starting(seed, low=first_ms) == seed.visitor.ids(from_date=day)
        assert _starting(seed, high=last_ms) == seed.visitor.ids(to_date=day)
        assert _starting(seed, first_ms, last_ms) == seed.visitor.ids(from_date=day, to_date=day)
