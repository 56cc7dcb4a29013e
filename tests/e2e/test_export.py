"""Exports hold what the log shows, in every format (contract I.3, I.18)."""

import csv
import io
import json
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest

from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Entry, Visitor

ORG = 1001
WEBHOOK = "0" * 31 + "1"
EXPORT = f"{LOGS}/export"
EVENTS = 2_345
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx")


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    content = Content()
    content.org(ORG)
    content.till(ORG, "till01")
    content.webhook(ORG, WEBHOOK, "till01")
    with (
        running(tmp_path_factory.mktemp("export") / "data", content.file) as program,
        Visitor(program, till_auth("till01", TILL_PASSWORD)) as till,
    ):
        events = [{"event_name": FORMULAS[n % 6] if n % 3 == 0 else f"e{n % 7}"} for n in range(EVENTS)]
        pushed = till.batch(WEBHOOK, json.dumps(events).encode(), content_type="application/json")
        assert pushed.status_code == 200, pushed.text
        till.settled(pushed.json()["results"][-1]["requestId"])
        wait_until("all events have settled", lambda: len(whole_log(till)) == EVENTS)
        yield till


def whole_log(till: Visitor) -> list[Entry]:
    found: list[Entry] = []
    page = till.ask(LOGS, limit=1000)
    while True:
        found += page.json()["data"]
        if "next" not in page.links:
            return found
        page = till.ask(page.links["next"]["url"])


def test_ndjson_has_every_entry_once_as_the_api_shows_it(till: Visitor) -> None:
    answer = till.ask(EXPORT)
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert 'attachment; filename="events.ndjson"' == answer.headers["content-disposition"]
    assert whole_log(till) == [json.loads(line) for line in answer.text.splitlines()]


def test_filters_and_order_are_those_of_the_log(till: Visitor) -> None:
    lines = till.ask(EXPORT, event_name="e1", order="asc").text.splitlines()
    wanted = [entry for entry in whole_log(till) if entry["eventName"] == "e1"]
    assert wanted[::-1] == [json.loads(line) for line in lines]


def test_csv_reads_back_and_begins_no_formula(till: Visitor) -> None:
    answer = till.ask(EXPORT, format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [entry["id"] for entry in whole_log(till)] == [row["id"] for row in rows]
    for row, entry in zip(rows, whole_log(till), strict=True):
        assert entry["inputRequest"] == row["inputRequest"]
        assert entry["eventName"] in {row["eventName"], row["eventName"].removeprefix("'")}
        assert not row["eventName"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_parquet_reads_back(till: Visitor) -> None:
    table = pq.read_table(io.BytesIO(till.ask(EXPORT, format="parquet").content))
    assert [entry["id"] for entry in whole_log(till)] == table.column("id").to_pylist()
    assert {entry["startTime"] for entry in whole_log(till)} == set(table.column("startTime").to_pylist())


def test_an_unknown_format_is_refused(till: Visitor) -> None:
    answer = till.ask(EXPORT, format="xlsx")
    assert (400, True) == (
        answer.status_code,
        "ndjson, csv, parquet" in answer.json()["errors"][0]["message"],
    )


def test_nothing_matches_is_an_empty_file(till: Visitor) -> None:
    assert till.ask(EXPORT, event_name="nobody").text == ""
    assert len(till.ask(EXPORT, event_name="nobody", format="csv").text.splitlines()) == 1
    assert (
        pq.read_table(io.BytesIO(till.ask(EXPORT, event_name="nobody", format="parquet").content)).num_rows
        == 0
    )
