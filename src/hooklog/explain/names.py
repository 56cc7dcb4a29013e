"""What is said where the event's name is the trouble: it is missing, mapped to nothing, unknown or turned off."""

from hooklog.catalog.base import Catalog, PublishState
from hooklog.catalog.mapping import NAME_KEY, WEB_ENGAGE_TRANSFORMER, transformer_kind
from hooklog.explain.advice import RESEND, RESEND_NOW, advice
from hooklog.explain.alike import alike
from hooklog.explain.case import Case, FailingField, Finding, Today, listed, quoted
from hooklog.explain.mapped import pointer

__all__ = ["invalid_name", "known_names", "no_mapping"]


def known_names(catalog: Catalog, org_id: int) -> list[str]:
    """The names of the org's events that are not turned off."""
    return [one.name for one in catalog.definitions(org_id) if one.state != PublishState.DISABLED]


def no_mapping(case: Case, today: Today) -> Finding:
    """INVALID_META_TRANSFORMER_MAPPINGS: no name to go by, or one that no mapping knows."""
    webhook = today.catalog.webhook(case.webhook_id)
    transformer = "" if webhook is None else webhook.transformer
    sent = None if case.payload is None else case.payload.get(NAME_KEY)
    if not isinstance(sent, str):
        what = f"is {quoted(sent)}, which is no text" if sent is not None else "is missing"
        received = "nothing" if sent is None else quoted(sent).strip("`")
        return Finding(
            f"It cannot be told which event this is: {quoted(NAME_KEY)} {what}.",
            f"Have the name of the event sent as the text {quoted(NAME_KEY)}. {RESEND}",
            (_error("isRequired", received, "send the event's name as a text", case),),
        )
    if transformer_kind(transformer) != WEB_ENGAGE_TRANSFORMER:
        general = advice(case.status)
        return Finding(
            f"The webhook's transformer {quoted(transformer)} is not known here, so no push to it can be read.",
            "Give the webhook a transformerType of GET /v2/events/adapters_meta (PUT /v2/events/webhook)."
            if transformer
            else general.next_step,
        )
    orgs = dict.fromkeys((case.org_id, case.webhook_org_id))
    sources = [source for org_id in orgs for source in today.catalog.mapping(org_id).event_of]
    if sent in sources:
        headline = f"No mapping knew the source's event {quoted(sent)} when it came; one does by now."
        return Finding(headline, RESEND_NOW, ())
    others = alike(sent, sources)
    hint = f"send {listed(others, by='or')}" if others else "map this name to an event"
    known = f"; {listed(others)} {'is' if len(others) == 1 else 'are'} mapped" if others else ""
    return Finding(
        f"No mapping of this webhook's transformer knows the source's event {quoted(sent)}{known}.",
        f"Map {quoted(sent)} to one of your events (POST /v2/events/adapter_mapping), or correct the name at the "
        f"source. {RESEND}",
        (_error("mapping", sent, hint, case),),
    )


def invalid_name(case: Case, today: Today) -> Finding:
    """INVALID_EVENT_NAME: empty, unknown or disabled."""
    name = case.event_name or ""
    if not name:
        return Finding(
            f"The event's name is empty: {quoted(NAME_KEY)} has no text.",
            f"Have the name of the event sent as {quoted(NAME_KEY)}. {RESEND}",
            (_error("eventName", '""', "send the event's name", case),),
        )
    definition = today.catalog.definition(case.org_id, name)
    if definition is not None and definition.state == PublishState.DISABLED:
        return Finding(
            f"The event {quoted(name)} is disabled.",
            "A disabled event stays so: have the source stop sending it, or send another event that you define.",
            (_error("eventName", name, "send an event that is not disabled", case),),
        )
    if definition is not None:
        return Finding(
            f"No event was named {quoted(name)} when it came; it has been defined since.",
            RESEND_NOW,
        )
    others = alike(name, known_names(today.catalog, case.org_id))
    known = f"; {listed(others)} {'does' if len(others) == 1 else 'do'} exist" if others else ""
    where = "" if case.org_id == case.webhook_org_id else f" in the child org {case.org_id}"
    hint = f"send {listed(others, by='or')}" if others else "send the name of a defined event"
    return Finding(
        f"No event is named {quoted(name)}{where}{known}.",
        f"Correct the name at the source (case counts), or define the event (POST /v2/events). {RESEND}",
        (_error("eventName", name, hint.replace("`", ""), case),),
    )


def _error(rule: str, value: str, hint: str, case: Case) -> FailingField:
    is_there = case.payload is not None and NAME_KEY in case.payload
    return FailingField(NAME_KEY, rule, value, hint, pointer(NAME_KEY) if is_there else "")
