"""A replay's id follows from job and original and keeps the order of the originals; its event says the same again."""

from uuid import RFC_4122, UUID

from hooklog.event import NO_PARENT, ReplayOf, instant_of
from hooklog.eventlog.memory import MemoryEventLog
from hooklog.replay.repeat import IDS_PER_MS_MAX, Original, original_of, repeat, repeats, replay_id
from hooklog.testing.builders import ORG, START_MS, WEBHOOK_ID, make_batch, make_entry, make_id, make_settled

JOB, OTHER_JOB = make_id(1_000), make_id(1_001)
LOW = (1 << 62) - 1


def _low(request_id: bytes) -> int:
    return int.from_bytes(request_id, "big") & LOW


def test_ids_of_a_millisecond_are_in_the_order_of_their_originals() -> None:
    ids = [replay_id(START_MS, number, JOB, make_id(number)) for number in range(IDS_PER_MS_MAX)]
    assert sorted(set(ids)) == ids
    assert {START_MS} == {instant_of(one) for one in ids}
    assert {(7, RFC_4122)} == {(UUID(bytes=one).version, UUID(bytes=one).variant) for one in ids}


def test_the_last_bits_of_an_id_follow_from_job_and_original_alone() -> None:
    assert _low(replay_id(START_MS, 0, JOB, make_id(5))) == _low(
        replay_id(START_MS + 999, 77, JOB, make_id(5))
    )
    others = {
        _low(replay_id(START_MS, 0, job, make_id(number)))
        for job in (JOB, OTHER_JOB)
        for number in range(100)
    }
    assert 200 == len(others)


def test_a_replay_says_the_same_to_the_same_webhook() -> None:
    body = b'{ "event_name" : "visit", "x":1.10 }'
    event = repeat(Original(make_entry(5, input=body), START_MS), make_id(900), JOB)
    assert (make_id(900), ORG, WEBHOOK_ID, body, None) == (
        event.id,
        event.org_id,
        event.webhook_id,
        event.body,
        event.refusal,
    )
    assert ReplayOf(make_id(5), JOB, START_MS) == event.replay_of


def test_what_was_routed_to_a_child_is_replayed_by_its_parents_webhook() -> None:
    [own, routed] = repeats(
        [
            Original(make_entry(1, parent_org_id=NO_PARENT), START_MS),
            Original(make_entry(2, parent_org_id=77), START_MS),
        ],
        START_MS + 5,
        JOB,
    )
    assert (ORG, 77) == (own.org_id, routed.org_id)
    assert own.id < routed.id


def test_a_replay_of_a_replay_was_said_when_the_first_was() -> None:
    log = MemoryEventLog()
    writer = log.writer()
    writer.take_over()
    second = make_settled(20, replay_of=ReplayOf(make_id(10), b"", START_MS + 10))
    third = make_settled(30, replay_of=ReplayOf(make_id(20), b"", START_MS + 10))
    writer.commit(make_batch(0, make_settled(10), second, third))
    assert [START_MS + 10] * 3 == [original_of(log, make_entry(number)).said_ms for number in (10, 20, 30)]
