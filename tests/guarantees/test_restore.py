"""G25: behind a restore nothing is taken for what it is not, by anybody who remembers what was lost."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from hooklog.commands.event_stream import stream_events
from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import LOGS, Visitor

ORG, TILL = 1001, "till01"
PLAIN, UNIQUE = "0" * 31 + "1", "0" * 31 + "2"
TAIL = f"{LOGS}/tail"
ENVIRONMENT = {"HOOKLOG_EI__FLUSH_SECONDS": "0.2", "HOOKLOG_EI__FILE_RECORDS_MAX": "5"}


def _content() -> Content:
    content = Content()
    content.org(ORG)
    content.till(ORG, TILL)
    content.webhook(ORG, PLAIN, TILL)
    content.webhook(ORG, UNIQUE, TILL, is_unique=True)
    newcomer = customer_by_mobile(addCustomerIfNotExists="true")
    content.event(ORG, "visit", newcomer)
    content.event(ORG, "order", newcomer, field("order_id", isUniqueKeyField="true"))
    return content


class Told:
    """What the lost server had told, before the backup and behind it."""

    def __init__(self, folder: Path) -> None:
        self.backup, self.folder = folder / "backup", folder / "data"
        with running(self.folder, _content().file, ENVIRONMENT) as program, _till(program) as till:
            self.kept = [_visit(till, number) for number in range(12)]
            self.owner = till.accepted(UNIQUE, _order("o-1"))
            till.settled(*self.kept, self.owner)
            first = till.ask(LOGS, limit=5)
            self.seen = [one["id"] for one in first.json()["data"]]
            self.cursor = httpx.URL(first.links["next"]["url"]).params["cursor"]
            done = program.run("backup", str(self.backup), "--data", str(self.folder), "--json")
            assert 0 == done.returncode, done.stderr
            self.sequence = int(json.loads(done.stdout)["sequence"])
            self.lost = [till.accepted(UNIQUE, _order(f"lost-{number}", number + 70)) for number in range(3)]
            till.settled(*self.lost)
            self.lost_customers = {_customer_of(till, one) for one in self.lost}
            self.lost_places = [f"{_last_sequence(program)}:{offset}" for offset in (0, 1 << 32)]


def _till(program: Program) -> Visitor:
    return Visitor(program, till_auth(TILL, TILL_PASSWORD))


def _visit(till: Visitor, number: int = 0) -> str:
    return till.accepted(PLAIN, {"event_name": "visit", "mobile": f"9198000000{number:02}"})


def _order(order_id: str, number: int = 0) -> dict[str, str]:
    return {"event_name": "order", "order_id": order_id, "mobile": f"9198000000{number:02}"}


def _record_of(till: Visitor, request_id: str) -> dict[str, Any]:
    (entry,) = till.entries(id=request_id, include="record")
    record: dict[str, Any] = entry["record"]
    return record


def _customer_of(till: Visitor, request_id: str) -> int:
    return int(_record_of(till, request_id)["userId"])


def _first_told(program: Program, place: str | None = None) -> Any:
    """The first event, marks left out, of a tail that goes on behind a place."""
    headers = {} if place is None else {"last-event-id": place}
    with httpx.stream(
        "GET", program.url + TAIL, auth=till_auth(TILL, TILL_PASSWORD), headers=headers, timeout=20
    ) as answer:
        return next(one for one in stream_events(answer.iter_lines()) if one.kind)


def _last_sequence(program: Program) -> int:
    told = _first_told(program, "999999999999999:0")
    return int(str(told.id).partition(":")[0])


def _exported(folder: Path) -> Counter[str]:
    files = [str(path) for path in sorted((folder / "ei").glob("org=*/date=*/*.parquet"))]
    if not files:
        return Counter()
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT request_id FROM read_parquet(?)", [files]).fetchall()
    return Counter(row[0] for row in rows)


@contextmanager
def _restored(told: Told, to: Path) -> Iterator[Program]:
    program = Program(to, ENVIRONMENT)
    done = program.run("restore", str(told.backup), "--data", str(to))
    assert 0 == done.returncode, done.stderr
    assert "ago" in done.stdout
    try:
        yield program.start()
    finally:
        program.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return Told(tmp_path_factory.mktemp("lost"))


@pytest.fixture(scope="module")
def program(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with _restored(told, tmp_path_factory.mktemp("restored") / "data") as program:
        yield program


@pytest.fixture
def till(program: Program) -> Iterator[Visitor]:
    with _till(program) as till:
        yield till


def test_all_that_was_acknowledged_before_the_backup_is_there_and_nothing_else(
    told: Told, till: Visitor
) -> None:
    assert {*told.kept, told.owner} <= set(till.ids())
    assert not set(told.lost) & set(till.ids())


def test_a_cursor_goes_on_where_it_stood(told: Told, till: Visitor) -> None:
    rest = till.ids(limit=1_000, cursor=told.cursor)
    assert sorted({*told.kept, told.owner} - set(told.seen)) == sorted(rest)


def test_a_place_behind_the_backup_is_answered_with_a_reset(
    told: Told, program: Program, till: Visitor
) -> None:
    """At once, and also when as many commits have been made as it had seen."""
    for _ in range(2):
        for place in told.lost_places:
            event = _first_told(program, place)
            assert ("reset", {"after": place}) == (event.kind, json.loads(event.data))
        for _ in range(20):
            till.settled(_visit(till))


def test_a_place_before_the_backup_goes_on_and_misses_nothing(
    told: Told, program: Program, till: Visitor
) -> None:
    till.settled(_visit(till))
    oldest = min(one for one in till.ids() if one not in {*told.kept, told.owner})
    event = _first_told(program, f"{told.sequence}:{1 << 32}")
    assert ("entry", oldest) == (event.kind, json.loads(event.data)["id"])


def test_a_key_that_counted_before_the_backup_does_not_count_again(told: Told, till: Visitor) -> None:
    ids = [till.accepted(UNIQUE, _order(order_id)) for order_id in ("o-1", "lost-1")]
    till.settled(*ids)
    assert [True, False] == [_record_of(till, one)["additonalAttributes"]["isDuplicate"] for one in ids]


def test_a_new_customer_gets_no_id_that_a_lost_one_had(told: Told, till: Visitor) -> None:
    newcomer = _visit(till, 99)
    till.settled(newcomer)
    assert max(told.lost_customers) < _customer_of(till, newcomer)
    assert _customer_of(till, told.kept[0]) < min(told.lost_customers)


def test_every_record_is_in_one_file_of_the_export(told: Told, program: Program, till: Visitor) -> None:
    till.settled(new := _visit(till))
    due = {*told.kept, told.owner, new}
    wait_until("all are exported", lambda: due <= _exported(program.folder).keys(), 60)
    exported = _exported(program.folder)
    assert {1} == set(exported.values())
    assert not set(told.lost) & exported.keys()
    assert "ei_feed_expired" not in program.diagnostics()


def test_the_restored_folder_is_sound(program: Program) -> None:
    done = program.run("check", "--data", str(program.folder))
    assert 0 == done.returncode, done.stdout


def test_restoring_over_a_folder_is_refused(told: Told, program: Program) -> None:
    for arguments, problem in (
        (("restore", str(told.backup), "--data", str(program.folder)), "is not empty"),
        (("restore", str(told.folder), "--data", str(told.folder.parent / "new")), "is no backup"),
        (("backup", str(told.folder), "--data", str(program.folder)), "is not empty"),
        (("serve", "--data", str(told.backup)), "is a backup"),
    ):
        done = program.run(*arguments)
        assert (1, "") == (done.returncode, done.stdout)
        assert problem in done.stderr
        assert "what to do" in done.stderr
