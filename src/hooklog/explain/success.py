"""What is said of a success, which is not always what was hoped for: duplicates, unpublished events, no customer."""

from hooklog.catalog.base import EMF_CONSUMER, PublishState
from hooklog.event import NO_PARENT, Stage
from hooklog.explain.case import Case, Finding, Today, listed, quoted
from hooklog.explain.consumers import ConsumerAnswer, consumer_answers
from hooklog.explain.customers import missing_customer

__all__ = ["succeeded"]

_NOTHING_TO_DO = "Nothing has to be done."


def succeeded(case: Case, today: Today) -> Finding:
    """EVENT_SUCCESS: whether loyalty was asked, and what else somebody who misses a reward should know."""
    main = _main(case, today)
    return Finding(" ".join([main.headline, *_remarks(case, today)]), main.next_step)


def _main(case: Case, today: Today) -> Finding:
    first = case.detail(Stage.UNIQUENESS).get("duplicateOf")
    if first is not None:
        return _duplicate(case, str(first))
    loyalty = [one for one in consumer_answers(case) if one.consumer == EMF_CONSUMER]
    if not loyalty:
        return Finding("The event was understood and stored.", _NOTHING_TO_DO)
    taken = next((one for one in loyalty if one.outcome == "taken"), None)
    if taken is not None:
        return _taken(case, taken)
    name = quoted(case.event_name or "")
    if "published" in loyalty[0].reason:
        return Finding(
            f"The event was stored, but loyalty was not asked: {name} was not published when it came.",
            _after_publishing(case, today),
        )
    return Finding(
        f"The event was stored, but loyalty was not asked: {EMF_CONSUMER} was not among the actions of {name}.",
        f"{_NOTHING_TO_DO} If a reward was expected, add {EMF_CONSUMER} to the actions of {name} (PUT /v2/events); "
        f"then {_again(case)}.",
    )


def _duplicate(case: Case, first: str) -> Finding:
    fields = () if case.definition is None else case.definition.fields
    names = [field.name for field in fields if field.flag("isUniqueKeyField")]
    key = f" in {listed(names, by='or')}" if names else ""
    asks = case.definition is None or EMF_CONSUMER in case.definition.actions
    again = ", and loyalty was not asked again" if asks else ""
    return Finding(
        f"The event repeats {first}: it was stored and marked as a duplicate{again}.",
        f"{_NOTHING_TO_DO} If it was something new, it must differ{key} from the first event, which is {first}.",
    )


def _taken(case: Case, answer: ConsumerAnswer) -> Finding:
    late = f" at attempt {len(answer.attempts)}" if len(answer.attempts) > 1 else ""
    if answer.side_effects is None and not answer.attempts:
        return Finding(
            "The event was stored and its customer found; no loyalty endpoint is configured, so nobody else was told.",
            f"{_NOTHING_TO_DO} If a reward was expected, an operator has to configure the org's loyalty endpoint "
            "(emf.endpoints).",
        )
    count = len(answer.side_effects or ())
    effects = (
        "said nothing of what it did"
        if count == 0
        else f"told {count} side effect{'' if count == 1 else 's'}"
    )
    return Finding(
        f"The event was stored, and loyalty took it{late} and {effects}.",
        f"{_NOTHING_TO_DO} If a reward was expected, ask who runs the loyalty endpoint about webhook-id {case.id}."
        if count == 0
        else _NOTHING_TO_DO,
    )


def _after_publishing(case: Case, today: Today) -> str:
    name = case.event_name or ""
    now = today.catalog.definition(case.org_id, name)
    if now is not None and now.state == PublishState.PUBLISHED:
        return f"The event {quoted(name)} has been published since: {_again(case)}."
    return (
        f"{_NOTHING_TO_DO} If a reward was expected, publish it (PUT /v2/events/publish?event_name={name}); "
        f"then {_again(case)}."
    )


def _again(case: Case) -> str:
    """A resend of what holds a unique key would only be its duplicate."""
    if "uniqueId" in case.detail(Stage.UNIQUENESS):
        return "a new event is needed, since the same one sent again counts as a duplicate of this one"
    return "have the source send the event again to the same webhook"


def _remarks(case: Case, today: Today) -> list[str]:
    found = []
    customer = case.detail(Stage.RESOLVE_CUSTOMER)
    if customer.get("created"):
        found.append(f"Its customer was new and was added as user {customer.get('userId')}.")
    elif customer.get("found") is False:
        found.append(f"It has no customer: {_lower(missing_customer(case, today).headline)}")
    if case.parent_org_id != NO_PARENT:
        found.append(
            f"It was routed to the child org {case.org_id}, from a webhook of org {case.parent_org_id}."
        )
    return found


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
