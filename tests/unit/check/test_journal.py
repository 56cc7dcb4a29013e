"""Each kind of damage to the journal makes its alarm ring."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.check.conftest import damage, open_writer, problems_of, report_on

from hooklog.db.sqlite import open_database
from hooklog.journal.files import mark_failed
from hooklog.journal.sqlite import SqliteJournalWriter
from hooklog.testing.builders import (
    make_events,
)

JOURNAL = {
    "behind": (
        "UPDATE state SET position = 10",
        "journal numbers",
        "given out up to 9, but the event log stands",
    ),
    "not-settled": (
        "UPDATE state SET position = 8",
        "journal-1.db events",
        "is neither in the log nor pending, although the log stands at 8",
    ),
    "settled-too-soon": ("UPDATE state SET position = 5", "journal-1.db events", "which stands at 5 only"),
    "middle-gone": (
        "DELETE FROM journal WHERE last = 7",
        "journal-1.db groups",
        "positions 4 to 7 are missing",
    ),
    "next-gone": (
        "DELETE FROM journal WHERE last < 9; UPDATE journal SET count = 1",
        "journal-1.db groups",
        "positions 8 to 8 are missing",
    ),
    "tail-gone": (
        "DELETE FROM journal WHERE last = 9",
        "journal-1.db groups",
        "positions 8 to 9 are missing",
    ),
    "all-gone": ("DELETE FROM journal", "journal-1.db groups", "positions 8 to 9 are missing"),
    "numbers-twice": (
        "UPDATE journal SET count = 3 WHERE last = 9",
        "journal-1.db groups",
        "given out before",
    ),
    "count-wrong": ("UPDATE journal SET count = 3 WHERE last = 9", "journal-1.db groups", "it announces 3"),
    "orgs-wrong": (
        "UPDATE journal SET orgs = x'810105'",
        "journal-1.db groups",
        "announces {1: 5} events by org",
    ),
    "events-broken": ("UPDATE journal SET events = x'00'", "journal-1.db groups", "cannot be decoded"),
    "orgs-broken": ("UPDATE journal SET orgs = x'00'", "journal-1.db groups", "cannot be decoded"),
    "counts-again": ("UPDATE sqlite_sequence SET seq = 2", "journal-1.db groups", "its counter stands at 2"),
    "foreign": ("UPDATE origin SET log_id = x'00'", "journal-1.db groups", "belongs to event log 00"),
}


@pytest.mark.parametrize("kind", JOURNAL)
def test_damage_to_the_journal_is_found(folder: Path, kind: str) -> None:
    statement, what, problem = JOURNAL[kind]
    damage(folder, "events.db" if "state" in statement else "journal-1.db", statement)
    assert problem in problems_of(report_on(folder)).get(what, ""), problems_of(report_on(folder))


def test_lost_journal_is_found(folder: Path) -> None:
    for path in folder.glob("journal-1.db*"):
        path.unlink()
    assert "given out up to 0" in problems_of(report_on(folder))["journal numbers"]


def test_what_was_settled_and_trimmed_is_not_missed(folder: Path) -> None:
    with (
        open_writer(folder) as log,
        closing(SqliteJournalWriter(folder, log_id=log.log_id, position=log.position)) as journal,
    ):
        assert 2 == journal.trim(7)
    assert {} == problems_of(report_on(folder))


def test_next_file_after_a_failed_sync_is_sound_without_the_failed_tail(folder: Path) -> None:
    mark_failed(folder / "journal-1.db")
    with (
        open_writer(folder) as log,
        closing(SqliteJournalWriter(folder, log_id=log.log_id, position=log.position)) as journal,
    ):
        assert 11 == journal.append(make_events(10, 11))
    assert {} == problems_of(report_on(folder))
    damage(folder, "journal-1.db", "DELETE FROM journal WHERE last = 9")
    assert {} == problems_of(report_on(folder))
    damage(folder, "journal-2.db", "UPDATE origin SET starts_after = 12")
    assert "positions" not in problems_of(report_on(folder)).get("journal-1.db groups", "")
    assert "which was given out before" in problems_of(report_on(folder))["journal-2.db groups"]


def test_file_whose_making_was_cut_short_is_sound(folder: Path) -> None:
    with closing(open_database(folder / "journal-2.db")):
        pass
    assert {} == problems_of(report_on(folder))
