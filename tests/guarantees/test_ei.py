"""The analytical export over the real program: every event in exactly one file, for tools that never heard of us."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from tests.campaigns import noted
from tests.crash.conftest import seed_of

from hooklog.testing.content import TILL_PASSWORD, Content, customer_by_mobile, field
from hooklog.testing.program import Program, running, till_auth, wait_until
from hooklog.testing.visitor import Visitor

PARENT, CHILD, TILL, WEBHOOK = 4001, 4002, "till01", "ef" * 16
MOBILE, USER_ID = "919800000001", 500_001
KILLS, KILLS_LONG = 8, 100
ENVIRONMENT = {"HOOKLOG_EI__FLUSH_SECONDS": "0.1", "HOOKLOG_EI__FILE_RECORDS_MAX": "50"}


def _content() -> Content:
    content = Content()
    content.org(PARENT)
    content.org(CHILD, parent_org_id=PARENT)
    content.till(PARENT, TILL)
    content.till(CHILD, "till02")
    content.webhook(PARENT, WEBHOOK, TILL)
    for org_id in (PARENT, CHILD):
        content.customer(org_id, USER_ID, mobile=MOBILE)
        content.event(org_id, "visit", customer_by_mobile(), field("room"), field("pin", isPsiData="true"))
        content.event(org_id, "sale", customer_by_mobile(), actions=("EMFConsumer",))
    return content


@contextmanager
def _hotel(folder: Path) -> Iterator[tuple[Program, Visitor]]:
    with (
        running(folder, _content().file, ENVIRONMENT) as program,
        Visitor(program, till_auth(TILL, TILL_PASSWORD)) as visitor,
    ):
        yield program, visitor


def _visit(visitor: Visitor, **attributes: object) -> str:
    return visitor.accepted(WEBHOOK, {"event_name": "visit", "mobile": MOBILE, **attributes})


def _exported(program: Program) -> list[str]:
    """The request ids in all files, by a reader that knows nothing but the folder."""
    files = sorted((program.folder / "ei").glob("org=*/date=*/*.parquet"))
    if not files:
        return []
    with duckdb.connect() as connection:
        found = connection.execute("SELECT request_id FROM read_parquet(?)", [[str(one) for one in files]])
        return [row[0] for row in found.fetchall()]


def _wait_for(program: Program, request_ids: list[str]) -> None:
    wait_until("all are exported", lambda: set(request_ids) <= set(_exported(program)), 60.0)


def test_duckdb_and_pandas_read_what_was_sent(tmp_path: Path) -> None:
    with _hotel(tmp_path / "data") as (program, visitor):
        old = _visit(visitor, eventDateTime="2026-01-05T01:30:00+05:30", room="12", pin="0000")
        child = {"type": "PARENT_CHILD_ORG", "childOrgId": CHILD, "tillCode": "till02"}
        routed = _visit(visitor, eventDateTime="2026-01-05 23:59:59", orgResolver=child)
        unwanted = [
            visitor.accepted(WEBHOOK, {"event_name": "sale", "mobile": MOBILE}),
            visitor.accepted(WEBHOOK, {"event_name": "nothing"}),
        ]
        _wait_for(program, [old, routed])
        visitor.settled(*unwanted)
        _wait_for(program, [last := _visit(visitor)])
        assert sorted([old, routed, last]) == sorted(_exported(program))
        folder = program.folder / "ei"
        with duckdb.connect() as connection:
            rows = connection.execute(
                f"SELECT org, CAST(date AS TEXT), request_id, user_id, attributes['room'], attributes['pin'] "
                f"FROM read_parquet('{folder}/*/*/*.parquet', hive_partitioning = true) "
                f"WHERE date = '2026-01-04' OR org = {CHILD} ORDER BY org"
            ).fetchall()
        assert [
            (PARENT, "2026-01-04", old, USER_ID, "12", "*****"),
            (CHILD, "2026-01-05", routed, USER_ID, None, None),
        ] == rows
        frame = pd.read_parquet(next(folder.glob(f"org={PARENT}/date=2026-01-04/*.parquet")))
        assert [old] == list(frame["request_id"])
        assert [pd.Timestamp("2026-01-04T20:00:00Z")] == list(frame["event_at"])
        assert [[("pin", "*****"), ("room", "12")]] == [list(one) for one in frame["attributes"]]


def test_a_killed_worker_exports_each_event_once(tmp_path: Path) -> None:
    print(_kill_many_times(tmp_path / "data", KILLS))


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_a_worker_killed_very_often_exports_each_event_once(tmp_path: Path) -> None:
    with noted("G16", "a killed worker exports each event once") as counts:
        counts.update(_kill_many_times(tmp_path / "data", KILLS_LONG))


def _kill_many_times(folder: Path, kills: int) -> dict[str, int]:
    generator = random.Random(seed_of(70))
    sent: list[str] = []
    with _hotel(folder) as (program, visitor):
        for _ in range(kills):
            for _ in range(generator.randrange(20, 120)):
                day = generator.randrange(1, 5)
                sent.append(_visit(visitor, eventDateTime=f"2026-01-0{day} 12:00:00"))
            time.sleep(generator.random() * 0.5)
            before = program.role_pid("worker")
            program.kill("worker")
            program.role_pid("worker", other_than=before)
        _wait_for(program, sent)
        assert Counter(sent) == Counter(_exported(program))
        files = list((program.folder / "ei").rglob("*.parquet"))
    assert [] == list((folder / "ei").rglob(".*"))
    return {"events": len(sent), "files": len(files), "kills": kills}
