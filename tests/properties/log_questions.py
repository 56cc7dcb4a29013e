"""Made-up logs and questions to them, for the oracle: few values, so that most questions have an answer."""

from typing import Any

from hypothesis import strategies as st

from hooklog.event import Stage as StageName
from hooklog.event import StageOutcome, StageRecord, Status, id_lowest_at
from hooklog.eventlog.base import Settled
from hooklog.eventlog.mapped import Mapped, SentIdentifier
from hooklog.eventlog.query import AttributeMatch, Match, Query, SentAs, User
from hooklog.testing.builders import START_MS, make_id, make_record, make_settled

__all__ = [
    "FILTERS",
    "NAMES",
    "ORGS",
    "STATUSES",
    "WEBHOOKS",
    "entries_at",
    "ids",
    "logs",
    "match_of",
    "mostly",
    "queries",
]

ORGS = (1, 2, 3)
NAMES = (None, "", "a", "b", "A", "a ")
WEBHOOKS = ("w1", "w2", "a")  # One is an event name too: texts are kept in one table.
STATUSES = (
    Status.EVENT_SUCCESS,
    Status.INVALID_EVENT_NAME,
    Status.UNAUTHORIZED,
    Status.FIELD_VALIDATION_FAILED,
)
INSTANTS = st.integers(0, 12)
USERS = (None, 1, 2)
VALUES = ("Ritz", "ritz", "20.0", "*****", "Palace ABC")
ATTRIBUTES = ("hotel", "room", "groupId", "isDuplicate")
INPUTS = (
    b"",
    b"\xff no JSON",
    b'{"hotel":"Ritz"}',
    b'{"hotel":"palace abc", "room":1}',
    b'{"r":"caf\\u00e9"}',
)
WORDS = ("ritz", "palace", "abc", "café", "u00e9", "hotel", "x", "received", "json", "never")
IDENTIFIERS = (
    SentIdentifier("mobile", "mobile", "91980"),
    SentIdentifier("who", "email", "a@b"),
    SentIdentifier("room", "externalId", "x1"),
)

ids = st.builds(lambda instant, number: make_id(number, START_MS + instant), INSTANTS, st.integers(0, 9))
asked_ids = ids | INSTANTS.map(lambda instant: id_lowest_at(START_MS + instant))
attributes = st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(VALUES))
records = st.builds(
    make_record,
    user_id=st.sampled_from(USERS),
    group_id=st.sampled_from([None, 7]),
    attributes=attributes,
    psi=st.sampled_from([(), (), ("room",)]),
)
some_identifiers = st.lists(st.sampled_from(IDENTIFIERS), max_size=2, unique=True).map(tuple)
mapped = st.builds(Mapped, some_identifiers, st.sampled_from(USERS), attributes)


def _make(
    request_id: bytes, org: int, name: str | None, status: Status, webhook: str, room: str, **own: Any
) -> Settled:
    failure: dict[str, object] = {"fields": [{"field": "room", "rule": "enum", "value": room, "hint": "x"}]}
    stages = (StageRecord(StageName.VALIDATE, 0, 1, StageOutcome.REJECTED, failure),)
    fields = {"org_id": org, "event_name": name, "status": status, "webhook_id": webhook}
    if status is Status.FIELD_VALIDATION_FAILED:
        fields["message"] = f"Field validation failed: room: enum, received {room}, x"
    return make_settled(1, id=request_id, stages=stages, **fields, **own)


def entries_at(some_ids: st.SearchStrategy[bytes]) -> st.SearchStrategy[Settled]:
    """Entries of all kinds under some ids."""
    return st.builds(
        _make,
        some_ids,
        st.sampled_from(ORGS),
        st.sampled_from(NAMES),
        st.sampled_from(STATUSES),
        st.sampled_from(WEBHOOKS),
        st.sampled_from(VALUES),
        input=st.sampled_from([*INPUTS, b"x" * 900]),
        response_ms=st.integers(0, 4),
        record=st.none() | records,
        mapped=st.none() | mapped,
    )


logs = st.integers(0, 20).flatmap(
    lambda least: st.lists(entries_at(ids), min_size=least, max_size=40, unique_by=lambda item: item.entry.id)
)


def _hides_room(_org_id: int, _name: str | None) -> frozenset[str]:
    return frozenset({"room"})


def _hides_by_org_and_name(org_id: int, name: str | None) -> frozenset[str]:
    return frozenset({"hotel", "mobile"}) if org_id == 1 or name is None else frozenset()


def mostly(usual: object, otherwise: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly the usual value, so that a question with many parts still has an answer."""
    return st.sampled_from([True, True, True, False]).flatmap(
        lambda is_usual: st.just(usual) if is_usual else otherwise
    )


def match_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Match[Any]]:
    """Included and excluded values may overlap."""
    some = st.frozensets(values, min_size=1, max_size=3)
    nothing: st.SearchStrategy[frozenset[Any]] = st.just(frozenset())
    return st.builds(Match, some, nothing) | st.builds(Match, nothing, some) | st.builds(Match, some, some)


_customers = st.sampled_from([SentAs(one.type, one.value) for one in IDENTIFIERS]) | st.builds(
    User, st.sampled_from(ORGS), st.sampled_from([1, 2, 9])
)
_attributes = st.builds(
    AttributeMatch,
    st.sampled_from([*ATTRIBUTES, "hotel", "eventName", "uniqueId"]),
    match_of(st.sampled_from([*VALUES, "", "7", "false", "a"])),
)
FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "from_id": asked_ids,
    "until_id": asked_ids,
    "after": asked_ids,
    "event_names": match_of(st.sampled_from(["", "a", "b", "A", "a ", "w1", "never"])),
    "statuses": match_of(st.sampled_from([*STATUSES, Status.EMF_PROCESSOR_FAILED])),
    "webhook_ids": match_of(st.sampled_from([*WEBHOOKS, "W1", "never"])),
    "ids": match_of(ids),
    "patterns": match_of(st.sampled_from(["INVALID_EVENT_NAME x", "Unauthorized", "", "never", "w1"])),
    "customers": match_of(_customers),
    "attributes": st.lists(_attributes, min_size=1, max_size=2).map(tuple),
    "words": match_of(st.frozensets(st.sampled_from(WORDS), min_size=1, max_size=2)),
    "response_min_ms": st.integers(0, 5),
    "response_below_ms": st.integers(0, 5),
}


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """A question with a few filters at most: one with many mostly has no answer, and tells nothing."""
    orgs = draw(st.permutations((*ORGS, 9)))[: draw(st.integers(1, 4))]
    asked = draw(st.lists(st.sampled_from(sorted(FILTERS)), max_size=4, unique=True))
    return Query(
        org_ids=tuple(orgs),
        limit=draw(st.sampled_from([1, 2, 3, 10, 1_000])),
        is_ascending=draw(st.booleans()),
        hidden=draw(st.sampled_from([None, None, _hides_room, _hides_by_org_and_name])),
        **{name: draw(FILTERS[name]) for name in asked},
    )
