"""What is nearest to an event that was looked for and not found, in words (journey J4).

Pure: whoever looks around hands in what was found. A miss says what there is, and how to ask the log for it.
"""

import enum
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from hooklog.catalog.base import Definition, Field, PublishState
from hooklog.directory.identifier import canonical_type
from hooklog.event import Entry, Status, id_to_text
from hooklog.eventlog.base import Parked
from hooklog.explain.alike import alike
from hooklog.explain.case import listed, quoted
from hooklog.explain.customers import customer_kind
from hooklog.explain.identifiers import FORMS, why_malformed

__all__ = [
    "Miss",
    "MissKind",
    "held_by",
    "of_customer",
    "of_definition",
    "of_identifier",
    "of_input",
    "of_other_names",
    "of_other_times",
    "of_pending",
    "of_refusals",
]

_IDS_SHOWN_MAX = 5
_GROUPS_SHOWN_MAX = 5

Parameters = tuple[tuple[str, str], ...]


class MissKind(enum.StrEnum):
    """What a miss is about; the texts are on the wire. In the order in which they explain most."""

    MALFORMED_IDENTIFIER = "malformedIdentifier"
    OTHER_NAME = "otherName"
    PENDING = "pending"
    IN_INPUT = "inInput"
    DEFINITION = "definition"
    SIMILAR_NAME = "similarName"
    OTHER_TIME = "otherTime"
    CUSTOMER = "customer"
    REFUSED = "refused"
    WEBHOOK = "webhook"
    TRAFFIC = "traffic"


class Miss(msgspec.Struct, frozen=True):
    """One near miss: a whole sentence, request ids of examples, and what to ask the log for more (None: nothing).

    `is_likely` says whether it may well be the reason, and not just something else that is there.
    """

    kind: MissKind
    text: str
    ids: tuple[str, ...] = ()
    parameters: Parameters | None = None
    is_likely: bool = False


def of_identifier(kind: str, value: str) -> list[Miss]:
    """Whether the identifier that was asked for can be one at all."""
    why = why_malformed(kind, value)
    if not why:
        return []
    kind = canonical_type(kind)
    text = f"No customer can have the {kind} {quoted(value)}: {why}; it must be {FORMS[kind]}."
    return [Miss(MissKind.MALFORMED_IDENTIFIER, text, is_likely=True)]


def of_customer(asked: str, org_ids: Sequence[int], known: Mapping[str, Iterable[tuple[int, int]]]) -> Miss:
    """Whether the directory knows the customer.

    Args:
        asked: the customer in words.
        org_ids: where it was looked for.
        known: by identifier type, the org and user id of those who have the value.
    """
    orgs = f"org {org_ids[0]}" if len(org_ids) == 1 else f"orgs {', '.join(map(str, org_ids))}"
    users = [(kind, org_id, user_id) for kind, found in known.items() for org_id, user_id in found]
    if not users:
        return Miss(MissKind.CUSTOMER, f"No customer of {orgs} has the {asked}.")
    named = [
        f"user {user_id} of org {org_id} (as {kind})" for kind, org_id, user_id in users[:_IDS_SHOWN_MAX]
    ]
    return Miss(MissKind.CUSTOMER, f"A customer has the {asked}: {', '.join(named)}.")


def of_other_names(entries: Sequence[Entry], customer: str, parameters: Parameters) -> list[Miss]:
    """The same customer's events under other names, or none, newest first; one miss for each name."""
    by_name: dict[str | None, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.event_name, []).append(entry)
    found = []
    for name, some in list(by_name.items())[:_GROUPS_SHOWN_MAX]:
        called = "without a name" if name is None else f"named {quoted(name)}"
        text = f"{_count(len(some))} of {customer} came {called}: {_endings(some)}."
        narrower = parameters if name is None else (*parameters, ("event_name", name))
        is_likely = name is None or any(one.status is not Status.EVENT_SUCCESS for one in some)
        found.append(Miss(MissKind.OTHER_NAME, text, _ids(some), narrower, is_likely))
    return found


def of_pending(waiting: Sequence[Parked], customer: str) -> list[Miss]:
    """The same customer's events that have not settled yet."""
    if not waiting:
        return []
    names = sorted({one.event_name or "" for one in waiting})
    count = "An event" if len(waiting) == 1 else f"{len(waiting)} events"
    verb = "waits" if len(waiting) == 1 else "wait"
    text = f"{count} of {customer} {verb} to be tried again, named {listed(names[:_GROUPS_SHOWN_MAX])}."
    ids = tuple(id_to_text(one.event.id) for one in waiting[:_IDS_SHOWN_MAX])
    return [Miss(MissKind.PENDING, text, ids, is_likely=True)]


