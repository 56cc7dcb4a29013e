"""Every event log keeps the promise of `hooklog.eventlog.base`: finding records, and what is pending."""

from typing import Any

import msgspec
import pytest

from hooklog.event import Status
from hooklog.eventlog.base import EventLogReader, EventLogWriter, Settled
from hooklog.eventlog.record_query import RecordKey, RecordQuery, attribute_filter
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_id,
    make_parked,
    make_record,
    make_settled,
)

START = START_MS // 1000
EVERY = RecordQuery(org_ids=(ORG,))


def recorded(number: int, ms: int = 0, **changes: Any) -> Settled:
    """A settled event with a record; its time is START_MS + `ms`. `changes` are of the entry, else of the record."""
    own = {name: changes.pop(name) for name in ("org_id", "event_name", "status") if name in changes}
    return make_settled(number, record=make_record(event_at_ms=START_MS + ms, **changes), **own)


def found(reader: EventLogReader, **filters: Any) -> list[int]:
    """The numbers of the records that are found, as many as are counted."""
    query = RecordQuery(**{"org_ids": (ORG,), **filters})
    hits = [hit for part in reader.records(query) for hit in part]
    assert len(hits) == sum(reader.count_records(query))
    return [int.from_bytes(hit.key.id[-4:], "big") for hit in hits]


def test_a_new_log_has_no_records(writer: EventLogWriter, reader: EventLogReader) -> None:
    assert [] == found(reader)
    assert [] == found(reader, users=frozenset({(ORG, 1)}))
    assert [] == found(reader, ids=frozenset({make_id(1)}))


def test_records_come_by_their_own_time_newest_first(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, recorded(1, 5_000), recorded(2, 1_000), recorded(3, 9_000)))
    writer.commit(make_batch(3, recorded(4, -(10**12)), make_settled(5), make_parked(6)))
    assert [3, 1, 2, 4] == found(reader)
    assert [4, 2, 1, 3] == found(reader, is_ascending=True)


def test_within_a_second_the_request_id_decides(writer: EventLogWriter, reader: EventLogReader) -> None:
    """A record shows whole seconds, so what it shows is what it is ordered by."""
    writer.commit(make_batch(0, recorded(1, 999), recorded(2, 0), recorded(3, 500), recorded(4, 1_000)))
    assert [4, 3, 2, 1] == found(reader)
    assert [1, 2, 3, 4] == found(reader, is_ascending=True)


@pytest.mark.parametrize(
    ("from_at", "until_at", "numbers"),
    [
        (START, None, [3, 2]),
        (START + 1, None, [3]),
        (START + 2, None, []),
        (None, START, [1]),
        (None, START + 1, [2, 1]),
        (START, START + 1, [2]),
        (START, START, []),
    ],
)
def test_a_range_includes_its_beginning_and_not_its_end(
    writer: EventLogWriter, reader: EventLogReader, from_at: int, until_at: int, numbers: list[int]
) -> None:
    writer.commit(make_batch(0, recorded(1, -1), recorded(2, 0), recorded(3, 1_999)))
    assert numbers == found(reader, from_at=from_at, until_at=until_at)


