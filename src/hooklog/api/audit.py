"""`GET /v2/events/audit_logs`: who changed what, newest first (contract I.12, I.31, II.12.1).

The extension `about` asks for the directory's changes instead, which are for admins.
"""

import msgspec
from litestar import Response, get
from msgspec import UNSET

from hooklog.access.scopes import Scope
from hooklog.api.audit_views import AuditAnswer, AuditView, audit_view
from hooklog.api.context import AnyRequest, TheContext, parameters_of
from hooklog.api.definition_views import definition_view, event_mapping_view
from hooklog.api.directory_audit import ABOUT, directory_audit
from hooklog.api.envelope import success, warning
from hooklog.api.masking import Mask, mask_for
from hooklog.api.operation import Operation, query
from hooklog.api.parameters import one_of, parameter, unknown_parameters
from hooklog.api.saved_filter_views import visible_query
from hooklog.api.webhooks import webhook_uri
from hooklog.catalog.audit import Subject
from hooklog.catalog.base import AUDITS_MAX, Change, Definition, EventMapping, SavedFilter, Webhook

__all__ = ["get_audit_logs"]

GET_AUDIT_LOGS = Operation(
    id="get-events-audit-logs",
    summary="Who changed which definition, mapping, webhook or saved filter, or what of the directory",
    tag="Definitions",
    description=f"One item for each change, newest first, the newest {AUDITS_MAX}. `value` is JSON text; `changedBy`, "
    "`changedByKind`, `previousValue` and `changedFor` are extensions. `changedFor` is the till that a client or key "
    "acted for, with its attribution headers as they were sent, and absent where there is none. Another extension is "
    "`about`, for admins: changes of the directory, an import as one item with its counts. Secrets are never shown, "
    "and of customers no identifiers to callers without psi:read where the org has marked any field as sensitive.",
    scope=Scope.EVENTS_READ,
    parameters=(
        query("eventName", "Only changes of the event of this exact name and of its mappings."),
        query(
            "about",
            "Changes of the directory, all or of one kind of things, instead of those of events.",
            choices=ABOUT,
            extension=True,
        ),
        query("format", "Accepted and without effect, as documented.", example="json"),
    ),
    answer=AuditAnswer,
    errors=(400,),
    answer_example={
        "data": [
            {
                "id": "store_visit-100737",
                "orgId": 100737,
                "valueHistory": [
                    {
                        "value": '{"eventName":"store_visit","actions":["EIConsumer"]}',
                        "changedOn": "2026-01-05T09:00:00Z",
                        "changedBy": "demo-key",
                        "changedByKind": "client",
                        "previousValue": None,
                        "changedFor": {
                            "tillCode": "demo.till",
                            "entityType": "TILL",
                            "entityCode": "demo.till",
                        },
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
async def get_audit_logs(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Every change was noted in the transaction that made it."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    name = parameter(parameters, "eventName")
    about = one_of(parameters, "about", ABOUT)
    ingest_url = context.ingest_url(request)

    def read() -> list[AuditView]:
        # One more than is shown tells whether there are older ones.
        if about is not None:
            return directory_audit(context, caller, about, AUDITS_MAX + 1)
        mask = mask_for(caller, context.catalog, context.directory)
        found = context.catalog.audits(caller.org_id, name, AUDITS_MAX + 1)
        return [_view(ingest_url, one, mask) for one in found]

    found = await context.read(read)
    warnings = unknown_parameters(parameters, ("eventName", "about") if about is None else ("about",))
    if len(found) > AUDITS_MAX:
        warnings.append(warning(f"there are older changes; these are the newest {AUDITS_MAX}"))
    return success(found[:AUDITS_MAX], warnings)


def _view(ingest_url: str, change: Change, mask: Mask | None) -> AuditView:
    before = None if change.before is None else _text(ingest_url, change.before, mask)
    name = UNSET if change.event_name is None else change.event_name
    after = _text(ingest_url, change.after, mask)
    return audit_view(
        change.subject, change.org_id, change.kind.value, change.at_ms, change.by, after, before, name
    )


def _text(ingest_url: str, subject: Subject, mask: Mask | None) -> str:
    """What it was like then, in the shape in which it is read, as JSON text."""
    shape: object
    if isinstance(subject, Definition):
        shape = {**msgspec.to_builtins(definition_view(subject, None, None)), "version": subject.version}
    elif isinstance(subject, EventMapping):
        shape = {"eventName": subject.event_name, "transformerMappings": event_mapping_view(subject)}
    elif isinstance(subject, SavedFilter):
        query = visible_query(subject, mask)
        shape = {"name": subject.name, "description": subject.description, "query": query}
    else:
        shape = _webhook(ingest_url, subject)
    return msgspec.json.encode(shape).decode()


def _webhook(ingest_url: str, webhook: Webhook) -> dict[str, object]:
    return {
        "transformerType": webhook.transformer,
        "webHookId": webhook.id,
        "uniquenessCheckEnabled": webhook.uniqueness_check_enabled,
        "tillCode": webhook.till_code,
        "webHookUri": webhook_uri(ingest_url, webhook),
        "authEnabled": webhook.auth_enabled,
        "authMechanism": webhook.auth_mechanism or None,
        "listenToChildEvents": webhook.listen_to_child_events,
        "status": "DISABLED" if webhook.is_disabled else "ENABLED",
    }
