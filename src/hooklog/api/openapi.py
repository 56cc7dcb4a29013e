"""The OpenAPI 3.1 document, built from what stands beside each route; at `/openapi.json`, without credentials."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from hooklog import __version__
from hooklog.api.openapi_errors import ERROR_SHAPES
from hooklog.api.openapi_examples import HEADERS, answer_headers, error_example
from hooklog.api.operation import Family, Operation, Parameter

__all__ = ["OPENAPI", "build_document", "openapi_json"]

_REF = "#/components/schemas/{name}"
_EXTENSION = "x-hooklog-extension"
_TAGS = [
    "Push",
    "Logs",
    "What-if",
    "Replays",
    "Saved filters",
    "Records",
    "Definitions",
    "Mappings",
    "Webhooks",
    "Directory",
    "Access",
    "Operations",
]
_REASONS = {
    400: "A parameter or the body is not as it must be; the message names it, what was received and what is allowed",
    401: "Missing or wrong credentials",
    403: "The credentials do not allow this",
    404: "There is no such thing in the caller's org",
    405: "The path is right, the method is not",
    408: "The body did not arrive in time",
    409: "It is there already",
    410: "It was turned off for good",
    413: "The body is too large",
    415: "The body is not JSON",
    429: "Too many requests; see Retry-After",
    500: "Our fault",
    503: "Not now; see Retry-After",
}
_SECURITY = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "User name is a till's code, password the MD5 (hex) of its password. "
        "`X-CAP-API-ATTRIBUTION-LOOKUP-TYPE` with `X-CAP-API-ATTRIBUTION-LOOKUP` acts for another till; one without "
        "the other is 400 with code 1061.",
    },
    "oauth": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CAP-API-OAUTH-TOKEN",
        "description": "A token of `/v3/oauth/token/generate`. `X-CAP-API-ATTRIBUTION-ENTITY-TYPE` with "
        "`X-CAP-API-ATTRIBUTION-ENTITY-CODE` names the till to act for; else it is the client's default till. "
        "The audit tells it as `changedFor`.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "One of `/v2/directory/api_keys`, or of `hooklog key create`; shown once, when it is made.",
    },
}


OPENAPI = Operation(
    id="openapi",
    summary="This document",
    tag="Operations",
    family=Family.PLAIN,
    answer=dict[str, Any],
    answer_example={"openapi": "3.1.0", "info": {"title": "Hooklog"}, "paths": {}},
    is_extension=True,
)


def build_document(
    handlers: Sequence[HTTPRouteHandler], pushes: Sequence[tuple[str, str, Operation]]
) -> dict[str, Any]:
    """The whole document.

    Args:
        handlers: routes with an `operation` among their options; others are left out.
        pushes: path, method and operation of what the intake serves.
    """
    routes = [
        (route, method.lower(), handler.opt["operation"])
        for handler in handlers
        if "operation" in handler.opt
        for route in sorted(handler.paths)
        for method in sorted(handler.http_methods)
        if method != "OPTIONS"
    ]
    routes += [*pushes, ("/openapi.json", "get", OPENAPI)]
    types = [
        one
        for _, _, operation in routes
        for one in (
            operation.answer,
            operation.body,
            operation.line,
            *map(type, operation.own_errors.values()),
        )
        if one is not None
    ]
    wanted: list[Any] = list(dict.fromkeys([*types, *ERROR_SHAPES.values()]))
    schemas, components = msgspec.json.schema_components(wanted, ref_template=_REF)
    of_type = dict(zip(wanted, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route, method, operation in sorted(routes, key=_reading_order):
        plain = route.replace(":str}", "}").replace(":int}", "}").replace(":path}", "}")
        paths.setdefault(plain, {})[method] = _operation(operation, of_type, plain, method)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hooklog",
            "version": __version__,
            "description": "A durable, explained log of behavioural events. An independent implementation of a "
            f"publicly documented API; what goes beyond that is marked `{_EXTENSION}`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY, "headers": HEADERS},
    }


def _reading_order(route: tuple[str, str, Operation]) -> tuple[int, str, str]:
    """What people come for first; tags that are not listed stand before the operator's."""
    path, method, operation = route
    listed = operation.tag in _TAGS
    return _TAGS.index(operation.tag) if listed else len(_TAGS) - 2, path, method


def _operation(operation: Operation, of_type: dict[Any, Any], path: str, method: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": _responses(operation, of_type, path, method),
    }
    if operation.description:
        described["description"] = operation.description
    if operation.is_extension:
        described[_EXTENSION] = True
    if operation.scope is not None:
        described["security"] = [{name: []} for name in _SECURITY]
        described["x-scope"] = operation.scope.value
    if operation.body is not None:
        content: dict[str, Any] = {"schema": of_type[operation.body]}
        if operation.body_example is not None:
            content["example"] = operation.body_example
        forms = {operation.body_media_type: content}
        if operation.line is not None:
            forms["application/x-ndjson"] = {
                "schema": of_type[operation.line],
                "example": _first(operation.body_example),
            }
        described["requestBody"] = {"required": not operation.body_is_optional, "content": forms}
    return described


def _first(examples: object) -> object:
    """A line of what is otherwise an array."""
    assert isinstance(examples, list), "a body of many needs an example with many"
    return examples[0]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.schema(parameter.kind)
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    bounds = {"default": parameter.default, "minimum": parameter.minimum, "maximum": parameter.maximum}
    schema |= {key: value for key, value in bounds.items() if value is not None}
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.is_required,
        "description": parameter.description,
        "schema": {"type": "array", "items": schema} if parameter.repeats else schema,
    }
    if parameter.example is not None:
        described["example"] = [parameter.example] if parameter.repeats else parameter.example
    if parameter.is_extension:
        described[_EXTENSION] = True
    return described


def _responses(operation: Operation, of_type: dict[Any, Any], path: str, method: str) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done"}
    if operation.answer is not None:
        content: dict[str, Any] = {"schema": of_type[operation.answer]}
        if operation.answer_example is not None:
            content["example"] = operation.answer_example
        success["content"] = {operation.media_type: content}
    elif operation.media_type != "application/json":
        content = {"schema": {"type": "string"}}
        success["content"] = dict.fromkeys((operation.media_type, *operation.other_media_types), content)
    codes = {*operation.errors, 500, 503}
    if operation.scope is not None:
        codes |= {400, 401, 403, 429}
    if operation.body is not None:
        codes |= {400}
    responses = {str(operation.success): success}
    for code in sorted(codes):
        own = operation.own_errors.get(code)
        schema = of_type[ERROR_SHAPES[operation.family] if own is None else type(own)]
        example = error_example(operation, code, path, method)
        content = {"application/json": {"schema": schema, "example": example}}
        responses[str(code)] = {"description": _REASONS[code], "content": content}
    for status, response in responses.items():
        response["headers"] = answer_headers(operation, int(status))
    return responses


def openapi_json(document: Callable[[], dict[str, Any]]) -> HTTPRouteHandler:
    """The route that serves the document, made when first asked for: it takes a tenth of a second of each start."""

    @cache
    def body() -> bytes:
        return msgspec.json.format(msgspec.json.encode(document()), indent=1)

    @get("/openapi.json", name="openapi", opt={"operation": OPENAPI})
    async def handler() -> Response[bytes]:
        return Response(await asyncio.to_thread(body), media_type=MediaType.JSON)

    return handler
