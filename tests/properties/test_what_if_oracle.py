"""What a trial says of a draft is what happens when the draft is published and all events are pushed again elsewhere.

Hypothesis makes up what an org has set up, what was pushed, and the draft; on a failure it prints the smallest case.
"""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hooklog.catalog.base import Definition, Field, PublishState
from hooklog.event import Status
from hooklog.testing.setting import ORG_ID, WEBHOOK_ID, customer_field, field
from hooklog.testing.system import MemorySystem
from hooklog.testing.tried import ends_of, tried

UNIQUE_WEBHOOK_ID = "00112233445566778899aabbccddeeff"
NAMES = ("visit", "sale")
MOBILES = ("919800000001", "919800000002", "919800000003", "x", "")
TEXTS = ("a", "b", "10", "10.0", "")

Body = dict[str, Any]
Push = tuple[Body, bool]


@st.composite
def fields(draw: st.DrawFn) -> tuple[Field, ...]:
    makes = draw(st.sampled_from(["true", "false"]))
    found = [customer_field(isRequired="false", addCustomerIfNotExists=makes)]
    for name in ("p", "q"):
        kind = draw(st.sampled_from(["string", "double", "enum", "tillCode", "groupId", ""]))
        if not kind:
            continue
        is_unique = draw(st.booleans())
        needed = "true" if is_unique else draw(st.sampled_from(["true", "false"]))
        more: dict[str, str | tuple[str, ...]] = {
            "isRequired": needed,
            "isUniqueKeyField": str(is_unique).lower(),
        }
        if kind == "enum":
            more["possibleValues"] = ("a", "b")
        if kind == "groupId":
            more["groupIdentifierType"] = "GroupExternalId"
        found.append(field(name, kind, **more))
    return tuple(found)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    actions = draw(st.sampled_from([("EIConsumer",), ("EMFConsumer",), ("EIConsumer", "EMFConsumer")]))
    return Definition(
        ORG_ID, draw(st.sampled_from(NAMES)), 0, actions, draw(fields()), PublishState.PUBLISHED
    )


values = st.one_of(st.sampled_from(TEXTS), st.sampled_from(["till01", "g1", 7, None]))
bodies = st.fixed_dictionaries(
    {"event_name": st.sampled_from([*NAMES, "other"])},
    optional={"mobile": st.sampled_from(MOBILES), "p": values, "q": values},
)
pushes = st.lists(st.tuples(bodies, st.booleans()), min_size=1, max_size=25)


def set_up(known: list[Definition]) -> MemorySystem:
    system = MemorySystem()
    system.add_webhook(UNIQUE_WEBHOOK_ID, is_unique=True)
    system.add_customer(500_001, mobile=MOBILES[0])
    system.add_customer(500_002, mobile=MOBILES[1])
    system.add_group(3_001, "g1", (500_001,))
    for one in known:
        system.catalog.put_definition(one)
    return system


def push(system: MemorySystem, pushed: list[Push]) -> list[Status]:
    """One after the other: the worker looks up the customers of events that came together at once."""
    found = []
    for body, is_unique in pushed:
        request_id = system.push(body, UNIQUE_WEBHOOK_ID if is_unique else WEBHOOK_ID)
        system.settle()
        found.append(system.entry(request_id).status)
    return found


def counted(before: list[Status], after: list[Status]) -> dict[tuple[Status, Status], int]:
    found: dict[tuple[Status, Status], int] = {}
    for pair in zip(before, after, strict=True):
        found[pair] = found.get(pair, 0) + 1
    return found


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(known=st.lists(definitions(), max_size=3), drafted=definitions(), pushed=pushes)
def test_a_draft_is_told_to_do_what_it_does(
    known: list[Definition], drafted: Definition, pushed: list[Push]
) -> None:
    first = set_up(known)
    before = push(first, pushed)
    changes = first.catalog.trying()
    stored = changes.put_definition(drafted)
    findings = tried(first, definitions=[stored])
    second = set_up(known)
    # What the first system has learnt of customers is there today.
    vars(second.directory).update(deepcopy(vars(first.directory)))
    second.catalog.put_definition(drafted)
    after = push(second, pushed)
    event(f"{sum(a is not b for a, b in zip(before, after, strict=True)) > 0} that something changes")
    assert counted(before, after) == ends_of(findings)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(known=st.lists(definitions(), max_size=3), pushed=pushes)
def test_without_a_draft_and_with_the_same_customers_nothing_changes(
    known: list[Definition], pushed: list[Push]
) -> None:
    system = set_up(known)
    customers = deepcopy(vars(system.directory))
    before = push(system, pushed)
    # Customers that were made meanwhile are a change of the world: those of before are put back.
    vars(system.directory).clear()
    vars(system.directory).update(customers)
    assert counted(before, before) == ends_of(tried(system))
