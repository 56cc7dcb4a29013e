"""Every event log keeps the promise of `hooklog.eventlog.base`: entries and position."""

from collections.abc import Callable

import pytest

from hooklog.event import USUAL_MESSAGES, Stage, StageOutcome, StageRecord, Status
from hooklog.eventlog.base import Claim, EventLogReader, EventLogWriter
from hooklog.eventlog.query import Query
from hooklog.testing.builders import (
    ORG,
    STAGES,
    START_MS,
    make_batch,
    make_entry,
    make_id,
    make_parked,
    make_record,
    make_settled,
)

EVERYTHING = Query(org_ids=(ORG,), limit=1_000)

OpenWriter = Callable[[], EventLogWriter]


def numbers(reader: EventLogReader, query: Query = EVERYTHING) -> list[int]:
    """The numbers of the entries on a page; see `make_id`."""
    return [entry.start_ms - START_MS for entry in reader.page(query)]


def test_new_log_is_empty_and_at_position_0(writer: EventLogWriter, reader: EventLogReader) -> None:
    assert 0 == writer.position == reader.position()
    assert [] == reader.page(EVERYTHING)
    assert reader.entry(ORG, make_id(1)) is None
    assert () == reader.stages(ORG, make_id(1))
    assert reader.record(ORG, make_id(1)) is None
    assert reader.definition_version(ORG, make_id(1)) is None
    assert reader.parked(ORG, make_id(1)) is None


def test_log_has_one_name_for_good(open_writer: OpenWriter, reader: EventLogReader) -> None:
    first = open_writer()
    assert 16 == len(first.log_id)
    assert first.log_id == open_writer().log_id == reader.identity()


def test_entries_and_position_are_there_when_the_commit_returns(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_settled(1), make_settled(2)))
    assert 2 == writer.position == reader.position()
    assert [2, 1] == numbers(reader)
    writer.commit(make_batch(2, make_settled(3)))
    assert 3 == writer.position == reader.position()
    assert [3, 2, 1] == numbers(reader)


def test_batch_without_entries_moves_the_position(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, to_position=7))
    assert 7 == writer.position == reader.position()
    assert [] == numbers(reader)


def test_batch_without_new_events_leaves_the_position(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_parked(1)))
    writer.commit(make_batch(1, make_settled(1), to_position=1))
    assert 1 == writer.position == reader.position()
    assert [1] == numbers(reader)


@pytest.mark.parametrize("from_position", [0, 1, 3])
def test_batch_from_another_position_is_our_bug_and_writes_nothing(
    writer: EventLogWriter, reader: EventLogReader, from_position: int
) -> None:
    writer.commit(make_batch(0, to_position=2))
    with pytest.raises(AssertionError):
        writer.commit(make_batch(from_position, make_settled(1), make_parked(2, claim_key=b"k")))
    assert 2 == writer.position == reader.position()
    assert [] == numbers(reader)
    assert reader.parked(ORG, make_id(2)) is None
    assert {} == writer.claims(ORG, [b"k"])


def test_next_worker_goes_on_at_the_committed_position(open_writer: OpenWriter) -> None:
    first = open_writer()
    first.take_over()
    waiting = open_writer()
    first.commit(make_batch(0, make_settled(1)))
    waiting.take_over()
    assert 1 == waiting.position
    waiting.commit(make_batch(1, make_settled(2)))
    assert 2 == open_writer().position


def test_readers_see_the_claims_that_are_committed(writer: EventLogWriter, reader: EventLogReader) -> None:
    keys = [b"a" * 16, b"b" * 16, b"c" * 16]
    assert {} == reader.claims(ORG, keys)
    writer.commit(make_batch(0, make_settled(1, claim_key=keys[0]), make_parked(2, claim_key=keys[1])))
    expected = {keys[0]: Claim(make_id(1), is_settled=True), keys[1]: Claim(make_id(2), is_settled=False)}
    assert expected == reader.claims(ORG, keys) == writer.claims(ORG, keys)
    assert {} == reader.claims(ORG + 1, keys)
    assert {} == reader.claims(ORG, [])


def test_entry_never_changes(writer: EventLogWriter, reader: EventLogReader) -> None:
    first = make_settled(1, record=make_record(), definition_version=1)
    writer.commit(make_batch(0, first))
    again = make_settled(
        1, status=Status.INVALID_EVENT_NAME, event_name="other", input=b"x" * 5_000, definition_version=2
    )
    writer.commit(make_batch(1, again, make_settled(2)))
    assert first.entry == reader.entry(ORG, make_id(1))
    assert first.record == reader.record(ORG, make_id(1))
    assert 1 == reader.definition_version(ORG, make_id(1))
    assert [2, 1] == numbers(reader)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("message", ["usual", "", "Invalid event name é\x00\n\U0001f600 " + "x" * 3_000])
