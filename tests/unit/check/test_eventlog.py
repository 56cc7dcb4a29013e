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
    "status-unknown": ("UPDATE entry SET status = 99 WHERE org = 200", "entries", "status 99"),
    "message-gone": (
        "UPDATE entry SET message = NULL WHERE org = 200",
        "entries",
        "no message; only statuses that always say the same",
    ),
    "org-unknown": (
        "UPDATE entry SET org = 300 WHERE org = 200",
        "entries",
        "org 300 is not in directory.db",
    ),
    "parent-unknown": ("UPDATE entry SET parent_org = 300 WHERE org = 200", "entries", "its parent org 300"),
    "name-gone": (
        "DELETE FROM word WHERE text = 'visit'",
        "entries",
        "its event name, is not one of this org",
    ),
    "webhook-gone": (
        "DELETE FROM word WHERE text <> 'visit'",
        "entries",
        "its webhook, is not one of this org",
    ),
    "word-of-another-org": ("UPDATE word SET org = 300 WHERE org = 200", "entries", "is not one of this org"),
    "version-unknown": ("UPDATE entry SET version = 9 WHERE org = 100", "entries", "version 9 of 'visit'"),
    "input-gone": ("DELETE FROM long_input", "entries", "neither in entry nor in long_input"),
    "input-twice": ("UPDATE entry SET input = x'00'", "entries", "in entry and in long_input"),
    "detail-gone": ("DELETE FROM detail WHERE org = 200", "entries", "no row in detail"),
    "record-broken": ("UPDATE detail SET record = x'00'", "entries", "cannot be decoded"),
    "stages-broken": ("UPDATE detail SET stages = x'9199'", "entries", "cannot be decoded"),
    "record-gone": ("UPDATE detail SET record = NULL", "entries", "no record; every success has one"),
    "stages-gone": ("UPDATE detail SET stages = NULL", "entries", "no stages; every success passed them"),
    "id-no-uuid": ("UPDATE entry SET id = zeroblob(16) WHERE org = 200", "entries", "is not a UUIDv7"),
    "id-short": ("UPDATE entry SET id = x'00' WHERE org = 200", "entries", "is not a UUIDv7"),
    "id-in-two-orgs": (
        "INSERT INTO entry SELECT 200, id, status, name, webhook, 1, NULL, 0, message, input FROM entry LIMIT 1",
        "request ids",
        "is an entry, and it is an entry of org 100 too",
    ),
    "entry-still-pending": (
        "INSERT INTO pending SELECT org, id, 0, x'00' FROM entry WHERE org = 200",
        "request ids",
        "is pending, and it is an entry of org 200 too",
    ),
    "detail-of-nothing": (
        "INSERT INTO detail VALUES (100, zeroblob(16), NULL, NULL)",
        "explanations",
        "no entry",
    ),
    "input-of-nothing": (
        "INSERT INTO long_input VALUES (1, zeroblob(16), x'00')",
        "explanations",
        "no entry",
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
        "UPDATE claim SET owner = (SELECT id FROM entry WHERE version = 2) WHERE is_settled = 1",
        "unique keys",
        "is marked a duplicate of itself",
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
        "record_at has 5 rows; the records have 4",
    ),
    "record-of-nobody": (
        "INSERT INTO record_of VALUES (0, 100, 0, 8, 0, x'00', 1, 0)",
        "record index",
        "record_of has 5 rows; the records have 4",
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
        "INSERT INTO feed (at_ms, ids) SELECT at_ms, ids FROM feed LIMIT 1",
        "feed",
        "it names 8 entries accepted since it begins, the log has 6",
    ),
    "feed-broken": ("UPDATE feed SET ids = x'00'", "feed", "has 1 bytes of ids"),
    "feed-of-nothing": (
        "UPDATE feed SET ids = zeroblob(24) WHERE sequence = 1",
        "feed",
        "it names 4 entries",
    ),
    "feed-of-what-is-lost": ("DELETE FROM entry WHERE org = 200", "feed", "which is not in the log"),
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
    "index-dropped": ("DROP INDEX entry_by_name", "schema", "index entry_by_name is missing"),
    "table-added": ("CREATE TABLE mine (x)", "schema", "table mine does not belong here"),
    "index-other": (
        "DROP INDEX entry_by_name; CREATE INDEX entry_by_name ON entry (org)",
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
    assert "which is not in the log" in problems_of(report_on(folder))["events.db feed"]
    assert {} == problems_of(report_on(folder, START_MS + 31 * DAY_MS))


def test_shortest_retention_of_an_org_counts(folder: Path) -> None:
    damage(folder, "events.db", "DELETE FROM entry WHERE org = 200", "DELETE FROM detail WHERE org = 200")
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
