"""Every journal keeps the promise of `hooklog.journal.base`."""

import pytest

from hooklog.errors import JournalGap
from hooklog.event import Refusal, Status
from hooklog.journal.base import JournalWriter, Positioned
from hooklog.testing.builders import make_event, make_events
from hooklog.testing.journals import Journal


def positions(found: list[Positioned]) -> list[int]:
    return [item.position for item in found]


def trim_wholly(writer: JournalWriter, to: int) -> int:
    """Trim until nothing more goes; a call may let go of a bounded number."""
    gone = 0
    for _ in range(1_000):
        went = writer.trim(to)
        if went == 0:
            return gone
        gone += went
    raise AssertionError("trimming does not come to an end")


def test_new_journal_has_given_out_no_number_and_holds_nothing(journal: Journal) -> None:
    writer = journal.writer()
    assert 0 == writer.last
    assert [] == journal.reader().read(0, 10)
    assert {} == writer.backlog_by_org(0)
    assert 0 == writer.trim(0)


def test_append_returns_the_position_of_the_groups_last_event(journal: Journal) -> None:
    writer = journal.writer()
    assert 3 == writer.append(make_events(1, 3))
    assert 4 == writer.append(make_events(4, 4))
    assert 6 == writer.append(tuple(make_events(5, 6)))
    assert 6 == writer.last


def test_events_are_read_in_order_under_positions_without_holes(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    for first, last in ((1, 3), (4, 4), (5, 9)):
        writer.append(make_events(first, last))
    expected = [Positioned(number, make_event(number)) for number in range(1, 10)]
    assert expected == reader.read(0, 100)


def test_order_is_that_of_appending_not_that_of_ids(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append([make_event(7), make_event(2)])
    writer.append([make_event(1)])
    assert [make_event(7), make_event(2), make_event(1)] == [item.event for item in reader.read(0, 10)]


def test_event_comes_back_as_it_was_given(journal: Journal) -> None:
    events = [
        make_event(1, body=b""),
        make_event(2, body=b"\xff\xfe\x00 not UTF-8"),
        make_event(3, body=b"x" * 1_100_000),
        make_event(4, org_id=2**62, webhook_id=""),
        make_event(5, refusal=Refusal(Status.UNAUTHORIZED, "Unauthorized")),
        make_event(6, refusal=Refusal(Status.INVALID_REQUEST_BODY, "Invalid request body: é\x00")),
    ]
    journal.writer().append(events)
    assert events == [item.event for item in journal.reader().read(0, 10)]


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 5, 6])
def test_reading_goes_on_behind_any_position_also_inside_a_group(journal: Journal, after: int) -> None:
    writer = journal.writer()
    writer.append(make_events(1, 4))
    writer.append(make_events(5, 6))
    assert list(range(after + 1, 7)) == positions(journal.reader().read(after, 10))


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (3, 3), (4, 4), (5, 5), (6, 6), (7, 6)])
def test_read_brings_at_most_its_limit(journal: Journal, limit: int, expected: int) -> None:
    writer = journal.writer()
    writer.append(make_events(1, 4))
    writer.append(make_events(5, 6))
    assert list(range(1, expected + 1)) == positions(journal.reader().read(0, limit))


