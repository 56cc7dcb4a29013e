"""Every event log keeps the promise of `hooklog.eventlog.base`: followers see each settled event once, in order."""

from hooklog.eventlog.base import EventLogReader, EventLogWriter
from hooklog.testing.builders import ORG, make_batch, make_id, make_parked, make_settled
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
