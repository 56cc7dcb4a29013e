"""Trials: past entries end as they would today or by a draft, and nothing is changed by asking."""

from copy import deepcopy

import msgspec
import pytest

from hooklog.catalog.base import Definition, EventMapping, Field, PublishState
from hooklog.catalog.mapping import FieldMapping, WebEngageMapping
from hooklog.event import Refusal, Stage, Status, id_to_text
from hooklog.pipeline.stage import Work
from hooklog.testing.sales import Sales
from hooklog.testing.setting import ORG_ID, customer_field, field
from hooklog.testing.system import MemorySystem
from hooklog.testing.tried import ends_of, tried

OK, EMF = Status.EVENT_SUCCESS, Status.EMF_PROCESSOR_FAILED
FIELDS, GROUP, NAME = (
    Status.FIELD_VALIDATION_FAILED,
    Status.INVALID_GROUP_IDENTIFIER_PASSED,
    Status.INVALID_EVENT_NAME,
)
MOBILE = "919800000001"
UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"


@pytest.fixture
def system() -> MemorySystem:
    system = MemorySystem()
    system.add_customer(500_001, mobile=MOBILE)
    system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
    system.define("visit", customer_field(), field("note", "string", isRequired="false"))
    system.define(
        "family", customer_field(), field("group", "groupId", groupIdentifierType="GroupExternalId")
    )
    return system


def draft(name: str, *fields: Field, version: int = 9) -> Definition:
    return Definition(ORG_ID, name, version, ("EIConsumer", "EMFConsumer"), fields, PublishState.PUBLISHED)


def fill(system: MemorySystem) -> None:
    """Events that end in many ways, deterministic ones all."""
    for body in (
        {"event_name": "visit", "mobile": MOBILE},
        {"event_name": "visit", "mobile": "919800000002"},
        {"event_name": "visit", "mobile": "x"},
        {"event_name": "visit", "mobile": MOBILE, "note": ["nested"]},
        {"event_name": "family", "mobile": MOBILE, "group": "g1"},
        {"event_name": "family", "group": "g1"},
        {"event_name": "nothing", "mobile": MOBILE},
        {"mobile": MOBILE},
        {"event_name": ""},
    ):
        system.push(body)
    system.settle()


def test_where_nothing_has_changed_every_status_stays(system: MemorySystem) -> None:
    fill(system)
    findings = tried(system)
    assert (9, 9, 0, 9) == (findings.total, findings.judged, findings.changed, findings.looked)
    assert all(before is after for before, after in ends_of(findings))
    assert 1 < len(ends_of(findings))


def test_what_was_mended_since_succeeds_and_is_told_by_samples(system: MemorySystem) -> None:
    fill(system)
    system.add_group(7, "g1", (500_001,))
    findings = tried(system)
    (change,) = [one for one in findings.transitions if one.before is not one.after]
    assert (GROUP, OK, 1, {}) == (change.before, change.after, change.count, change.reasons)
    assert [GROUP] == [system.entry(bytes.fromhex(one.replace("-", ""))).status for one in change.sample_ids]


def test_a_draft_that_asks_more_fails_those_that_lack_it_and_says_why(system: MemorySystem) -> None:
    ids = [system.push({"event_name": "visit", "mobile": MOBILE}) for _ in range(7)]
    system.push({"event_name": "visit", "mobile": MOBILE, "note": "here"})
    system.settle()
    asks_more = draft("visit", customer_field(), field("note", "string"))
    findings = tried(system, definitions=[asks_more])
    assert {(OK, OK): 1, (OK, FIELDS): 7} == ends_of(findings)
    change = next(one for one in findings.transitions if one.after is FIELDS)
    assert [id_to_text(one) for one in ids[:5]] == change.sample_ids
    assert {"Field validation failed: note: isRequired": 7} == change.reasons
    assert 1 == findings.succeeding


def test_a_draft_of_a_new_event_takes_what_had_no_name(system: MemorySystem) -> None:
    fill(system)
    findings = tried(
        system, "event_name=nothing", definitions=[draft("nothing", customer_field(), version=1)]
    )
    assert {(NAME, OK): 1} == ends_of(findings)


def test_a_draft_of_a_mapping_is_what_sources_names_mean(system: MemorySystem) -> None:
    webhook_id = system.add_webhook("ab" * 16, transformer="webEngageTransformer")
    system.push({"event_name": "Visit", "Mobile": MOBILE}, webhook_id)
    system.settle()
    maps = EventMapping(
        ORG_ID, "visit", web_engage=WebEngageMapping(("Visit",), (FieldMapping("mobile", "Mobile"),))
    )
    assert {(Status.INVALID_META_TRANSFORMER_MAPPINGS, OK): 1} == ends_of(tried(system, mappings=[maps]))


def test_a_customer_that_would_be_made_counts_as_made_for_later_events_and_is_not(
    system: MemorySystem,
) -> None:
    system.push({"event_name": "visit", "mobile": "919811111111"})
    system.push({"event_name": "signup", "mobile": "919811111111"})
    system.push({"event_name": "visit", "mobile": "919811111111"})
    system.settle()
    makes = draft("signup", customer_field(addCustomerIfNotExists="true"), version=1)
    before = deepcopy(vars(system.directory))
    findings = tried(system, definitions=[makes])
    assert {(EMF, EMF): 1, (NAME, OK): 1, (EMF, OK): 1} == ends_of(findings)
    assert before == vars(system.directory)