def test_reads_of_one_event_each_bring_every_event_once(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    for first in range(1, 20, 4):
        writer.append(make_events(first, first + 3))
    found = [reader.read(after, 1) for after in range(20)]
    assert [[Positioned(number, make_event(number))] for number in range(1, 21)] == found


def test_read_takes_no_further_group_once_the_bodies_add_up(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    for first in (1, 3, 5):
        writer.append(make_events(first, first + 1, body=b"x" * 50_000))
    assert [1, 2] == positions(reader.read(0, 10, bytes_max=1))
    assert [1, 2] == positions(reader.read(0, 10, bytes_max=100_000))
    assert [1, 2, 3, 4] == positions(reader.read(0, 10, bytes_max=150_000))
    assert [1, 2, 3, 4, 5, 6] == positions(reader.read(0, 10, bytes_max=1_000_000))


def test_group_larger_than_the_bytes_of_a_read_still_comes(journal: Journal) -> None:
    journal.writer().append(make_events(1, 3, body=b"x" * 1_000))
    assert [1, 2, 3] == positions(journal.reader().read(0, 10, bytes_max=10))


def test_read_may_be_repeated_until_the_events_are_trimmed(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append(make_events(1, 3))
    first = reader.read(0, 10)
    writer.append(make_events(4, 5))
    assert first == reader.read(0, 3)
    writer.trim(0)
    assert first == reader.read(0, 3)


def test_read_sees_what_was_appended_after_the_reader_came(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    assert [] == reader.read(0, 10)
    writer.append(make_events(1, 2))
    assert [1, 2] == positions(reader.read(0, 10))
    assert [] == reader.read(2, 10)
    writer.append(make_events(3, 3))
    assert [3] == positions(reader.read(2, 10))


@pytest.mark.parametrize(
    ("to", "gone", "kept_from"), [(0, 0, 1), (1, 0, 1), (2, 1, 3), (3, 1, 3), (5, 2, 6), (6, 3, 7)]
)
def test_trim_lets_go_of_whole_groups_at_or_below_only(
    journal: Journal, to: int, gone: int, kept_from: int
) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append(make_events(1, 2))
    writer.append(make_events(3, 5))
    writer.append(make_events(6, 6))
    assert gone == trim_wholly(writer, to)
    assert 0 == writer.trim(to)
    assert list(range(kept_from, 7)) == positions(reader.read(kept_from - 1, 10))
    assert 6 == writer.last


def test_every_group_goes_in_the_end_however_many_there_are(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    for number in range(1, 451):
        writer.append([make_event(number)])
    assert 449 == trim_wholly(writer, 449)
    assert [450] == positions(reader.read(449, 10))


def test_numbers_go_on_after_everything_was_trimmed(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append(make_events(1, 5))
    assert 1 == trim_wholly(writer, 5)
    assert [] == reader.read(5, 10)
    assert 6 == writer.append(make_events(6, 6))
    assert [6] == positions(reader.read(5, 10))


def test_numbers_go_on_after_everything_was_trimmed_and_the_journal_opened_again(journal: Journal) -> None:
    writer = journal.writer()
    writer.append(make_events(1, 5))
    trim_wholly(writer, 5)
    writer.close()
    again = journal.writer(position=5)
    assert 5 == again.last
    assert 7 == again.append(make_events(6, 7))
    assert [6, 7] == positions(journal.reader().read(5, 10))


def test_events_outlive_the_writer(journal: Journal) -> None:
    writer = journal.writer()
    writer.append(make_events(1, 3))
    writer.close()
    assert make_events(1, 3) == [item.event for item in journal.reader().read(0, 10)]
    again = journal.writer()
    assert 3 == again.last
    assert 4 == again.append(make_events(4, 4))
    assert [1, 2, 3, 4] == positions(journal.reader().read(0, 10))


def test_new_journal_starts_above_a_committed_position(journal: Journal) -> None:
    writer = journal.writer(position=41)
    assert 41 == writer.last
    assert [] == journal.reader().read(41, 10)
    assert 43 == writer.append(make_events(1, 2))
    assert [42, 43] == positions(journal.reader().read(41, 10))
    assert [43] == positions(journal.reader().read(42, 10))


def test_reading_below_what_was_trimmed_is_a_gap(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append(make_events(1, 2))
    writer.append(make_events(3, 4))
    trim_wholly(writer, 2)
    assert [3, 4] == positions(reader.read(2, 10))
    for after in (0, 1):
        with pytest.raises(JournalGap) as caught:
            reader.read(after, 10)
        assert f"{after + 1} to 2" in str(caught.value)


def test_reading_below_what_was_trimmed_is_a_gap_also_when_nothing_is_left(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append(make_events(1, 4))
    trim_wholly(writer, 4)
    assert [] == reader.read(4, 10)
    with pytest.raises(JournalGap):
        reader.read(3, 10)
