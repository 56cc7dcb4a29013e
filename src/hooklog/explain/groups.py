"""What is said where a group is the trouble: it does not exist, or the customer does not belong to it."""

from hooklog.catalog.base import Field
from hooklog.directory.base import Group
from hooklog.event import Stage
from hooklog.explain.advice import RESEND, advice
from hooklog.explain.case import Case, FailingField, Finding, Today, listed, quoted
from hooklog.explain.customers import resolved_user, with_customer_missing

__all__ = ["no_customer_details", "unknown_group"]

_GROUPS_NAMED_MAX = 5


def no_customer_details(case: Case, today: Today) -> Finding:
    """NO_CUSTOMER_DETAILS_PASSED: nobody was found, or somebody who is no member."""
    field, sent = _group(case)
    user_id = resolved_user(case)
    if field is None:
        general = advice(case.status)
        return Finding(general.headline, general.next_step)
    if user_id is None:
        return with_customer_missing(
            case, today, f"The event names the group {quoted(sent)}, but no customer who could belong to it."
        )
    groups = today.directory.groups_with(case.org_id, user_id)
    names = [group.external_id or str(group.id) for group in groups]
    other = f"user {user_id} belongs to no group"
    if names:
        other = f"user {user_id} belongs to {listed(names[:_GROUPS_NAMED_MAX])}"
    hint = f"send a group of user {user_id}, or make the user a member"
    return Finding(
        f"User {user_id} is known, but was no member of the group {quoted(sent)}; today {other}.",
        f"Make the user a member of the group, or have the right group sent. {RESEND}",
        (FailingField(field.name, "membership", sent, hint, case.pointer_to(field.name)),),
    )


def unknown_group(case: Case, today: Today) -> Finding:
    """INVALID_GROUP_IDENTIFIER_PASSED: most often the group's other id was sent."""
    field, sent = _group(case)
    if field is None:
        general = advice(case.status)
        return Finding(general.headline, general.next_step)
    kind = field.text("groupIdentifierType", "groupExternalId")
    headline = f"No group has the {kind} {quoted(sent)}."
    hint, do = f"send the {kind} of an existing group", f"Have the {kind} of an existing group sent."
    other = _by_other_id(case, today, kind, sent)
    if other is not None:
        right = other.external_id if _is_external(kind) else str(other.id)
        which = "number" if _is_external(kind) else "external id"
        headline = (
            f"No group has the {kind} {quoted(sent)}, but that is the {which} of the group {quoted(right)}."
        )
        hint, do = f"send {right}", f"Have {quoted(right)} sent, the {kind} of that group."
    return Finding(
        headline,
        f"{do} {RESEND}",
        (FailingField(field.name, "groupIdentifierType", sent, hint, case.pointer_to(field.name)),),
    )


def _group(case: Case) -> tuple[Field | None, str]:
    """The group field that was looked at, and what was sent for it."""
    name = case.detail(Stage.RESOLVE_GROUP).get("field")
    fields = () if case.definition is None else case.definition.fields
    field = next((one for one in fields if one.name == name), None)
    return field, "" if field is None else quoted(case.sent(field.name)).strip("`")


def _is_external(kind: str) -> bool:
    return kind.lower() == "groupexternalid"


def _by_other_id(case: Case, today: Today, kind: str, sent: str) -> Group | None:
    if _is_external(kind):
        is_id = sent.isascii() and sent.isdigit() and len(sent) <= 18
        found = today.directory.group(case.org_id, int(sent)) if is_id else None
        return found if found is not None and found.external_id else None
    return today.directory.group_by_external_id(case.org_id, sent) if kind.lower() == "groupid" else None
