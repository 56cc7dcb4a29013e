"""Every event log keeps the promise of `hooklog.eventlog.base`: letting go of what is too old, in bounded steps."""

import pytest

from hooklog.event import Status
from hooklog.eventlog.base import Claim, EventLogReader, EventLogWriter
from hooklog.eventlog.query import Query
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_id,
    make_parked,
    make_record,
    make_settled,
)
from hooklog.testing.clock import FakeClock


def left(reader: EventLogReader, org_id: int = ORG) -> list[int]:
    """The numbers of the entries that are left; see `make_id`."""
    page = reader.page(Query(org_ids=(org_id,), limit=1_000, is_ascending=True))
    return [entry.start_ms - START_MS for entry in page]


@pytest.fixture
def filled(writer: EventLogWriter) -> EventLogWriter:
    """Ten entries, one a millisecond from START_MS + 1, in mixed order; even numbers are named "even"."""
    entries = [
        make_settled(number, event_name="even" if number % 2 == 0 else "odd")
        for number in (4, 8, 1, 10, 3, 9, 2, 7, 6, 5)
    ]
    writer.commit(make_batch(0, *entries))
    return writer


@pytest.mark.parametrize(("before", "gone"), [(0, 0), (1, 0), (2, 1), (5, 4), (10, 9), (11, 10), (2**40, 10)])
def test_entries_accepted_before_an_instant_go_and_those_of_the_instant_stay(
    filled: EventLogWriter, reader: EventLogReader, before: int, gone: int
) -> None:
    assert gone == filled.remove_expired(ORG, START_MS + before, 100)
    assert list(range(gone + 1, 11)) == left(reader)
    assert 0 == filled.remove_expired(ORG, START_MS + before, 100)


def test_one_call_removes_a_bounded_number_oldest_first(
    filled: EventLogWriter, reader: EventLogReader
) -> None:
    went = []
    kept = []
    for _ in range(5):
        went.append(filled.remove_expired(ORG, START_MS + 8, 3))
        kept.append(left(reader))
    assert [3, 3, 1, 0, 0] == went
    assert [4, 5, 6, 7, 8, 9, 10] == kept[0]
    assert [7, 8, 9, 10] == kept[1]
    assert [8, 9, 10] == kept[2] == kept[4]


def test_limit_of_0_removes_nothing(filled: EventLogWriter, reader: EventLogReader) -> None:
    assert 0 == filled.remove_expired(ORG, START_MS + 100, 0)
    assert 10 == len(left(reader))


def test_entries_of_one_name_go_alone_oldest_first(filled: EventLogWriter, reader: EventLogReader) -> None:
    assert 2 == filled.remove_expired(ORG, START_MS + 7, 2, "even")
    assert [1, 3, 5, 6, 7, 8, 9, 10] == left(reader)
    assert 1 == filled.remove_expired(ORG, START_MS + 7, 2, "even")
    assert [1, 3, 5, 7, 8, 9, 10] == left(reader)
    assert 0 == filled.remove_expired(ORG, START_MS + 7, 2, "even")
    assert 0 == filled.remove_expired(ORG, START_MS + 7, 2, "Even")


def test_the_oldest_of_a_name_go_first_whatever_their_status(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    entries = [make_settled(number, status=Status(5 - number)) for number in range(1, 5)]
    writer.commit(make_batch(0, *entries))
    assert 2 == writer.remove_expired(ORG, START_MS + 100, 2, "visit")
    assert [3, 4] == left(reader)


def test_empty_name_and_no_name_are_not_the_same(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(
        make_batch(0, make_settled(1, event_name=None), make_settled(2, event_name=""), make_settled(3))
    )
    assert 1 == writer.remove_expired(ORG, START_MS + 100, 10, "")
    assert [1, 3] == left(reader)


def test_kept_names_stay(writer: EventLogWriter, reader: EventLogReader) -> None:
    names = [None, "", "even", "odd", "even"]
    writer.commit(
        make_batch(0, *(make_settled(number, event_name=name) for number, name in enumerate(names)))
    )
    assert 2 == writer.remove_expired(ORG, START_MS + 100, 10, None, frozenset({"even", "", "unknown"}))
    assert [1, 2, 4] == left(reader)
    assert 0 == writer.remove_expired(ORG, START_MS + 100, 10, None, frozenset({"even", "", "unknown"}))


def test_other_orgs_keep_theirs(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_settled(1), make_settled(2, org_id=ORG + 1), make_settled(3)))
    assert 2 == writer.remove_expired(ORG, START_MS + 100, 10)
    assert [] == left(reader)
    assert [2] == left(reader, ORG + 1)
    assert 0 == writer.remove_expired(ORG + 2, START_MS + 100, 10)


def test_all_that_explains_an_entry_goes_with_it_but_the_claim(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    full = {"input": b"x" * 5_000, "record": make_record(), "definition_version": 2}
    writer.commit(make_batch(0, make_settled(1, **full, claim_key=b"a"), make_settled(2, **full)))
    assert 1 == writer.remove_expired(ORG, START_MS + 2, 10)
    assert reader.entry(ORG, make_id(1)) is None
    assert () == reader.stages(ORG, make_id(1))
    assert reader.record(ORG, make_id(1)) is None
    assert reader.definition_version(ORG, make_id(1)) is None
    assert {b"a": Claim(make_id(1), is_settled=True)} == writer.claims(ORG, [b"a"])
    assert make_settled(2, **full).entry == reader.entry(ORG, make_id(2))
    assert make_record() == reader.record(ORG, make_id(2))


def test_position_and_pending_events_are_not_touched(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_settled(1), make_parked(2)))
    writer.remove_expired(ORG, START_MS + 100, 10)
    assert 2 == writer.position == reader.position()
    assert make_parked(2) == reader.parked(ORG, make_id(2))


def test_log_goes_on_after_everything_expired(filled: EventLogWriter, reader: EventLogReader) -> None:
    filled.remove_expired(ORG, START_MS + 100, 100)
    filled.commit(make_batch(10, make_settled(11, event_name="even")))
    assert [11] == left(reader)
    assert 1 == len(reader.page(Query(org_ids=(ORG,))))


def test_feed_is_trimmed_by_the_time_of_the_commit_in_bounded_steps(
    writer: EventLogWriter, clock: FakeClock
) -> None:
    for number in range(1, 6):
        clock.set_ms(START_MS + number)
        writer.commit(make_batch(number - 1, make_settled(number), to_position=number))
    assert 0 == writer.trim_feed(START_MS + 1, 10), "rows of the instant itself stay"
    assert 2 == writer.trim_feed(START_MS + 4, 2)
    assert 1 == writer.trim_feed(START_MS + 4, 2)
    assert 0 == writer.trim_feed(START_MS + 4, 2)
    assert 2 == writer.trim_feed(START_MS + 6, 10)


def test_trimming_the_feed_leaves_entries_and_position(
    filled: EventLogWriter, reader: EventLogReader
) -> None:
    assert 1 == filled.trim_feed(START_MS + 100, 10), "one commit is one row"
    assert 10 == len(left(reader))
    assert 10 == filled.position == reader.position()
