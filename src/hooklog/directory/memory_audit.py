"""The audit of the directory and of credentials in memory: for tests."""

from collections.abc import Collection

import msgspec

from hooklog.directory.audit import About, DirectoryChange

__all__ = ["changes_in", "keep_change"]


def keep_change(audit: dict[str, DirectoryChange], change: DirectoryChange | None) -> None:
    """Add an item, or what became of the item of the same request; None adds nothing."""
    if change is not None:
        known = audit.get(change.by.request_id, change)
        audit[change.by.request_id] = msgspec.structs.replace(known, after=change.after)


def changes_in(
    audit: dict[str, DirectoryChange], org_id: int, about: Collection[About], limit: int
) -> list[DirectoryChange]:
    """The org's items, newest first, at most `limit`."""
    found = [one for one in audit.values() if one.org_id == org_id and one.kind.about in about]
    return found[::-1][:limit]
