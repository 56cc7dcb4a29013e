"""Whom a search is about: a customer or a group named by an identifier (contract I.5 (e), I.22, II.11.4)."""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import msgspec

from hooklog.directory.base import Directory
from hooklog.directory.identifier import canonical, is_malformed

__all__ = ["Named", "groups_named", "named", "users_named"]

_GROUP_ID = "groupId"
_GROUP_EXTERNAL_ID = "groupExternalId"
_USER_ID = "userId"
_FORMS = {
    "mobile": "an optional + and 7 to 15 digits",
    "email": "one @ with text around it",
    "userId": "a whole number of 64 bits",
    "groupId": "a whole number of 64 bits",
}


class Named(msgspec.Struct, frozen=True):
    """An identifier as it was asked for, well formed."""

    type: str
    value: str
    source: str
    account_id: str


def named(
    parameters: Mapping[str, Sequence[str]],
    prefix: str,
    types: Sequence[str],
    refuse: Callable[[str, str], NoReturn],
) -> Named | None:
    """What the parameters `<prefix>Type`, `Value`, `Source` and `AccountId` name; None without the first two.

    Args:
        parameters: each parameter's values in order; the last counts.
        prefix: "userIdentifier" or "userGroupIdentifier".
        types: the documented types; they match in any case.
        refuse: raises; is told the parameter and what is wrong with it.
    """

    def last(name: str) -> str | None:
        values = parameters.get(prefix + name)
        return values[-1] if values else None

    kind, value = last("Type"), last("Value")
    if kind is None and value is None:
        return None
    allowed = ", ".join(types)
    if kind is None:
        refuse(f"{prefix}Type", f"is missing beside {prefix}Value, allowed are {allowed}")
    known = {one.lower(): one for one in types}
    if kind.lower() not in known:
        refuse(f"{prefix}Type", f"received {kind!r}, allowed are {allowed}")
    kind = known[kind.lower()]
    if not value:
        refuse(f"{prefix}Value", f"is missing beside {prefix}Type {kind}")
    if kind == "mobile" and value.startswith(" "):
        # In a URL a `+` that was not encoded arrives as a space.
        value = "+" + value[1:]
    if is_malformed(_USER_ID if kind == _GROUP_ID else kind, value):
        refuse(f"{prefix}Value", f"received {value!r}, allowed for {kind} is {_FORMS[kind]}")
    return Named(kind, value, last("Source") or "INSTORE", last("AccountId") or "")


def users_named(directory: Directory, org_ids: Sequence[int], asked: Named) -> frozenset[tuple[int, int]]:
    """Org and userId of those whom an identifier names in any of the orgs. Blocks: runs among the readers."""
    if asked.type == _USER_ID:
        return frozenset((org_id, int(asked.value)) for org_id in org_ids)
    identifier = canonical(asked.type, asked.value, asked.source, asked.account_id)
    found = ((org_id, directory.find_customer(org_id, identifier)) for org_id in org_ids)
    return frozenset((org_id, user_id) for org_id, user_id in found if user_id is not None)


def groups_named(directory: Directory, org_ids: Sequence[int], asked: Named) -> frozenset[tuple[int, int]]:
    """Org and id of the groups that are named, or that the one who is named belongs to. Blocks."""
    if asked.type == _GROUP_ID:
        return frozenset((org_id, int(asked.value)) for org_id in org_ids)
    if asked.type == _GROUP_EXTERNAL_ID:
        known = ((org_id, directory.group_by_external_id(org_id, asked.value)) for org_id in org_ids)
        return frozenset((org_id, group.id) for org_id, group in known if group is not None)
    return frozenset(
        (org_id, group.id)
        for org_id, user_id in users_named(directory, org_ids, asked)
        for group in directory.groups_with(org_id, user_id)
    )
