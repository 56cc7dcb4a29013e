"""The directory's part of the audit: who changed which org, till, client, key, customer or group (an extension)."""

from typing import Any, Final

import msgspec

from hooklog.access.scopes import Caller, Scope
from hooklog.api.audit_views import AuditView, audit_view
from hooklog.api.context import Context
from hooklog.api.directory_customers import is_masked
from hooklog.api.envelope import ApiError
from hooklog.directory.audit import About, DirectoryChange
from hooklog.psi import MASK

__all__ = ["ABOUT", "directory_audit"]

_ALL: Final = "directory"
# What the parameter `about` may be.
ABOUT: Final = (_ALL, *About)


def directory_audit(context: Context, caller: Caller, about: str, limit: int) -> list[AuditView]:
    """Changes of the caller's org, newest first, at most `limit`. Blocks.

    Raises:
        ApiError: 403 (4000) for who is no admin.
    """
    if not caller.may(Scope.ADMIN):
        raise ApiError(403, "Not authorized. Access is denied!", code=4000)
    kinds = [*About] if about == _ALL else [About(about)]
    # Credentials first: where a till is made with its login, the login came last.
    found = [
        *context.access.audits(caller.org_id, kinds, limit),
        *context.directory.audits(caller.org_id, kinds, limit),
    ]
    hides = is_masked(context, caller)
    return [
        _view(change, hides=hides)
        for change in sorted(found, key=lambda change: change.at_ms, reverse=True)[:limit]
    ]


def _view(change: DirectoryChange, *, hides: bool) -> AuditView:
    texts = [change.after, change.before]
    if hides and change.kind.about == About.CUSTOMERS:
        texts = [None if text is None else _masked(text) for text in texts]
    after, before = texts
    return audit_view(
        change.subject, change.org_id, change.kind.value, change.at_ms, change.by, after or "null", before
    )


def _masked(text: str) -> str:
    customer: dict[str, Any] = msgspec.json.decode(text)
    for identifier in customer.get("identifiers", ()):
        identifier["value"] = MASK
    return msgspec.json.encode(customer).decode()
