"""How an item of the audit is shown (contract I.31, II.12.1)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from hooklog.api.envelope import Notice
from hooklog.author import OPERATOR, Author

__all__ = ["AuditAnswer", "AuditView", "audit_view"]


class ActedForView(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The till that a change was made for, and what the attribution headers said; what there was none of is absent."""

    till_code: str = ""
    entity_type: str = ""
    entity_code: str = ""
    lookup_type: str = ""
    lookup: str = ""


class ValueView(msgspec.Struct, frozen=True, rename="camel"):
    """One change: the JSON text of what it became and of what it was, null where it is new.

    `changedFor` is absent where whoever made it acted for nobody else, and in items from before it was kept.
    """

    value: str
    changed_on: str
    changed_by: str
    changed_by_kind: str
    previous_value: str | None
    changed_for: ActedForView | UnsetType = UNSET


class AuditView(msgspec.Struct, frozen=True, rename="camel"):
    """One item; `eventName` is absent for webhooks and for the directory."""

    id: str
    org_id: int
    value_history: list[ValueView]
    updated_type: str
    request_id: str
    event_name: str | UnsetType = UNSET


class AuditAnswer(msgspec.Struct, frozen=True):
    """Items, newest first."""

    data: list[AuditView]
    warnings: list[Notice]
    errors: list[Any]


def audit_view(
    subject: str,
    org_id: int,
    kind: str,
    at_ms: int,
    by: Author | None,
    value: str,
    previous_value: str | None,
    event_name: str | UnsetType = UNSET,
) -> AuditView:
    """One change of a thing at an instant (epoch milliseconds); `by` None is the operator."""
    history = ValueView(
        value=value,
        changed_on=datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        changed_by=OPERATOR if by is None else by.name,
        changed_by_kind=OPERATOR if by is None else by.kind,
        previous_value=previous_value,
        changed_for=UNSET if by is None or by.acts_for is None else ActedForView(*astuple(by.acts_for)),
    )
    return AuditView(
        id=f"{subject}-{org_id}",
        org_id=org_id,
        value_history=[history],
        updated_type=kind,
        request_id="" if by is None else by.request_id,
        event_name=event_name,
    )
