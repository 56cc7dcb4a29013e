"""Every event log keeps the promise of `hooklog.eventlog.base`: one worker at a time, and how the last one ended."""

from collections.abc import Callable

import pytest

from hooklog.errors import Fenced
from hooklog.eventlog.base import EventLogReader, EventLogWriter, Suspect
from hooklog.eventlog.query import Query
from hooklog.testing.builders import ORG, START_MS, make_batch, make_id, make_parked, make_settled

OpenWriter = Callable[[], EventLogWriter]


def numbers(reader: EventLogReader) -> list[int]:
    """The numbers of all entries, newest first; see `make_id`."""
    return [entry.start_ms - START_MS for entry in reader.page(Query(org_ids=(ORG,), limit=1_000))]


def test_writer_that_has_not_taken_over_may_write_nothing(
    open_writer: OpenWriter, reader: EventLogReader
) -> None:
    with pytest.raises(Fenced):
        open_writer().commit(make_batch(0, make_settled(1)))
    assert 0 == reader.position()
    assert [] == numbers(reader)


@pytest.mark.parametrize(
    "act",
    [
        lambda old: old.commit(make_batch(1, make_settled(2), make_parked(3, claim_key=b"k"))),
        lambda old: old.commit(make_batch(1, to_position=9)),
        lambda old: old.put_suspect(Suspect(make_id(1), 1)),
        lambda old: old.put_suspect(None),
        lambda old: old.remove_expired(ORG, START_MS + 10, 10),
        lambda old: old.trim_feed(START_MS + 10, 10),
    ],
    ids=["commit", "empty commit", "suspect", "no suspect", "retention", "feed"],
)
def test_fenced_worker_writes_nothing(
    open_writer: OpenWriter, reader: EventLogReader, act: Callable[[EventLogWriter], object]
) -> None:
    old, new = open_writer(), open_writer()
    old.take_over()
    old.commit(make_batch(0, make_settled(1)))
    old.put_suspect(Suspect(make_id(7), 2))
    new.take_over()
    for _ in range(2):
        with pytest.raises(Fenced):
            act(old)
    assert 1 == reader.position()
    assert [1] == numbers(reader)
    assert reader.parked(ORG, make_id(3)) is None
    assert {} == new.claims(ORG, [b"k"])
    assert Suspect(make_id(7), 2) == new.suspect()
    new.commit(make_batch(1, make_settled(2)))
    assert 1 == new.trim_feed(START_MS + 1, 1), "the feed is whole"
    assert [2, 1] == numbers(reader)


def test_worker_is_fenced_also_when_its_follower_has_not_committed_yet(open_writer: OpenWriter) -> None:
    old = open_writer()
    old.take_over()
    open_writer().take_over()
    with pytest.raises(Fenced):
        old.commit(make_batch(0, to_position=1))


def test_opening_alone_fences_nobody(open_writer: OpenWriter) -> None:
    old = open_writer()
    old.take_over()
    open_writer().end()
    old.commit(make_batch(0, to_position=1))
    assert 1 == old.position


def test_first_worker_follows_no_death(open_writer: OpenWriter) -> None:
    assert not open_writer().take_over()


def test_unclean_death_is_told_to_the_next_worker_only_until_one_ends_well(open_writer: OpenWriter) -> None:
    open_writer().take_over()
    second = open_writer()
    assert second.take_over(), "the first never ended"
    second.end()
    third = open_writer()
    assert not third.take_over()
    assert open_writer().take_over()


def test_end_of_a_fenced_worker_is_not_the_end_of_its_follower(open_writer: OpenWriter) -> None:
    old, new = open_writer(), open_writer()
    old.take_over()
    new.take_over()
    old.end()
    assert open_writer().take_over(), "the follower has not ended"


def test_end_of_one_that_never_took_over_is_not_the_end_of_the_worker(open_writer: OpenWriter) -> None:
    worker, idle = open_writer(), open_writer()
    worker.take_over()
    idle.end()
    assert open_writer().take_over(), "the worker has not ended"
