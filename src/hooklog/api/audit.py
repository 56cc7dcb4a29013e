"""`GET /v2/events/audit_logs`: who changed what, newest first (contract I.12, I.31, II.12.1)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response, get
from msgspec import UNSET, UnsetType

from hooklog.access.scopes import Scope
from hooklog.api.context import AnyRequest, Context, parameters_of
from hooklog.api.definition_views import definition_view, event_mapping_view
from hooklog.api.envelope import Notice, success, warning
from hooklog.api.operation import Operation, query
from hooklog.api.parameters import parameter, unknown_parameters
from hooklog.api.webhooks import webhook_uri
from hooklog.catalog.audit import Subject
from hooklog.catalog.base import AUDITS_MAX, Change, Definition, EventMapping, Webhook

__all__ = ["get_audit_logs"]

# Who works on the data folder itself needs no credentials, so there is no name to tell.
_OPERATOR = "operator"


class ValueView(msgspec.Struct, frozen=True, rename="camel"):
    """One change: the JSON text of what it became and of what it was, null where it is new."""

    value: str
    changed_on: str
    changed_by: str
    changed_by_kind: str
    previous_value: str | None


class AuditView(msgspec.Struct, frozen=True, rename="camel"):
    """One item; `eventName` is absent for webhooks."""

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


GET_AUDIT_LOGS = Operation(
    id="get-events-audit-logs",
    summary="Who changed which definition, mapping or webhook",
    tag="Definitions",
    description=f"One item for each change, newest first, the newest {AUDITS_MAX}. `value` is JSON text; `changedBy`, "
    "`changedByKind` and `previousValue` are extensions.",
    scope=Scope.EVENTS_READ,
    parameters=(
        query("eventName", "Only changes of the event of this exact name and of its mappings."),
        query("format", "Accepted and without effect, as documented.", example="json"),
    ),
    answer=AuditAnswer,
    answer_example={
        "data": [
            {
                "id": "store_visit-100737",
                "orgId": 100737,
                "valueHistory": [
                    {
                        "value": '{"eventName":"store_visit","actions":["EIConsumer"]}',
                        "changedOn": "2026-01-05T09:00:00Z",
                        "changedBy": "demo.till",
                        "changedByKind": "till",
                        "previousValue": None,
                    }
                ],
                "updatedType": "createOrgEvent",
                "requestId": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
                "eventName": "store_visit",
            }
        ],
        "warnings": [],
        "errors": [],
    },
)


@get("/v2/events/audit_logs", name="get-events-audit-logs", opt={"operation": GET_AUDIT_LOGS})
async def get_audit_logs(request: AnyRequest, context: Context) -> Response[bytes]:
    """Every change was noted in the transaction that made it."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    name = parameter(parameters, "eventName")
    # One more than is shown tells whether there are older ones.
    found = await context.read(lambda: context.catalog.audits(caller.org_id, name, AUDITS_MAX + 1))
    warnings = unknown_parameters(parameters, ("eventName",))
    if len(found) > AUDITS_MAX:
        warnings.append(warning(f"there are older changes; these are the newest {AUDITS_MAX}"))
    return success([_view(context, change) for change in found[:AUDITS_MAX]], warnings)


def _view(context: Context, change: Change) -> AuditView:
    by = change.by
    history = ValueView(
        value=_text(context, change.after),
        changed_on=datetime.fromtimestamp(change.at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        changed_by=_OPERATOR if by is None else by.name,
        changed_by_kind=_OPERATOR if by is None else by.kind,
        previous_value=None if change.before is None else _text(context, change.before),
    )
    return AuditView(
        id=f"{change.subject}-{change.org_id}",
        org_id=change.org_id,
        value_history=[history],
        updated_type=change.kind.value,
        request_id="" if by is None else by.request_id,
        event_name=UNSET if change.event_name is None else change.event_name,
    )


def _text(context: Context, subject: Subject) -> str:
    """What it was like then, in the shape in which it is read, as JSON text."""
    shape: object
    if isinstance(subject, Definition):
        shape = {**msgspec.to_builtins(definition_view(subject, None, None)), "version": subject.version}
    elif isinstance(subject, EventMapping):
        shape = {"eventName": subject.event_name, "transformerMappings": event_mapping_view(subject)}
    else:
        shape = _webhook(context, subject)
    return msgspec.json.encode(shape).decode()


def _webhook(context: Context, webhook: Webhook) -> dict[str, object]:
    return {
        "transformerType": webhook.transformer,
        "webHookId": webhook.id,
        "uniquenessCheckEnabled": webhook.uniqueness_check_enabled,
        "tillCode": webhook.till_code,
        "webHookUri": webhook_uri(context, webhook),
        "authEnabled": webhook.auth_enabled,
        "authMechanism": webhook.auth_mechanism or None,
        "listenToChildEvents": webhook.listen_to_child_events,
        "status": "DISABLED" if webhook.is_disabled else "ENABLED",
    }
