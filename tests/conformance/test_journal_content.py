"""Every journal tells what lies in it, by org and by request id, as `hooklog.journal.base` promises."""

import pytest

from hooklog.event import Event
from hooklog.testing.builders import make_event, make_events, make_id
from hooklog.testing.journals import Journal


def test_backlog_counts_the_events_of_each_org(journal: Journal) -> None:
    writer = journal.writer()
    writer.append([make_event(1, org_id=1), make_event(2, org_id=2), make_event(3, org_id=1)])
    writer.append([make_event(4, org_id=3)])
    assert {1: 2, 2: 1, 3: 1} == writer.backlog_by_org(0)
    assert {3: 1} == writer.backlog_by_org(3)
    assert {} == writer.backlog_by_org(4)


def test_backlog_counts_a_group_wholly_when_part_of_it_is_left(journal: Journal) -> None:
    writer = journal.writer()
    writer.append([make_event(1, org_id=1), make_event(2, org_id=2)])
    assert {1: 1, 2: 1} == writer.backlog_by_org(1)


def test_backlog_is_found_again_after_opening(journal: Journal) -> None:
    writer = journal.writer()
    writer.append([make_event(1, org_id=1)])
    writer.append([make_event(2, org_id=2), make_event(3, org_id=2)])
    writer.close()
    assert {2: 2} == journal.writer(position=1).backlog_by_org(1)


def test_event_is_found_by_its_id_behind_a_position_only(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    for first, last in ((1, 3), (4, 4), (5, 9)):
        writer.append(make_events(first, last))
    found: list[Event | None] = [reader.find(make_id(number), 0) for number in range(1, 10)]
    assert make_events(1, 9) == found
    assert make_event(3) == reader.find(make_id(3), 2)
    assert reader.find(make_id(3), 3) is None
    assert make_event(9) == reader.find(make_id(9), 8)
    assert reader.find(make_id(9), 9) is None


@pytest.mark.parametrize("absent", [make_id(0), make_id(3), make_id(5), make_id(9)])
def test_id_that_is_not_in_the_journal_is_not_found(journal: Journal, absent: bytes) -> None:
    writer = journal.writer()
    assert journal.reader().find(absent, 0) is None
    for numbers in ((1, 2), (4,), (6, 8)):
        writer.append([make_event(number) for number in numbers])
    assert journal.reader().find(absent, 0) is None


def test_trimmed_event_is_not_found_and_the_others_are(journal: Journal) -> None:
    writer, reader = journal.writer(), journal.reader()
    writer.append(make_events(1, 2))
    writer.append(make_events(3, 4))
    writer.trim(2)
    assert reader.find(make_id(1), 0) is None
    assert make_event(4) == reader.find(make_id(4), 0)
    assert make_event(4) == reader.find(make_id(4), 2)
