"""Each kind of damage to the event log makes its alarm ring."""

from pathlib import Path

import pytest
from tests.unit.check.conftest import CHILD, DAY_MS, damage, make_success, open_writer, problems_of, report_on

from hooklog.check.folder import check_folder
from hooklog.eventlog.retention import RetentionSettings
from hooklog.testing.builders import (
    START_MS,
    make_batch,
    make_id,
)

EVENTS = {
    "state-gone": ("DELETE FROM state", "state", "0 rows; one is right"),
    "position-negative": ("UPDATE state SET position = -1", "state", "position -1"),
    "epoch-negative": ("UPDATE state SET epoch = -1", "state", "epoch -1"),
    "running-unknown": ("UPDATE state SET is_running = 2", "state", "is_running 2"),
    "log-id-short": ("UPDATE state SET log_id = x'00'", "state", "the log's id has 1 bytes"),
    "suspect-short": ("UPDATE state SET suspect_id = x'00'", "state", "suspect_id"),
    "deaths-negative": ("UPDATE state SET suspect_deaths = -1", "state", "suspect_deaths -1"),
    "status-unknown": ("UPDATE kind SET status = 99 WHERE org = 200", "entries", "status 99"),
    "org-unknown": (
        "UPDATE entry SET org = 300 WHERE org = 200; UPDATE kind SET org = 300 WHERE org = 200",
        "entries",
        "org 300 is not in directory.db",
    ),
    "parent-unknown": ("UPDATE kind SET parent = 300 WHERE org = 200", "entries", "its parent org 300"),
    "pattern-wrong": (
        "UPDATE kind SET pattern = name WHERE org = 200",
        "entries",
        "is not the pattern of its message",
    ),
    "kind-gone": ("DELETE FROM kind WHERE org = 200", "entries", "is not one of this org"),
    "kind-of-another-org": ("UPDATE kind SET org = 100 WHERE org = 200", "entries", "is not one of this org"),
    "name-gone": (
        "DELETE FROM word WHERE text = 'visit'",
        "entries",
        "its event name, is not one of this org",
    ),
    "webhook-gone": (
        "DELETE FROM word WHERE text <> 'visit'",
        "entries",
        "its webhook is not one of this org",
    ),
    "word-of-another-org": ("UPDATE word SET org = 300 WHERE org = 200", "entries", "is not one of this org"),
    "block-gone": ("DELETE FROM block WHERE id = 1", "blocks", "block 1 is missing"),
    "block-broken": ("UPDATE block SET body = x'00'", "blocks", "cannot be read"),
    "block-of-nothing": (
        "INSERT INTO block SELECT 99, live, NULL, body FROM block LIMIT 1",
        "blocks",
        "there are 4 blocks; entries lie in 3",
    ),
    "dictionary-gone": ("UPDATE block SET dictionary = 7", "blocks", "dictionary 7 is missing"),
    "block-counts-wrong": ("UPDATE block SET live = 9", "blocks", "counts 9 entries; 2 lie in it"),
    "slot-beyond": ("UPDATE entry SET place = place + 100", "blocks", "slot 100 of block 0, which has 2"),
    "slot-twice": ("UPDATE entry SET place = 0 WHERE place < 128", "blocks", "where another one lies too"),
    "run-gone": ("DELETE FROM value_run", "values", "which is in no run"),
    "run-broken": ("UPDATE value_run SET small = x'00'", "values", "cannot be read"),
    "run-half-gone": ("UPDATE value_run SET small = NULL", "values", "0 ids and 0 items; its row says"),
    "run-counts-wrong": ("UPDATE value_run SET entries = entries + 1", "values", "ids and "),
    "run-bounds-wrong": ("UPDATE value_run SET lowest = 0", "values", "its row says 0 to"),
    "run-of-other-keys": (
        "UPDATE kind SET id = id + 1000; UPDATE entry SET kind = kind + 1000",
        "values",
        "other keys",
    ),
    "ids-of-nothing": ("INSERT INTO value_id VALUES (1, 99, 0, 0, 1, x'00')", "values", "which is not there"),
    "items-of-nothing": (
        "INSERT INTO value_part VALUES (1, 99, 0, 1, x'00')",
        "values",
        "which is not there",
    ),
    "moment-gone": (
        "DELETE FROM moment WHERE kind = 1",
        "counts",
        "moment does not count what is in the log",
    ),
    "moment-of-nothing": ("INSERT INTO moment VALUES (1, 0, 1)", "counts", "moment does not count"),
    "moment-counts-wrong": ("UPDATE moment SET count = count + 1", "counts", "moment does not count"),
    "failure-gone": ("DELETE FROM failure", "counts", "failure does not count"),
    "seconds-wrong": ("UPDATE rollup SET count = 9 WHERE level = 0", "counts", "rollup by second does not"),
    "days-wrong": ("UPDATE rollup SET time = time + 1 WHERE level = 3", "counts", "rollup by day does not"),
    "level-unknown": ("UPDATE rollup SET level = 4 WHERE level = 3", "counts", "level 4, which is none"),
    "kind-of-nothing": (
        "INSERT INTO kind VALUES (99, 100, 1, 0, 1, NULL, 0, 0)",
        "counts",
        "kind 99 is of no entry",
    ),
    "id-no-uuid": ("UPDATE entry SET id = zeroblob(16) WHERE org = 200", "entries", "is not a UUIDv7"),
    "id-short": ("UPDATE entry SET id = x'00' WHERE org = 200", "entries", "is not a UUIDv7"),
    "id-in-two-orgs": (
        "INSERT INTO entry SELECT 200, id, kind, 1, place FROM entry LIMIT 1",
        "request ids",
        "is an entry, and it is an entry of org 100 too",
    ),
    "entry-still-pending": (
        "INSERT INTO pending SELECT org, id, 0, x'00' FROM entry WHERE org = 200",
        "request ids",
        "is pending, and it is an entry of org 200 too",
    ),
    "key-not-claimed": (
        "DELETE FROM claim WHERE is_settled = 1",
        "unique keys",
        "is not claimed: a resend would count again",
    ),
    "duplicate-of-nobody": (
        "DELETE FROM claim WHERE is_settled = 1",
        "unique keys",
        "but nobody holds its key",
    ),
    "duplicate-of-itself": (
        f"UPDATE claim SET owner = x'{make_id(4).hex()}' WHERE is_settled = 1",
        "unique keys",
        "is marked a duplicate of itself",
    ),
    "record-dated-elsewhen": (
        "UPDATE kind SET dating = 3 WHERE dating = 1",
        "record index",
        "is undated; its kind says 3",
    ),
    "record-not-by-time": ("DELETE FROM record_at", "record index", "is not in record_at"),
    "record-not-by-user": (
        "DELETE FROM record_of WHERE kind = 0",
        "record index",
        "in record_of by its user",
    ),
    "record-not-by-group": (
        "DELETE FROM record_of WHERE kind = 1",
        "record index",
        "in record_of by its group",
    ),
    "record-in-no-run": ("UPDATE record_at SET run = 5", "record index", "is in run 5; the newest is 0"),
    "record-of-nothing": (
        "INSERT INTO record_at VALUES (100, 1, 0, 0, x'00', 0)",
        "record index",
        "record_at has 3 rows; the dated records have 2",
    ),
    "record-of-nobody": (
        "INSERT INTO record_of VALUES (0, 100, 0, 8, 0, x'00', 1, 0)",
        "record index",
        "record_of has 5 rows; the dated records have 4",
    ),
    "pending-broken": ("UPDATE pending SET parked = x'00'", "pending", "cannot be decoded"),
    "pending-of-another": ("UPDATE pending SET org = 200", "pending", "says it is"),
    "pending-due-elsewhen": ("UPDATE pending SET next_at = 1", "pending", "its row is due at 1"),
    "pending-without-claim": (
        "DELETE FROM claim WHERE is_settled = 0",
        "pending",
        "has no unsettled claim on it",
    ),
    "owner-unknown": (
        f"UPDATE claim SET owner = x'{make_id(99).hex()}' WHERE is_settled = 1",
        "claims",
        "is settled, but not in the log",
    ),
    "owner-short": ("UPDATE claim SET owner = x'00'", "claims", "is not a request id"),
    "owner-never-settles": ("UPDATE claim SET is_settled = 0", "claims", "wait for ever"),
    "feed-hole": ("DELETE FROM feed WHERE sequence = 2", "feed", "rows 2 to 2 are missing"),
    "feed-end-gone": ("DELETE FROM feed WHERE sequence = 3", "feed", "it names 5 entries"),
    "feed-twice": (
        "INSERT INTO feed SELECT 4, at_ms, place, places, spans FROM feed LIMIT 1",
        "feed",
        "it names 8 entries accepted since it begins, the log has 6",
    ),
    "feed-broken": ("UPDATE feed SET spans = x'00'", "feed", "row 1 cannot be decoded"),
    "feed-of-nothing": (
        "UPDATE feed SET place = 9999 WHERE sequence = 1",
        "feed",
        "; 0 are in the log",
    ),
    "feed-of-what-is-lost": (
        "DELETE FROM entry WHERE org = 200",
        "feed",
        "row 2 tells of 1 entries of org 200",
    ),
    "feed-counts-again": (
        "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'feed'",
        "feed",
        "numbers come again",
    ),
    "feed-never-was": (
        "DELETE FROM feed; DELETE FROM sqlite_sequence WHERE name = 'feed'",
        "feed",
        "it never had a row, but the log has 6 entries",
    ),
    "index-dropped": ("DROP INDEX kind_by_name", "schema", "index kind_by_name is missing"),
    "table-added": ("CREATE TABLE mine (x)", "schema", "table mine does not belong here"),
    "index-other": (
        "DROP INDEX kind_by_name; CREATE INDEX kind_by_name ON kind (org)",
        "schema",
        "is not as schema",
    ),
    "too-new": ("PRAGMA user_version = 99", "schema", "schema 99, this version of hooklog knows up to"),
    "too-old": ("PRAGMA user_version = 0", "schema", "start the server once"),
}