def test_nobody_is_a_duplicate_of_itself_and_later_events_do_not_count(system: MemorySystem) -> None:
    """Only a duplicate skips loyalty, which fails whoever has no customer: so the status tells duplicates."""
    unique = field("ref", "string", isUniqueKeyField="true")
    system.define("sale", customer_field(), unique, actions=("EMFConsumer",))
    first = system.push({"event_name": "sale", "mobile": MOBILE, "ref": "r"}, UNIQUE_WEBHOOK_ID)
    system.push({"event_name": "sale", "mobile": MOBILE, "ref": "r"}, UNIQUE_WEBHOOK_ID)
    system.settle()
    assert first in {claim.owner for claim in system.log.held.values()}
    assert {(OK, OK): 2} == ends_of(tried(system))
    # Without its customer the first fails and holds no key, so the second is no duplicate any more.
    by_email = draft(
        "sale", customer_field(identifierType="email", isRequired="false", name="mail"), unique, version=2
    )
    assert {(OK, EMF): 2} == ends_of(tried(system, definitions=[by_email]))


def test_keys_of_a_draft_make_duplicates_of_events_far_apart() -> None:
    """More events than are judged together lie between the two; only a duplicate skips the endpoint that failed it."""
    system = Sales()
    system.define(
        "sale", customer_field(), field("ref", "string", isRequired="false"), actions=("EMFConsumer",)
    )
    system.sell("same")
    for number in range(600):
        system.sell(f"r{number}")
    last = system.sell("same", do="fail")
    system.settle()
    assert {(OK, OK): 601, (EMF, EMF): 1} == ends_of(tried(system, calling=[ORG_ID]))
    keyed = draft("sale", customer_field(), field("ref", "string", isUniqueKeyField="true"), version=2)
    findings = tried(system, definitions=[keyed], calling=[ORG_ID])
    assert {(OK, OK): 601, (EMF, OK): 1} == ends_of(findings)
    assert [[id_to_text(last)]] == [one.sample_ids for one in findings.transitions if one.before is EMF]


def test_pushes_that_the_edge_refused_are_counted_and_not_judged(system: MemorySystem) -> None:
    system.push(b"{", refusal=Refusal(Status.INVALID_REQUEST_BODY, "Invalid request body: no JSON"))
    system.push({"event_name": "visit", "mobile": MOBILE})
    system.settle()
    findings = tried(system)
    assert (2, 1, 1, {(OK, OK): 1}) == (findings.looked, findings.refused, findings.judged, ends_of(findings))


def test_what_a_loyalty_endpoint_answered_counts_as_it_was() -> None:
    system = Sales()
    system.sell("a")
    system.sell("b", do="fail")
    system.settle()
    called = len(system.loyalty.deliveries)
    assert {(OK, OK): 1, (EMF, EMF): 1} == ends_of(tried(system, calling=[ORG_ID]))
    # Where there is no endpoint any more nothing can fail there.
    assert {(OK, OK): 1, (EMF, OK): 1} == ends_of(tried(system))
    assert called == len(system.loyalty.deliveries)


def test_whom_an_endpoint_was_never_asked_about_counts_as_a_success_and_is_told(system: MemorySystem) -> None:
    fill(system)
    system.add_group(7, "g1", (500_001,))
    findings = tried(system, "event_name=family", calling=[ORG_ID])
    assert 1 == findings.loyalty_unknown
    assert 1 == ends_of(findings)[GROUP, OK]


def test_no_more_entries_than_allowed_are_looked_at_and_that_is_told(system: MemorySystem) -> None:
    fill(system)
    for entries_max, is_limited in ((8, True), (9, False), (10, False)):
        findings = tried(system, entries_max=entries_max)
        assert (min(entries_max, 9), is_limited) == (findings.looked, findings.is_limit_reached)


def test_filters_see_what_the_caller_sees(system: MemorySystem) -> None:
    system.define("visit", customer_field(), field("note", "string", isRequired="false", isPsiData="true"))
    system.push({"event_name": "visit", "mobile": MOBILE, "note": "secret"})
    system.settle()
    assert 1 == tried(system, "attr.note=secret").looked
    assert 0 == tried(system, "attr.note=secret", sees_all=False).looked


def test_what_raised_is_judged_like_any_other(system: MemorySystem) -> None:
    def trap(work: Work) -> None:
        raise ValueError(work.event_name)

    system.traps[Stage.VALIDATE] = trap
    system.push({"event_name": "visit", "mobile": MOBILE})
    system.settle()
    assert {(Status.EVENT_PROCESSING_FAILED, OK): 1} == ends_of(tried(system))


def test_a_trial_writes_nothing_anywhere(system: MemorySystem) -> None:
    fill(system)
    log, directory, state = (
        deepcopy(system.log.settled),
        deepcopy(vars(system.directory)),
        system.catalog.trying().state,
    )
    held = deepcopy(system.log.held)
    tried(
        system, definitions=[draft("visit", customer_field(addCustomerIfNotExists="true"))], calling=[ORG_ID]
    )
    assert (log, held, directory) == (system.log.settled, system.log.held, vars(system.directory))
    assert state is system.catalog.trying().state


def test_findings_go_through_a_pipe_and_come_back(system: MemorySystem) -> None:
    fill(system)
    findings = tried(system)
    assert findings == msgspec.json.decode(msgspec.json.encode(findings), type=type(findings))
