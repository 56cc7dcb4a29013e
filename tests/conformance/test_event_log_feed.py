"""Every event log keeps the promise of `hooklog.eventlog.base`: followers see each settled event once, in order."""

from collections.abc import Iterator

from hooklog.event import Status
from hooklog.eventlog.base import EventLogReader, EventLogWriter, FeedRecords, JudgedRecord
from hooklog.testing.builders import ORG, make_batch, make_id, make_parked, make_record, make_settled
from hooklog.testing.clock import START_MS, FakeClock


def told(reader: EventLogReader, after: int = 0, limit: int = 100) -> list[list[tuple[int, bytes]]]:
    """What a follower reads, without the numbers of the rows."""
    return [list(row.ids) for row in reader.feed(after, limit)]


def test_a_new_log_has_nothing_to_tell(reader: EventLogReader) -> None:
    assert [] == reader.feed(0, 100)


def test_each_commit_is_one_row_in_the_order_of_settling(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_settled(3), make_settled(1, org_id=-7), make_settled(2)))
    writer.commit(make_batch(3, make_settled(4)))
    first = [(ORG, make_id(3)), (-7, make_id(1)), (ORG, make_id(2))]
    assert [first, [(ORG, make_id(4))]] == told(reader)


def test_a_follower_goes_on_behind_what_it_has_seen(writer: EventLogWriter, reader: EventLogReader) -> None:
    for number in range(1, 6):
        writer.commit(make_batch(number - 1, make_settled(number)))
    seen: list[bytes] = []
    after = 0
    while rows := reader.feed(after, 2):
        assert len(rows) <= 2
        assert all(row.sequence > after for row in rows)
        after = rows[-1].sequence
        seen += [request_id for row in rows for _, request_id in row.ids]
    assert [make_id(number) for number in range(1, 6)] == seen


def test_a_parked_event_is_told_when_it_settles(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_parked(1)))
    assert [] == told(reader)
    writer.commit(make_batch(1, make_settled(1), to_position=1))
    assert [[(ORG, make_id(1))]] == told(reader)


def test_what_was_let_go_of_is_missing_at_the_front_and_its_numbers_are_not_used_again(
    writer: EventLogWriter, reader: EventLogReader, clock: FakeClock
) -> None:
    writer.commit(make_batch(0, make_settled(1)))
    (old,) = reader.feed(0, 100)
    clock.advance(ms=10)
    assert 1 == writer.trim_feed(START_MS + 10, 100)
    assert [] == reader.feed(0, 100)
    writer.commit(make_batch(1, make_settled(2)))
    (new,) = reader.feed(old.sequence, 100)
    assert new.sequence > old.sequence
    assert ((ORG, make_id(2)),) == new.ids


def records_of(reader: EventLogReader, after: int = 0) -> Iterator[FeedRecords]:
    """What a follower who takes all records reads, a row at a time."""
    while rows := reader.feed_records(after):
        yield from rows
        after = rows[-1].sequence


def test_the_records_of_the_feed_are_those_of_its_events_in_its_order(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    own = make_record(unique_id="not a hash", attributes={"b": "2", "a": "1"}, side_effects=({"x": 1},))
    failed = Status.EMF_PROCESSOR_FAILED
    settled = [
        make_settled(3, record=make_record(), definition_version=2),
        make_settled(1, org_id=-7, record=own, status=failed, event_name="sale", definition_version=1),
        make_settled(2),
        make_settled(5, event_name=None),
        make_settled(4, record=make_record(psi=("hotel",))),
    ]
    writer.commit(make_batch(0, *settled[:4]))
    writer.commit(make_batch(4, settled[4]))
    first, second = records_of(reader)
    assert [
        JudgedRecord(ORG, make_id(3), "visit", make_record(), Status.EVENT_SUCCESS, 2),
        JudgedRecord(-7, make_id(1), "sale", own, failed, 1),
    ] == first.records
    assert [
        JudgedRecord(ORG, make_id(4), "visit", make_record(psi=("hotel",)), Status.EVENT_SUCCESS, 0)
    ] == second.records
    assert [4, 1] == [first.settled, second.settled]
    assert [row.sequence for row in reader.feed(0, 100)] == [first.sequence, second.sequence]
    assert min(first.size, second.size) > 0


def test_the_records_of_many_rows_and_of_large_ones_are_read_to_the_end(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    numbers = iter(range(1, 10_000))
    sizes = [1] * 40 + [700, 700, 2_500, 1, 0, 300]
    for size in sizes:
        settled = [make_settled(next(numbers), record=make_record()) for _ in range(size)]
        writer.commit(make_batch(writer.position, *settled, to_position=writer.position + max(size, 1)))
    rows = list(records_of(reader))
    assert [size for size in sizes if size] == [row.settled for row in rows]
    told = [record.id for row in rows for record in row.records]
    assert [make_id(number) for number in range(1, sum(sizes) + 1)] == told


def test_records_that_expired_are_left_out_and_their_rows_are_not(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, *(make_settled(number, record=make_record()) for number in (1, 2))))
    writer.commit(make_batch(2, *(make_settled(number, record=make_record()) for number in (3, 4))))
    assert 3 == writer.remove_expired(ORG, START_MS + 4, 100)
    first, second = records_of(reader)
    assert [] == first.records
    assert [make_id(4)] == [record.id for record in second.records]
    assert [2, 2] == [first.settled, second.settled]