@pytest.mark.parametrize("kind", EVENTS)
def test_damage_to_the_event_log_is_found(folder: Path, kind: str) -> None:
    statement, what, problem = EVENTS[kind]
    damage(folder, "events.db", statement)
    report = report_on(folder)
    assert not report.is_sound
    assert problem in problems_of(report).get(f"events.db {what}", ""), problems_of(report)


def test_what_retention_deleted_is_not_missed(folder: Path) -> None:
    with open_writer(folder) as log:
        assert 1 == log.remove_expired(CHILD, START_MS + 100, 10)
    assert "row 2 tells of 1 entries of org 200" in problems_of(report_on(folder))["events.db feed"]
    assert {} == problems_of(report_on(folder, START_MS + 31 * DAY_MS))


def test_shortest_retention_of_an_org_counts(folder: Path) -> None:
    with open_writer(folder) as log:
        assert 1 == log.remove_expired(CHILD, START_MS + 100, 10)
    for settings in (RetentionSettings(orgs={"200": 1}), RetentionSettings(events={"200/visit": 1})):
        assert {} == problems_of(check_folder(folder, settings, START_MS + DAY_MS + 1_000))
    for settings in (
        RetentionSettings(),
        RetentionSettings(orgs={"100": 1}),
        RetentionSettings(events={"20/x": 1}),
    ):
        assert not check_folder(folder, settings, START_MS + DAY_MS + 1_000).is_sound


def test_trimmed_feed_is_compared_from_where_it_begins(folder: Path) -> None:
    damage(folder, "events.db", f"UPDATE feed SET at_ms = {START_MS + 5}")
    with open_writer(folder, START_MS + 7) as log:
        log.commit(make_batch(7, make_success(8)))
        log.commit(make_batch(8, make_success(9)))
        assert 3 == log.trim_feed(START_MS + 6, 10)
    assert {} == problems_of(report_on(folder))
    damage(folder, "events.db", "DELETE FROM feed WHERE sequence = 5")
    assert (
        "it names 1 entries accepted since it begins, the log has 2"
        in problems_of(report_on(folder))["events.db feed"]
    )
