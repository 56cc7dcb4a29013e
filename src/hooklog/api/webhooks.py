"""Webhooks: making, changing, listing and disabling them (contract I.12, I.28, II.7)."""

import secrets
from typing import Any

from litestar import Response, get, post, put

from hooklog.access.scopes import Caller, Scope
from hooklog.api.author import author_of, done, shaped
from hooklog.api.bodies import BODY_BYTES_MAX, json_object, shown, unknown_keys
from hooklog.api.context import AnyRequest, Context, TheContext, parameters_of
from hooklog.api.envelope import NOT_FOUND, ApiError, success
from hooklog.api.mapping_form import transformer_in
from hooklog.api.parameters import one_of, unknown_parameters
from hooklog.api.webhook_form import KEYS, changed_webhook, webhook_id_in
from hooklog.api.webhook_operations import (
    CREATE_WEBHOOK,
    DISABLE_WEBHOOK,
    GET_WEBHOOKS,
    STATUSES,
    UPDATE_WEBHOOK,
    WebhookCreated,
    WebhookView,
)
from hooklog.catalog.base import Changes, Webhook

__all__ = ["create_webhook", "disable_webhook", "get_webhooks", "update_webhook", "webhook_uri"]

PATH = "/v2/events/webhook"


@post(
    PATH,
    name="create-webhook",
    status_code=200,
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": CREATE_WEBHOOK},
)
async def create_webhook(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """A new URL; it takes pushes as soon as it is answered."""
    caller = await context.caller(request, Scope.WEBHOOKS_WRITE)
    body = await json_object(request)
    blank = Webhook(caller.org_id, secrets.token_hex(16), transformer_in(body), "")
    webhook = changed_webhook(blank, body)
    await _require_own_till(context, caller, webhook.till_code)
    author = author_of(caller)
    await context.change(author, lambda changes: changes.put_webhook(webhook))
    created = WebhookCreated(
        transformer_type=webhook.transformer,
        uniqueness_check_enabled=webhook.uniqueness_check_enabled,
        till_code=webhook.till_code,
        web_hook_uri=webhook_uri(context.ingest_url(request), webhook),
        auth_enabled=webhook.auth_enabled,
        warnings=unknown_keys(body, KEYS),
    )
    return shaped(created, author)


@put(PATH, name="update-webhook", request_max_body_size=BODY_BYTES_MAX, opt={"operation": UPDATE_WEBHOOK})
async def update_webhook(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """What is left out stays as it is."""
    caller = await context.caller(request, Scope.WEBHOOKS_WRITE)
    body = await json_object(request)
    webhook_id = webhook_id_in(body)
    if body.get("tillCode"):
        await _require_own_till(context, caller, body["tillCode"])

    def update(changes: Changes) -> None:
        changes.put_webhook(changed_webhook(_living(changes, caller, webhook_id), body))

    author = author_of(caller)
    await context.change(author, update)
    return done(author, unknown_keys(body, (*KEYS, "webHookId", "webHookUri")))


@get("/v2/events/webhooks", name="get-webhooks", opt={"operation": GET_WEBHOOKS})
async def get_webhooks(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Those that take pushes, or the disabled ones."""
    caller = await context.caller(request, Scope.EVENTS_READ)
    parameters = parameters_of(request)
    wants_disabled = one_of(parameters, "status", STATUSES) == "DISABLED"

    ingest_url = context.ingest_url(request)

    def read() -> list[WebhookView]:
        found = context.catalog.webhooks(caller.org_id)
        return [_view(ingest_url, one) for one in found if one.is_disabled is wants_disabled]

    return success(await context.look(read), unknown_parameters(parameters, ("status",)))


@put(
    PATH + "/disable",
    name="disable-webhook",
    request_max_body_size=BODY_BYTES_MAX,
    opt={"operation": DISABLE_WEBHOOK},
)
async def disable_webhook(request: AnyRequest, context: TheContext) -> Response[bytes]:
    """Off for good: pushes are answered 410 from now on."""
    caller = await context.caller(request, Scope.WEBHOOKS_WRITE)
    body = await json_object(request)
    webhook_id = webhook_id_in(body)

    def disable(changes: Changes) -> None:
        changes.disable_webhook(_living(changes, caller, webhook_id).id)

    author = author_of(caller)
    await context.change(author, disable)
    return done(author, unknown_keys(body, ("webHookId", "webHookUri")))


def webhook_uri(ingest_url: str, webhook: Webhook) -> str:
    """Where sources push to."""
    return f"{ingest_url}/webhooks/{webhook.id}"


def _living(changes: Changes, caller: Caller, webhook_id: str) -> Webhook:
    found = changes.webhook(webhook_id)
    if found is None or found.org_id != caller.org_id or found.is_disabled:
        raise ApiError(404, NOT_FOUND)
    return found


async def _require_own_till(context: Context, caller: Caller, till_code: Any) -> None:
    is_text = isinstance(till_code, str)
    till = await context.read(lambda: context.directory.till(till_code)) if is_text and till_code else None
    if till is None or till.org_id != caller.org_id:
        received = shown(till_code) if till_code else "missing"
        raise ApiError(400, f"tillCode is {received}; it must be the code of a till of this org")


def _view(ingest_url: str, webhook: Webhook) -> WebhookView:
    return WebhookView(
        transformer_type=webhook.transformer,
        web_hook_id=webhook.id,
        uniqueness_check_enabled=webhook.uniqueness_check_enabled,
        till_code=webhook.till_code,
        web_hook_uri=webhook_uri(ingest_url, webhook),
        auth_enabled=webhook.auth_enabled,
    )