def test_status_and_message_come_back(
    writer: EventLogWriter, reader: EventLogReader, status: Status, message: str
) -> None:
    entry = make_entry(1, status=status)
    if message != "usual":
        entry = make_entry(1, status=status, message=message)
    writer.commit(make_batch(0, make_settled(1, status=entry.status, message=entry.message)))
    assert entry == reader.entry(ORG, make_id(1))
    assert [entry] == reader.page(EVERYTHING)


@pytest.mark.parametrize("status", USUAL_MESSAGES)
def test_message_that_is_usual_for_another_status_comes_back(
    writer: EventLogWriter, reader: EventLogReader, status: Status
) -> None:
    settled = make_settled(1, status=Status.EVENT_SUCCESS, message=USUAL_MESSAGES[status])
    writer.commit(make_batch(0, settled))
    assert settled.entry == reader.entry(ORG, make_id(1))


@pytest.mark.parametrize("event_name", [None, "", "visit", "Visit", " ", "n" * 50, "Ω\x00\n" * 40_000])
def test_event_name_comes_back_and_none_is_not_empty(
    writer: EventLogWriter, reader: EventLogReader, event_name: str | None
) -> None:
    settled = make_settled(1, event_name=event_name)
    writer.commit(make_batch(0, settled, make_settled(2, event_name="other")))
    assert settled.entry == reader.entry(ORG, make_id(1))
    assert settled.entry == reader.page(EVERYTHING)[1]


@pytest.mark.parametrize("size", [0, 1, 799, 800, 801, 4_096, 1_048_576])
def test_input_of_any_length_comes_back(writer: EventLogWriter, reader: EventLogReader, size: int) -> None:
    settled = make_settled(1, input=bytes(range(256)) * (size // 256) + b"\xff" * (size % 256))
    writer.commit(make_batch(0, settled))
    assert size == len(settled.entry.input)
    assert settled.entry == reader.entry(ORG, make_id(1))
    assert [settled.entry] == reader.page(EVERYTHING)


@pytest.mark.parametrize(
    "changes",
    [
        {"response_ms": 0},
        {"response_ms": 2**40},
        {"parent_org_id": 7},
        {"parent_org_id": 0},
        {"webhook_id": ""},
        {"webhook_id": "visit"},
        {"org_id": 0},
        {"org_id": 2**62},
    ],
)
def test_other_fields_come_back(
    writer: EventLogWriter, reader: EventLogReader, changes: dict[str, object]
) -> None:
    settled = make_settled(1, **changes)
    writer.commit(make_batch(0, settled))
    assert settled.entry == reader.entry(settled.entry.org_id, make_id(1))


def test_timeline_record_and_version_come_back(writer: EventLogWriter, reader: EventLogReader) -> None:
    stages = (
        *STAGES,
        StageRecord(Stage.CONSUME_EMF, 2**40, 0, StageOutcome.RAISED, {}),
        StageRecord(Stage.UNIQUENESS, 0, 1, StageOutcome.PASSED, {"key": None, "list": [1, 2.5, "ü", True]}),
    )
    record = make_record(
        user_id=2**62,
        till_id=-1,
        sent_till_code="",
        sent_offset="+05:30",
        is_duplicate=True,
        display_name="Visit é",
        group_id=9,
        attributes={"": "", "ü": "1.0", "nested": '{"a":1}'},
        psi=("mobile", "lacking"),
        side_effects=({"type": "POINTS", "n": 3}, None, "x"),
    )
    writer.commit(make_batch(0, make_settled(1, stages=stages, record=record, definition_version=3)))
    assert stages == reader.stages(ORG, make_id(1))
    assert record == reader.record(ORG, make_id(1))
    assert 3 == reader.definition_version(ORG, make_id(1))


def test_event_that_no_definition_judged_has_no_record_and_no_version(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_settled(1, stages=()), make_settled(2)))
    for number, stages in ((1, ()), (2, STAGES)):
        assert stages == reader.stages(ORG, make_id(number))
        assert reader.record(ORG, make_id(number)) is None
        assert reader.definition_version(ORG, make_id(number)) is None


def test_nothing_of_an_event_is_found_under_another_org(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_settled(1, record=make_record(), definition_version=1), make_parked(2)))
    other = ORG + 1
    assert [] == reader.page(Query(org_ids=(other,)))
    assert reader.entry(other, make_id(1)) is None
    assert () == reader.stages(other, make_id(1))
    assert reader.record(other, make_id(1)) is None
    assert reader.definition_version(other, make_id(1)) is None
    assert reader.parked(other, make_id(2)) is None


def test_order_is_by_id_whatever_the_order_of_commits(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, make_settled(3), make_settled(1)))
    writer.commit(make_batch(2, make_settled(2, org_id=ORG + 1), make_settled(4)))
    both = Query(org_ids=(ORG, ORG + 1), limit=10)
    assert [4, 3, 2, 1] == numbers(reader, both)
    assert [1, 2, 3, 4] == numbers(reader, Query(org_ids=(ORG, ORG + 1), is_ascending=True))
    assert [4, 3] == numbers(reader, Query(org_ids=(ORG, ORG + 1), limit=2))
