"""Every event log keeps the promise of `hooklog.eventlog.base`: parked events, claims, the suspect."""

from collections.abc import Callable

import pytest

from hooklog.event import Refusal, Status
from hooklog.eventlog.base import Claim, EventLogReader, EventLogWriter, Suspect
from hooklog.eventlog.query import Query
from hooklog.testing.builders import (
    ORG,
    START_MS,
    make_batch,
    make_event,
    make_id,
    make_parked,
    make_settled,
)

OpenWriter = Callable[[], EventLogWriter]


def due_numbers(writer: EventLogWriter, now_ms: int, limit: int = 100) -> list[int]:
    return [parked.event.id[-1] for parked in writer.due(now_ms, limit)]


def test_parked_event_is_pending_and_not_in_the_log(writer: EventLogWriter, reader: EventLogReader) -> None:
    parked = make_parked(1)
    writer.commit(make_batch(0, parked))
    assert 1 == reader.position()
    assert parked == reader.parked(ORG, make_id(1))
    assert reader.entry(ORG, make_id(1)) is None
    assert [] == reader.page(Query(org_ids=(ORG,)))
    assert () == reader.stages(ORG, make_id(1))


def test_parked_event_comes_back_in_all_it_holds(writer: EventLogWriter, reader: EventLogReader) -> None:
    parked = make_parked(
        1,
        org_id=ORG + 1,  # It was routed to a child.
        event=make_event(1, body=b"\xff\x00" * 5_000, refusal=Refusal(Status.UNAUTHORIZED, "Unauthorized")),
        attempts=17,
        next_at_ms=START_MS + 2**40,
        event_name=None,
        stages=(),
        work=bytes(range(256)) * 20,
        claim_key=b"\x00" * 16,
    )
    writer.commit(make_batch(0, parked))
    assert parked == reader.parked(ORG + 1, make_id(1))
    assert [parked] == writer.due(START_MS + 2**40, 10)
    assert reader.parked(ORG, make_id(1)) is None


def test_settling_takes_the_event_from_pending_to_the_log_in_one_commit(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_parked(1), make_parked(2)))
    settled = make_settled(1)
    writer.commit(make_batch(2, settled, to_position=2))
    assert reader.parked(ORG, make_id(1)) is None
    assert settled.entry == reader.entry(ORG, make_id(1))
    assert [2] == due_numbers(writer, START_MS)
    assert make_parked(2) == reader.parked(ORG, make_id(2))


def test_event_parked_again_waits_with_its_new_state_only(
    writer: EventLogWriter, reader: EventLogReader
) -> None:
    writer.commit(make_batch(0, make_parked(1, START_MS)))
    later = make_parked(1, START_MS + 500, attempts=2, work=b"more")
    writer.commit(make_batch(1, later, to_position=1))
    assert later == reader.parked(ORG, make_id(1))
    assert [] == writer.due(START_MS + 499, 10)
    assert [later] == writer.due(START_MS + 500, 10)
    assert START_MS + 500 == writer.next_due_ms()


def test_nothing_is_due_where_nothing_is_parked(writer: EventLogWriter) -> None:
    assert [] == writer.due(START_MS, 10)
    assert writer.next_due_ms() is None
    writer.commit(make_batch(0, make_parked(1)))
    writer.commit(make_batch(1, make_settled(1), to_position=1))
    assert [] == writer.due(START_MS, 10)
    assert writer.next_due_ms() is None


def test_due_are_those_whose_time_has_come_longest_waiting_first(writer: EventLogWriter) -> None:
    times = {1: 300, 2: 100, 3: 400, 4: 200}
    parked = [make_parked(number, START_MS + after) for number, after in times.items()]
    writer.commit(make_batch(0, *parked))
    assert START_MS + 100 == writer.next_due_ms()
    assert [] == due_numbers(writer, START_MS + 99)
    assert [2] == due_numbers(writer, START_MS + 100)
    assert [2, 4] == due_numbers(writer, START_MS + 299)
    assert [2, 4, 1] == due_numbers(writer, START_MS + 300)
    assert [2, 4, 1, 3] == due_numbers(writer, START_MS + 10_000)
    assert [2, 4] == due_numbers(writer, START_MS + 10_000, limit=2)
    assert [2, 4] == due_numbers(writer, START_MS + 10_000, limit=2), "asking takes nothing away"


def test_due_are_of_all_orgs(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(1, START_MS + 2), make_parked(2, START_MS + 1, org_id=ORG + 1)))
    assert [2, 1] == due_numbers(writer, START_MS + 2)


def test_parked_events_and_claims_outlive_the_worker(open_writer: OpenWriter) -> None:
    first = open_writer()
    first.take_over()
    first.commit(make_batch(0, make_parked(1, claim_key=b"key")))
    first.end()
    second = open_writer()
    second.take_over()
    assert [make_parked(1, claim_key=b"key")] == second.due(START_MS, 10)
    assert {b"key": Claim(make_id(1), is_settled=False)} == second.claims(ORG, [b"key"])


def test_claims_tells_of_the_held_keys_only(writer: EventLogWriter) -> None:
    assert {} == writer.claims(ORG, [])
    assert {} == writer.claims(ORG, [b"a", b"b"])
    writer.commit(
        make_batch(0, make_settled(1, claim_key=b"a"), make_parked(2, claim_key=b"c"), make_settled(3))
    )
    expected = {b"a": Claim(make_id(1), is_settled=True), b"c": Claim(make_id(2), is_settled=False)}
    assert expected == writer.claims(ORG, [b"a", b"b", b"c"])
    assert {b"a": expected[b"a"]} == writer.claims(ORG, [b"a", b"a"])