def test_records_that_tell_no_time_of_their_own_are_among_the_others(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    """Most events are of the second in which they are accepted; number n is accepted in second n."""

    def accepted(number: int, at_second: int | None = None, **changes: Any) -> Settled:
        second = number if at_second is None else at_second
        settled = recorded(number, second * 1_000 + 7, user_id=1, group_id=number % 2, **changes)
        entry = msgspec.structs.replace(settled.entry, id=make_id(number, START_MS + number * 1_000))
        return msgspec.structs.replace(settled, entry=entry)

    told = {2: 5, 5: 1, 7: 7}
    writer.commit(make_batch(0, *(accepted(number, told.get(number)) for number in range(9))))
    assert [8, 7, 6, 2, 4, 3, 5, 1, 0] == found(reader)
    assert [0, 1, 5, 3, 4, 2, 6, 7, 8] == found(reader, is_ascending=True)
    assert [0, 1, 5, 3, 4, 2, 6, 7, 8] == found(reader, users=frozenset({(ORG, 1)}), is_ascending=True)
    assert [7, 3, 5, 1] == found(reader, groups=frozenset({(ORG, 1)}))
    assert [6, 2, 4, 3, 5] == found(reader, until_at=START + 7, after=RecordKey(START + 7, b""))[:5]
    assert [3, 4] == found(reader, from_at=START + 2, until_at=START + 5, is_ascending=True)


def test_records_whose_ids_begin_alike_are_each_found_once(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    """The index of values knows only the first half of an id; two of one millisecond may have it in common."""
    settled = [recorded(number, second * 1_000, group_id=7) for number, second in ((1, 0), (2, 5))]
    alike = [
        msgspec.structs.replace(one, entry=msgspec.structs.replace(one.entry, id=make_id(number, START_MS)))
        for number, one in enumerate(settled, start=1)
    ]
    writer.commit(make_batch(0, *alike))
    assert [2, 1] == found(reader, groups=frozenset({(ORG, 7)}))
    assert [1, 2] == found(reader, groups=frozenset({(ORG, 7)}), is_ascending=True)


def test_a_walk_goes_on_behind_a_key(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, recorded(1), recorded(2), recorded(3, 1_000)))
    assert [1] == found(reader, after=RecordKey(START, make_id(2)))
    assert [2, 1] == found(reader, after=RecordKey(START + 1, make_id(3)))
    assert [3] == found(reader, after=RecordKey(START, make_id(2)), is_ascending=True)


def test_customers_groups_names_and_duplicates_are_told_apart(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(
        make_batch(
            0,
            recorded(1, user_id=1, group_id=2),
            recorded(2, user_id=2, event_name="bill"),
            recorded(3, user_id=1, is_duplicate=True),
            recorded(4, group_id=1),
            recorded(5, user_id=1, org_id=ORG + 1),
        )
    )
    assert [3, 1] == found(reader, users=frozenset({(ORG, 1)}))
    assert [3, 2, 1] == found(reader, users=frozenset({(ORG, 1), (ORG, 2), (ORG, 3)}))
    assert [1] == found(reader, groups=frozenset({(ORG, 2)}))
    assert [1] == found(reader, groups=frozenset({(ORG, 2)}), users=frozenset({(ORG, 1)}))
    assert [] == found(reader, groups=frozenset({(ORG, 1)}), users=frozenset({(ORG, 1)}))
    assert [2] == found(reader, event_name="bill")
    assert [] == found(reader, event_name="Bill")
    assert [3] == found(reader, is_duplicate=True)
    assert [1] == found(reader, is_duplicate=False, users=frozenset({(ORG, 1)}))
    assert [] == found(reader, users=frozenset())
    assert [5] == found(reader, org_ids=(ORG + 1,))
    assert [] == found(reader, users=frozenset({(ORG + 1, 1)}))
    assert [5, 3] == found(
        reader, org_ids=(ORG, ORG + 1), users=frozenset({(ORG, 1), (ORG + 1, 1)}), after=RecordKey(2**40, b"")
    )[:2]


def test_attributes_match_whole_or_by_words(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(
        make_batch(
            0,
            recorded(1, attributes={"hotel": "Palace ABC"}),
            recorded(2, attributes={"hotel": "The palace"}),
            recorded(3, attributes={"room": "Palace ABC"}),
        )
    )

    def matching(value: str, *, is_exact: bool) -> list[int]:
        return found(reader, attributes=(attribute_filter("hotel", [value], is_exact=is_exact),))

    assert [1] == matching("Palace ABC", is_exact=True)
    assert [] == matching("palace abc", is_exact=True)
    assert [1] == matching("abc, palace", is_exact=False)
    assert [2, 1] == matching("PALACE", is_exact=False)
    assert [] == matching("pal", is_exact=False)


def test_reserved_names_can_be_asked_for(writer: EventLogWriter, reader: EventLogReader) -> None:
    sent = {"source": "mine", "customerId": "mine"}
    writer.commit(make_batch(0, recorded(1, user_id=7, attributes=sent), recorded(2, attributes=sent)))

    def matching(name: str, value: str) -> list[int]:
        return found(reader, attributes=(attribute_filter(name, [value], is_exact=True),))

    assert [2, 1] == matching("source", "INSTORE") == matching("is_mongo_push", "true")
    assert [] == matching("source", "mine") == matching("customerId", "mine")
    assert [1] == matching("customerId", "7") == matching("source_user_id", "7")
    assert [] == matching("accountId", "null") == matching("displayName", "")


def test_a_hidden_attribute_reads_as_the_mask_alone(writer: EventLogWriter, reader: EventLogReader) -> None:
    sent = {"hotel": "Palace", "room": "7"}
    writer.commit(make_batch(0, recorded(1, attributes=sent, psi=("hotel",))))

    def matching(
        name: str, value: str, hidden: dict[tuple[int, str], frozenset[str]] | None, *, is_exact: bool
    ) -> list[int]:
        return found(reader, attributes=(attribute_filter(name, [value], is_exact=is_exact),), hidden=hidden)

    later = {(ORG, "visit"): frozenset({"room"})}
    for is_exact in (True, False):
        assert [1] == matching("hotel", "Palace", None, is_exact=is_exact)
        assert [] == matching("hotel", "Palace", {}, is_exact=is_exact)
        assert [1] == matching("hotel", "*****", {}, is_exact=is_exact)
        assert [] == matching("hotel", "*****", None, is_exact=is_exact)
        assert [1] == matching("room", "7", {(ORG, "bill"): frozenset({"room"})}, is_exact=is_exact)
        assert [] == matching("room", "7", later, is_exact=is_exact)
        assert [1] == matching("room", "*****", later, is_exact=is_exact)


@pytest.mark.parametrize("status", Status)
def test_a_record_is_found_however_its_event_ended(
    writer: EventLogWriter, reader: EventLogReader, status: Status
) -> None:
    writer.commit(make_batch(0, recorded(1, status=status)))
    assert [1] == found(reader)


def test_an_event_that_comes_again_is_found_once_as_it_was(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    """Only a restored journal can bring an event again; entries never change."""
    writer.commit(make_batch(0, recorded(1, user_id=1)))
    again = recorded(1, 5_000, user_id=2, event_name="bill")
    writer.commit(make_batch(1, again, recorded(2, user_id=2)))
    writer.commit(make_batch(3, again))
    assert [2, 1] == found(reader)
    assert [1] == found(reader, users=frozenset({(ORG, 1)}))
    assert [2] == found(reader, users=frozenset({(ORG, 2)}))
    assert [] == found(reader, event_name="bill")


def test_what_expired_is_found_no_more(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.commit(make_batch(0, *(recorded(number, user_id=1, group_id=number) for number in range(1, 5))))
    assert 2 == writer.remove_expired(ORG, START_MS + 3, 10)
    assert [4, 3] == found(reader) == found(reader, users=frozenset({(ORG, 1)}))
    assert [] == found(reader, groups=frozenset({(ORG, 2)}))
    assert [3] == found(reader, groups=frozenset({(ORG, 3)}))


def test_pending_events_come_longest_due_first(writer: EventLogWriter, reader: EventLogReader) -> None:
    parked = [make_parked(number, START_MS + due) for number, due in ((1, 30), (2, 10), (3, 20), (4, 10))]
    child = make_parked(5, START_MS + 15, org_id=ORG + 1)
    writer.commit(make_batch(0, *parked, child))
    assert [2, 4, 3, 1] == [one.event.id[-1] for one in reader.pending((ORG,), 10)]
    assert [2, 4, 5] == [one.event.id[-1] for one in reader.pending((ORG, ORG + 1), 3)]
    assert [child] == reader.pending((ORG + 1,), 1)
    assert [] == reader.pending((ORG + 2,), 1)
    writer.commit(make_batch(5, make_settled(2), to_position=5))
    assert [4, 3, 1] == [one.event.id[-1] for one in reader.pending((ORG,), 10)]
