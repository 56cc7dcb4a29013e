"""The API as one ASGI application: the routes, what they share, and the webhook URLs beside them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin

from hooklog.api.audit import get_audit_logs
from hooklog.api.context import Context
from hooklog.api.counts import get_counts
from hooklog.api.definition_reads import get_event_meta, get_event_meta_fields, get_events
from hooklog.api.definitions import create_event, disable_event, publish_event, update_event
from hooklog.api.directory import DIRECTORY_ROUTES
from hooklog.api.docs_page import docs_routes
from hooklog.api.errors import EXCEPTION_HANDLERS
from hooklog.api.event_data import get_customer_events, get_event_data
from hooklog.api.explain import explain_event
from hooklog.api.explain_customer import explain_customer
from hooklog.api.export import get_export
from hooklog.api.failures import get_failures
from hooklog.api.head import AsgiApp, with_head
from hooklog.api.health import live, prometheus, ready
from hooklog.api.logs import get_log, get_logs
from hooklog.api.mappings import create_mapping, get_adapters_meta, get_mappings
from hooklog.api.openapi import build_document, openapi_json
from hooklog.api.options import options_routes
from hooklog.api.pending import get_pending
from hooklog.api.push_operations import PUSHES
from hooklog.api.replays import REPLAY_ROUTES
from hooklog.api.request_ids import name_answer
from hooklog.api.running_status import get_running_status
from hooklog.api.saved_filters import SAVED_FILTER_ROUTES
from hooklog.api.search import search_events
from hooklog.api.standard_events import enable_standard_event, get_standard_events
from hooklog.api.tail import get_tail
from hooklog.api.tokens import generate_token
from hooklog.api.upkeep import get_upkeep
from hooklog.api.webhooks import create_webhook, disable_webhook, get_webhooks, update_webhook
from hooklog.api.what_if import cancel_what_if, get_what_if, start_what_if

__all__ = ["build_api", "document_of", "with_webhooks"]

ROUTES = [
    get_logs,
    get_tail,
    get_export,
    get_log,
    explain_event,
    explain_customer,
    get_counts,
    get_failures,
    get_running_status,
    get_pending,
    start_what_if,
    get_what_if,
    cancel_what_if,
    get_upkeep,
    *SAVED_FILTER_ROUTES,
    get_event_data,
    get_customer_events,
    search_events,
    get_events,
    get_event_meta,
    get_event_meta_fields,
    create_event,
    update_event,
    publish_event,
    disable_event,
    get_standard_events,
    enable_standard_event,
    get_audit_logs,
    create_mapping,
    get_mappings,
    get_adapters_meta,
    create_webhook,
    update_webhook,
    get_webhooks,
    disable_webhook,
    *REPLAY_ROUTES,
    *DIRECTORY_ROUTES,
    generate_token,
    live,
    ready,
    prometheus,
]


class _Api(Litestar):
    """Litestar with the one of its plugins that is used here.

    It has no switch for the others, and brings in both versions of pydantic wherever that is installed (typer needs
    it): a fifth of a second at each start, and memory.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def document_of(further: Sequence[HTTPRouteHandler] = ()) -> dict[str, Any]:
    """The OpenAPI document of all routes; `further` as for `build_api`."""
    return build_document([*ROUTES, *further], PUSHES)


def build_api(
    context: Context,
    further: Sequence[HTTPRouteHandler] = (),
    undocumented: Sequence[HTTPRouteHandler] = (),
) -> Litestar:
    """Every route of the API over these rooms.

    Args:
        context: the rooms.
        further: routes of other rooms, with operations for the document.
        undocumented: routes of pages and their files.
    """

    async def the_context() -> Context:
        return context

    @cache
    def document() -> dict[str, Any]:
        return document_of(further)

    routes = [*ROUTES, *further, openapi_json(document), *docs_routes(document), *undocumented]
    return _Api(
        # First: where a path has none, the framework makes one of its own.
        route_handlers=[*options_routes(routes), *routes],
        dependencies={"context": Provide(the_context)},
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        before_send=[name_answer],
        on_shutdown=[context.close],
    )


def with_webhooks(api: AsgiApp, webhooks: AsgiApp, prefix: str) -> AsgiApp:
    """One application for the main port: paths below `prefix` go to the intake, all others to the API, with HEAD."""
    whole = with_head(api)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        # Neither side serves WebSockets or other kinds; each turns them away by itself.
        is_push = scope.get("path", "").startswith(prefix)
        await (webhooks if is_push else whole)(scope, receive, send)

    return application
