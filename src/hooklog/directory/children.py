"""Which child org an event's `orgResolver` names (contract II.15): asked when it is routed, and while it waits."""

from typing import Protocol

from hooklog.directory.base import Org

__all__ = ["child_named"]

_PARENT_CHILD = "PARENT_CHILD_ORG"


class KnowsOrgs(Protocol):
    """The part of Directory that is asked here."""

    def org(self, org_id: int) -> Org | None:
        """See Directory."""


def child_named(resolver: object, org_id: int, directory: KnowsOrgs) -> Org | None:
    """The child of an org that a resolver of the one documented kind names; None for anything else.

    Reads of the directory never block once warm.
    """
    child_id = _child_id(resolver)
    child = None if child_id is None else directory.org(child_id)
    return child if child is not None and child.parent_org_id == org_id else None


def _child_id(resolver: object) -> int | None:
    if not isinstance(resolver, dict) or resolver.get("type") != _PARENT_CHILD:
        return None
    child_id = resolver.get("childOrgId")
    if isinstance(child_id, str) and child_id.isascii() and child_id.isdigit() and len(child_id) <= 18:
        return int(child_id)
    if isinstance(child_id, bool) or not isinstance(child_id, int):
        return None
    return child_id if abs(child_id) < 1 << 63 else None
