"""Every event log keeps the promise of `hooklog.eventlog.base`: which event repeats which, and how replays ended."""

from hooklog.event import ReplayOf, Status
from hooklog.eventlog.base import EventLogReader, EventLogWriter
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_event,
    make_id,
    make_parked,
    make_settled,
)

JOB, OTHER = make_id(5_000), make_id(5_001)


def of(number: int, job: bytes = JOB) -> ReplayOf:
    return ReplayOf(make_id(number), job, START_MS)


def test_a_replay_and_its_original_name_each_other(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_settled(1), make_settled(2)))
    writer.commit(make_batch(2, make_settled(11, replay_of=of(1)), make_settled(12, replay_of=of(1, b""))))
    assert [make_id(1), make_id(1), None] == [reader.replay_of(ORG, make_id(n)) for n in (11, 12, 1)]
    assert [make_id(11), make_id(12)] == reader.replays(ORG, make_id(1), 10)
    assert [] == reader.replays(ORG, make_id(2), 10)


def test_only_the_newest_of_many_replays_are_told(writer: EventLogWriter, reader: EventLogReader) -> None:
    many = [make_settled(number, replay_of=of(1)) for number in (14, 12, 13, 11)]
    writer.commit(make_batch(0, *many))
    assert [make_id(12), make_id(13), make_id(14)] == reader.replays(ORG, make_id(1), 3)


def test_a_parked_replay_is_linked_and_counts_once_it_has_settled(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    parked = make_parked(11, event=make_event(11, replay_of=of(1)))
    writer.commit(make_batch(0, parked))
    assert make_id(1) == reader.replay_of(ORG, make_id(11))
    assert [make_id(11)] == reader.replays(ORG, make_id(1), 10)
    assert frozenset({make_id(1)}) == reader.replayed(JOB, [make_id(1), make_id(2)])
    assert {} == reader.replay_outcomes(JOB)
    assert parked == reader.parked(ORG, make_id(11))
    writer.commit(make_batch(1, make_settled(11, replay_of=of(1)), to_position=1))
    assert [make_id(11)] == reader.replays(ORG, make_id(1), 10)
    assert {Status.EVENT_SUCCESS: 1} == reader.replay_outcomes(JOB)


def test_replays_are_told_by_job(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(
        make_batch(
            0,
            make_settled(11, replay_of=of(1)),
            make_settled(12, replay_of=of(2, OTHER)),
            make_settled(13, replay_of=of(3, b"")),
            make_settled(14),
        )
    )
    originals = [make_id(number) for number in range(1, 15)]
    assert frozenset({make_id(1)}) == reader.replayed(JOB, originals)
    assert frozenset({make_id(2)}) == reader.replayed(OTHER, originals)
    assert frozenset({make_id(3)}) == reader.replayed(b"", originals)


def test_outcomes_add_up_and_count_an_event_that_comes_again_once(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    failed = {"status": Status.INVALID_TILL_CODE, "message": "Invalid till code x"}
    writer.commit(
        make_batch(0, *(make_settled(number, replay_of=of(number - 10)) for number in range(11, 15)))
    )
    writer.commit(
        make_batch(
            4,
            make_settled(15, replay_of=of(5), **failed),
            make_settled(11, replay_of=of(1)),
            make_settled(16, replay_of=of(6)),
        )
    )
    assert {Status.EVENT_SUCCESS: 5, Status.INVALID_TILL_CODE: 1} == reader.replay_outcomes(JOB)
    assert {} == reader.replay_outcomes(OTHER)


def test_a_link_is_in_the_org_that_the_replay_came_to(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_settled(11, replay_of=of(1), org_id=ORG + 1)))
    assert [] == reader.replays(ORG, make_id(1), 10)
    assert [make_id(11)] == reader.replays(ORG + 1, make_id(1), 10)
    assert reader.replay_of(ORG, make_id(11)) is None
    assert frozenset({make_id(1)}) == reader.replayed(JOB, [make_id(1)])


def test_a_link_goes_with_the_replays_entry_and_outcomes_stay(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_settled(1), make_settled(11, replay_of=of(1)), make_settled(12)))
    assert 1 == writer.remove_expired(ORG, START_MS + 11, 10)
    assert [make_id(11)] == reader.replays(ORG, make_id(1), 10)
    assert 1 == writer.remove_expired(ORG, START_MS + 12, 10)
    assert [] == reader.replays(ORG, make_id(1), 10)
    assert reader.replay_of(ORG, make_id(11)) is None
    assert {Status.EVENT_SUCCESS: 1} == reader.replay_outcomes(JOB)
