"""From a decision to the entry (contract I.2, I.4, I.10, I.19, I.20)."""

import msgspec
import pytest

from hooklog.catalog.base import EI_CONSUMER
from hooklog.event import NO_PARENT, Event, Refusal, RequestIds, Stage, StageOutcome, StageRecord, Status
from hooklog.eventlog.base import Parked
from hooklog.pipeline.settle import settle_failed, settle_refused
from hooklog.testing.clock import START_MS
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, field
from hooklog.testing.system import MemorySystem

UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
BODY = b'{ "event_name" : "visit" }'
EVENT = Event(RequestIds(lambda: START_MS).make(), ORG_ID, WEBHOOK_ID, BODY)
STAGES = (StageRecord(Stage.ROUTE_ORG, 1, 2, StageOutcome.PASSED),)
KEY = bytes(range(16))


def parked(org_id: int) -> Parked:
    return Parked(org_id, EVENT, 3, START_MS + 1_000, "visit", STAGES, b"opaque", KEY)


@pytest.mark.parametrize(("passed_ms", "response_ms"), [(0, 0), (1, 1), (182, 182), (-5_000, 0)])
def test_the_response_time_runs_from_acceptance_and_is_never_negative(
    passed_ms: int, response_ms: int
) -> None:
    system = MemorySystem()
    system.define("visit", actions=(EI_CONSUMER,))
    request_id = system.push({"event_name": "visit"})
    system.clock.set_ms(START_MS + passed_ms)
    system.settle()
    entry = system.entry(request_id)
    assert (START_MS, response_ms) == (entry.start_ms, entry.response_ms)
    assert all(record.started_us == response_ms * 1_000 for record in system.timeline(request_id))


def test_the_input_is_the_body_byte_for_byte() -> None:
    system = MemorySystem()
    request_id = system.push(BODY)
    system.settle()
    assert BODY == system.entry(request_id).input


def test_a_record_is_stamped_with_the_workers_time() -> None:
    system = MemorySystem()
    system.define("visit", actions=(EI_CONSUMER,))
    request_id = system.push({"event_name": "visit"})
    system.clock.advance(ms=250)
    system.settle()
    assert START_MS + 250 == system.record(request_id).updated_at_ms


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (Status.UNAUTHORIZED, "Unauthorized"),
        (Status.WEBHOOK_DISABLED, "Webhook disabled"),
        (Status.REQUEST_TOO_LARGE, "Request too large: 1048577 bytes"),
        (Status.INVALID_REQUEST_BODY, "Invalid request body: the body is not JSON"),
    ],
)
def test_a_refused_push_keeps_its_verdict_and_passes_no_stage(status: Status, message: str) -> None:
    event = msgspec.structs.replace(EVENT, body=b'{"event_name":"visit"', refusal=Refusal(status, message))
    settled = settle_refused(event, START_MS + 5)
    entry = settled.entry
    assert (status, message, None, 5) == (entry.status, entry.message, entry.event_name, entry.response_ms)
    assert (ORG_ID, NO_PARENT, event.id, event.body, WEBHOOK_ID) == (
        entry.org_id,
        entry.parent_org_id,
        entry.id,
        entry.input,
        entry.webhook_id,
    )
    assert ((), None, 0, None, None) == (
        settled.stages,
        settled.record,
        settled.definition_version,
        settled.claim_key,
        settled.released_key,
    )


def test_only_a_refused_push_can_be_settled_as_one() -> None:
    with pytest.raises(AssertionError):
        settle_refused(EVENT, START_MS)


def test_our_own_fault_is_said_of_an_event_from_the_journal() -> None:
    settled = settle_failed(EVENT, "the worker died on this event twice", START_MS + 7)
    entry = settled.entry
    assert (Status.EVENT_PROCESSING_FAILED, 7) == (entry.status, entry.response_ms)
    assert "Event processing failed: the worker died on this event twice" == entry.message
    assert (ORG_ID, NO_PARENT, None, BODY) == (
        entry.org_id,
        entry.parent_org_id,
        entry.event_name,
        entry.input,
    )
    assert ((), None, None) == (settled.stages, settled.claim_key, settled.released_key)


@pytest.mark.parametrize(("org_id", "parent_org_id"), [(ORG_ID, NO_PARENT), (100_002, ORG_ID)])
def test_our_own_fault_on_a_parked_event_keeps_what_is_known_and_frees_its_key(
    org_id: int, parent_org_id: int
) -> None:
    settled = settle_failed(parked(org_id), "why", START_MS)
    entry = settled.entry
    assert (org_id, parent_org_id, "visit") == (entry.org_id, entry.parent_org_id, entry.event_name)
    assert (STAGES, None, KEY) == (settled.stages, settled.claim_key, settled.released_key)


def test_only_a_success_claims_its_key() -> None:
    system = MemorySystem()
    system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
    unique = field("ref", "string", isUniqueKeyField="true")
    system.define("good", unique, actions=(EI_CONSUMER,))
    system.define("bad", unique)
    good, bad = (system.push({"event_name": name, "ref": "r"}, UNIQUE_WEBHOOK_ID) for name in ("good", "bad"))
    system.settle()
    by_id = {item.entry.id: item for item in system.batches[0].settled}
    assert by_id[good].claim_key is not None
    assert by_id[good].released_key is None
    assert by_id[bad].claim_key is None
    assert by_id[bad].released_key is not None


def test_entries_commit_in_the_order_of_acceptance() -> None:
    """Refused, rejected and successful pushes are decided at different points and commit in one order."""
    system = MemorySystem()
    system.define("visit", actions=(EI_CONSUMER,))
    refusal = Refusal(Status.UNAUTHORIZED, "Unauthorized")
    pushed = [
        system.push({"event_name": "visit"}),
        system.push({}),
        system.push(b"", refusal=refusal),
        system.push({"event_name": "unknown"}),
        system.push({"event_name": "visit"}),
    ]
    system.settle()
    assert [pushed] == [[item.entry.id for item in batch.settled] for batch in system.batches]
