"""What is said where fields are the trouble: malformed or missing ones, an unknown till, a wrong child org."""

from collections.abc import Sequence

import msgspec

from hooklog.catalog.base import Definition
from hooklog.catalog.mapping import RESOLVER_KEY
from hooklog.event import Stage
from hooklog.explain.advice import RESEND, RESEND_NOW, advice
from hooklog.explain.case import Case, FailingField, Finding, Today, listed, quoted
from hooklog.explain.changes import differences
from hooklog.explain.mapped import pointer

__all__ = ["failed_validation", "failing_fields", "invalid_child", "unknown_till"]

_NAMED_MAX = 5


class _Failure(msgspec.Struct, frozen=True):
    field: str = ""
    rule: str = ""
    value: str = ""
    hint: str = ""


def failing_fields(case: Case) -> list[FailingField]:
    """The fields that validation named, in definition order."""
    fields = case.detail(Stage.VALIDATE).get("fields")
    found = []
    for one in fields if isinstance(fields, list) else ():
        failure = msgspec.convert(one, _Failure)
        found.append(
            FailingField(
                failure.field, failure.rule, failure.value, failure.hint, case.pointer_to(failure.field)
            )
        )
    return found


def failed_validation(case: Case, today: Today) -> Finding:
    """FIELD_VALIDATION_FAILED: which fields, and whether the definition has changed in them since."""
    general = advice(case.status)
    errors = failing_fields(case)
    if not errors:
        return Finding(general.headline, general.next_step)
    names = list(dict.fromkeys(one.field for one in errors))
    shown = listed(names[:_NAMED_MAX]) + (
        f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
    )
    missing = [one for one in errors if one.rule == "isRequired"]
    what = (
        "missing" if len(missing) == len(errors) else "malformed" if not missing else "missing or malformed"
    )
    verb = "is" if len(names) == 1 else "are"
    first = errors[0]
    example = f" {quoted(first.field)} ({first.rule}): {first.hint}." if first.hint else ""
    return Finding(
        f"{'A field' if len(names) == 1 else f'{len(names)} fields'} of the event {verb} {what}: {shown}.",
        f"{general.next_step}{example}{_changed(case.definition, today, case, names)}",
        errors,
    )


def _changed(then: Definition | None, today: Today, case: Case, names: Sequence[str]) -> str:
    now = None if then is None else today.catalog.definition(case.org_id, then.name)
    if then is None or now is None:
        return ""
    touched = [name for name in names if any(one.field == name for one in differences(then, now))]
    if not touched:
        return ""
    return f" The definition has changed since in {listed(touched)}: the same event may pass now."


def unknown_till(case: Case, today: Today) -> Finding:
    """INVALID_TILL_CODE: in the event, in its orgResolver, or that of the webhook itself."""
    general = advice(case.status)
    name = case.detail(Stage.RESOLVE_TILL).get("field")
    if isinstance(name, str):
        code, where, at = quoted(case.sent(name)).strip("`"), quoted(name), case.pointer_to(name)
    else:
        resolver = None if case.payload is None else case.payload.get(RESOLVER_KEY)
        if not isinstance(resolver, dict):
            webhook = today.catalog.webhook(case.webhook_id)
            code = "" if webhook is None else webhook.till_code
            return Finding(
                f"The webhook's own till {quoted(code)} does not exist in this org.",
                f"Give the webhook an existing tillCode (PUT /v2/events/webhook). {RESEND}",
            )
        name, code = RESOLVER_KEY, quoted(resolver.get("tillCode")).strip("`")
        where, at = "`orgResolver.tillCode`", pointer(RESOLVER_KEY, "tillCode")
    till = today.directory.till(code)
    exists = till is not None and till.org_id == case.org_id
    since = "; it exists by now" if exists else ""
    error = FailingField(name, "tillCode", code, f"send the code of a till of org {case.org_id}", at)
    return Finding(
        f"The org {case.org_id} has no till {quoted(code)}, which {where} names{since}.",
        RESEND_NOW if exists else general.next_step,
        (error,),
    )


def invalid_child(case: Case, today: Today) -> Finding:
    """INVALID_CHILD_ORG: what is wrong with the orgResolver."""
    general = advice(case.status)
    resolver = None if case.payload is None else case.payload.get(RESOLVER_KEY)
    if not isinstance(resolver, dict) or resolver.get("type") != "PARENT_CHILD_ORG":
        why = 'it must be an object with the type "PARENT_CHILD_ORG", a childOrgId and a tillCode'
        received = resolver.get("type") if isinstance(resolver, dict) else resolver
        at = pointer(RESOLVER_KEY)
    else:
        received, at = resolver.get("childOrgId"), pointer(RESOLVER_KEY, "childOrgId")
        why = f"{quoted(received)} is no child of org {case.webhook_org_id}"
    children = [str(one.id) for one in today.directory.children(case.webhook_org_id)][:_NAMED_MAX]
    hint = f"send one of {', '.join(children)}" if children else "this org has no child orgs"
    return Finding(
        f"The event's orgResolver cannot be followed: {why}.",
        f"{general.next_step}",
        (FailingField(RESOLVER_KEY, "childOrgId", quoted(received).strip("`"), hint, at),),
    )