def test_same_key_in_another_org_is_another_key(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_settled(1, claim_key=b"a")))
    assert {} == writer.claims(ORG + 1, [b"a"])
    writer.commit(make_batch(1, make_settled(2, org_id=ORG + 1, claim_key=b"a")))
    assert {b"a": Claim(make_id(1), is_settled=True)} == writer.claims(ORG, [b"a"])
    assert {b"a": Claim(make_id(2), is_settled=True)} == writer.claims(ORG + 1, [b"a"])


def test_owner_keeps_its_key_when_it_settles(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(1, claim_key=b"a")))
    writer.commit(make_batch(1, make_settled(1, claim_key=b"a"), to_position=1))
    assert {b"a": Claim(make_id(1), is_settled=True)} == writer.claims(ORG, [b"a"])


def test_unknown_outcome_keeps_the_key_as_it_was(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(1, claim_key=b"a")))
    writer.commit(make_batch(1, make_settled(1, status=Status.EVENT_PROCESSING_FAILED), to_position=1))
    assert {b"a": make_id(1)} == {key: claim.owner for key, claim in writer.claims(ORG, [b"a"]).items()}


def test_failure_for_good_releases_the_key_for_the_corrected_resend(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(1, claim_key=b"a"), make_parked(2, claim_key=b"b")))
    failed = make_settled(1, status=Status.EMF_PROCESSOR_FAILED, released_key=b"a")
    writer.commit(make_batch(2, failed, to_position=2))
    assert {b"b": Claim(make_id(2), is_settled=False)} == writer.claims(ORG, [b"a", b"b"])
    writer.commit(make_batch(2, make_settled(3, claim_key=b"a")))
    assert {b"a": Claim(make_id(3), is_settled=True)} == writer.claims(ORG, [b"a"])


def test_key_may_go_from_one_event_to_the_next_in_one_commit(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(1, claim_key=b"a"), make_parked(2, claim_key=b"b")))
    writer.commit(
        make_batch(
            2,
            make_settled(1, released_key=b"a"),
            make_settled(3, claim_key=b"a"),
            make_settled(2, released_key=b"b"),
            make_parked(4, claim_key=b"b"),
            to_position=4,
        )
    )
    expected = {b"a": Claim(make_id(3), is_settled=True), b"b": Claim(make_id(4), is_settled=False)}
    assert expected == writer.claims(ORG, [b"a", b"b"])


def test_one_in_flight_holds_the_key_that_it_took_over_in_the_same_commit(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_parked(2, claim_key=b"a"), make_settled(1, claim_key=b"a")))
    assert {b"a": Claim(make_id(2), is_settled=False)} == writer.claims(ORG, [b"a"])


def test_nobody_releases_the_key_of_another(writer: EventLogWriter) -> None:
    writer.commit(make_batch(0, make_settled(1, claim_key=b"a"), make_settled(2, released_key=b"a")))
    assert {b"a": Claim(make_id(1), is_settled=True)} == writer.claims(ORG, [b"a"])
    writer.commit(make_batch(2, make_settled(1, org_id=ORG + 1, released_key=b"a")))
    assert {b"a": Claim(make_id(1), is_settled=True)} == writer.claims(ORG, [b"a"])


def test_there_is_no_suspect_at_first(writer: EventLogWriter) -> None:
    assert writer.suspect() is None


@pytest.mark.parametrize("deaths", [0, 1, 2])
def test_suspect_outlives_the_worker_until_it_is_cleared(open_writer: OpenWriter, deaths: int) -> None:
    suspect = Suspect(make_id(5), deaths)
    first = open_writer()
    first.take_over()
    first.put_suspect(Suspect(make_id(4), 9))
    first.put_suspect(suspect)
    assert suspect == first.suspect()
    second = open_writer()
    assert suspect == second.suspect()
    second.take_over()
    assert suspect == second.suspect()
    second.put_suspect(None)
    assert second.suspect() is None
    assert open_writer().suspect() is None


def test_suspect_does_not_move_the_position(writer: EventLogWriter, reader: EventLogReader) -> None:
    writer.put_suspect(Suspect(make_id(5), 1))
    assert 0 == writer.position == reader.position()


def test_a_commit_clears_the_suspect(open_writer: OpenWriter) -> None:
    """Who was tried alone and committed has not killed the worker, whatever kills it later."""
    writer = open_writer()
    writer.take_over()
    writer.put_suspect(Suspect(make_id(1), 1))
    writer.commit(make_batch(0, make_settled(1)))
    assert writer.suspect() is None
    assert open_writer().suspect() is None


def test_pending_events_are_found_by_their_ids(writer: EventLogWriter) -> None:
    waiting = [make_parked(1), make_parked(2, org_id=ORG + 1)]
    writer.commit(make_batch(0, *waiting, make_settled(3)))
    keys = [(ORG, make_id(1)), (ORG + 1, make_id(2))]
    others = [(ORG + 1, make_id(1)), (ORG, make_id(3)), (ORG, make_id(9))]
    assert waiting == writer.parked_among([*keys, *others])
    assert [] == writer.parked_among([])
    writer.commit(make_batch(3, make_settled(1), to_position=3))
    assert waiting[1:] == writer.parked_among(keys)
