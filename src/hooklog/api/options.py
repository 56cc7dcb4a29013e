"""OPTIONS tells all methods of a path (RFC 9110 9.3.7); by itself the framework tells those of one handler only."""

from collections import defaultdict
from collections.abc import Sequence

from litestar import Response, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

__all__ = ["options_routes"]


def options_routes(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """A route for each path of these handlers that tells the methods of all of them, without credentials."""
    methods: defaultdict[str, set[str]] = defaultdict(lambda: {"OPTIONS"})
    for handler in handlers:
        for path in handler.paths:
            methods[path] |= handler.http_methods
    return [_telling(path, ", ".join(sorted(named))) for path, named in methods.items()]


def _telling(path: str, methods: str) -> HTTPRouteHandler:
    @route(path, http_method=HttpMethod.OPTIONS, status_code=204)
    async def options() -> Response[None]:
        return Response(None, status_code=204, headers={"allow": methods})

    return options
