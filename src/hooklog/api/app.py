"""The API as one ASGI application: the routes, what they share, and the webhook URLs beside them."""

from litestar import Litestar
from litestar.di import Provide
from litestar.types import ASGIApp, Receive, Scope, Send

from hooklog.api.context import Context
from hooklog.api.errors import EXCEPTION_HANDLERS
from hooklog.api.health import live, prometheus, ready
from hooklog.api.logs import get_log, get_logs
from hooklog.api.tokens import generate_token

__all__ = ["build_api", "with_webhooks"]

ROUTES = [get_logs, get_log, generate_token, live, ready, prometheus]


def build_api(context: Context) -> Litestar:
    """Every route of the API over these rooms."""

    async def the_context() -> Context:
        return context

    return Litestar(
        route_handlers=ROUTES,
        dependencies={"context": Provide(the_context)},
        exception_handlers=EXCEPTION_HANDLERS,
        openapi_config=None,
        on_shutdown=[context.close],
    )


def with_webhooks(api: ASGIApp, webhooks: ASGIApp, prefix: str) -> ASGIApp:
    """One application for the main port: paths below `prefix` go to the intake, all others to the API."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        # Neither side serves WebSockets or other kinds; each turns them away by itself.
        is_push = scope.get("path", "").startswith(prefix)
        await (webhooks if is_push else api)(scope, receive, send)

    return application