def of_input(
    entries: Sequence[Entry], value: str, asked_names: Collection[str], customer_fields: Mapping[str, Field]
) -> list[Miss]:
    """Events that hold the value although no customer was found by it, by name and the attribute that holds it.

    Args:
        entries: newest first, as the one who asks may see them.
        value: that was looked for.
        asked_names: the event names that were asked for.
        customer_fields: by event name, the field that names the customer.
    """
    groups: dict[tuple[str | None, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.event_name, held_by(entry.input, value)), []).append(entry)
    found = []
    for (name, attribute), some in list(groups.items())[:_GROUPS_SHOWN_MAX]:
        called = "without a name" if name is None else f"named {quoted(name)}"
        where = f"in {quoted(attribute)}" if attribute else "in their input"
        but = _but(customer_fields.get(name or ""), attribute)
        text = f"{_count(len(some))} {called} held {quoted(value)} {where}{but}: {_endings(some)}."
        is_likely = name is None or name in asked_names
        found.append(Miss(MissKind.IN_INPUT, text, _ids(some), (("q", value),), is_likely))
    return found


def _but(field: Field | None, attribute: str) -> str:
    """Why the attribute that holds the value did not name the customer."""
    if field is None or not attribute:
        return ""
    if field.name == attribute:
        return f", which finds customers by {customer_kind(field)}"
    return f", but the customer field is {quoted(field.name)}"


def held_by(body: bytes, value: str) -> str:
    """The name of the attribute of a payload that holds a value; "" where no one attribute does."""
    try:
        payload = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    wanted = value.removeprefix("+").casefold()
    for name, held in payload.items():
        text = held if isinstance(held, str) else msgspec.json.encode(held).decode()
        if wanted in text.casefold():
            return name
    return ""


def of_definition(name: str, definition: Definition | None, known: Iterable[str]) -> list[Miss]:
    """Whether events of a name can come out at all, and which names look alike."""
    found = []
    if definition is None:
        found.append(
            Miss(MissKind.DEFINITION, f"No event is named {quoted(name)} (case counts).", is_likely=True)
        )
    elif definition.state == PublishState.DISABLED:
        text = f"The event {quoted(name)} is disabled, so every push of it ends as INVALID_EVENT_NAME."
        found.append(Miss(MissKind.DEFINITION, text, is_likely=True))
    elif definition.state == PublishState.UNPUBLISHED:
        text = f"The event {quoted(name)} is not published: it would be stored, and loyalty not be asked."
        found.append(Miss(MissKind.DEFINITION, text))
    others = alike(name, known)
    if others:
        text = f"{listed(others)} {'looks' if len(others) == 1 else 'look'} like {quoted(name)}."
        found.append(Miss(MissKind.SIMILAR_NAME, text, (), tuple(("event_name", one) for one in others)))
    return found


def of_other_times(entries: Sequence[Entry], customer: str, when: str, parameters: Parameters) -> list[Miss]:
    """The same events outside the time that was asked for; `when` is the instant of the newest in words."""
    if not entries:
        return []
    text = f"{_count(len(entries))} of {customer} came at other times, the newest at {when}: {_endings(entries)}."
    return [Miss(MissKind.OTHER_TIME, text, _ids(entries), parameters, is_likely=True)]


def of_refusals(entries: Sequence[Entry], is_all: bool, parameters: Parameters) -> list[Miss]:
    """Pushes that were refused in that time, whoever they were about: one miss for each status and webhook."""
    groups: dict[tuple[Status, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.status, entry.webhook_id), []).append(entry)
    found = []
    for (status, webhook_id), some in list(groups.items())[:_GROUPS_SHOWN_MAX]:
        least = "" if is_all else "at least "
        text = f"In that time {least}{_pushes(len(some))} refused as {status.name} at webhook {webhook_id}."
        narrower = (*parameters, ("status", status.name), ("webhook_id", webhook_id))
        found.append(Miss(MissKind.REFUSED, text, _ids(some), narrower))
    return found


def _pushes(count: int) -> str:
    return "a push was" if count == 1 else f"{count} pushes were"


def _count(count: int) -> str:
    return "An event" if count == 1 else f"{count} events"


def _endings(entries: Sequence[Entry]) -> str:
    """How they ended, the most frequent first."""
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.status.name] = counts.get(entry.status.name, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return ", ".join(name if count == len(entries) else f"{count} {name}" for name, count in ordered)


def _ids(entries: Sequence[Entry]) -> tuple[str, ...]:
    return tuple(id_to_text(entry.id) for entry in entries[:_IDS_SHOWN_MAX])
