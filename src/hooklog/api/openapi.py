"""The OpenAPI 3.1 document, built from what stands beside each route; at `/openapi.json`, without credentials."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from hooklog import __version__
from hooklog.api.operation import Family, Operation, Parameter

__all__ = ["OPENAPI", "build_document", "openapi_json"]

_REF = "#/components/schemas/{name}"
_EXTENSION = "x-hooklog-extension"
_TAGS = [
    "Push",
    "Logs",
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
        "description": "User name is a till's code, password the MD5 (hex) of its password.",
    },
    "oauth": {"type": "apiKey", "in": "header", "name": "X-CAP-API-OAUTH-TOKEN"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


class Problem(msgspec.Struct, frozen=True):
    """One error of a v2 answer."""

    status: bool
    code: int
    message: str


class Remark(msgspec.Struct, frozen=True):
    """One warning."""

    message: str


class V2Error(msgspec.Struct, frozen=True):
    """A v2 answer that is an error."""

    errors: list[Problem]
    warnings: list[Remark]
    data: list[Any] = []


class V3Problem(msgspec.Struct, frozen=True):
    """One error of a v3 answer."""

    code: int
    message: str


class V3Error(msgspec.Struct, frozen=True):
    """A v3 answer that is an error."""

    data: None
    errors: list[V3Problem]
    warnings: None


class PushStatus(msgspec.Struct, frozen=True):
    """How a push went."""

    code: int
    message: str


class PushAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What a push is answered, accepted or refused."""

    status: PushStatus
    request_id: str


_ERRORS: dict[Family, type] = {Family.V2: V2Error, Family.V3: V3Error, Family.PUSH: PushAnswer}


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
    routes += [(route, method, operation) for route, method, operation in pushes]
    types = [
        one for _, _, operation in routes for one in (operation.answer, operation.body) if one is not None
    ]
    wanted: list[Any] = list(dict.fromkeys([*types, *_ERRORS.values()]))
    schemas, components = msgspec.json.schema_components(wanted, ref_template=_REF)
    of_type = dict(zip(wanted, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route, method, operation in sorted(routes, key=_reading_order):
        plain = route.replace(":str}", "}").replace(":int}", "}").replace(":path}", "}")
        paths.setdefault(plain, {})[method] = _operation(operation, of_type)
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
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def _reading_order(route: tuple[str, str, Operation]) -> tuple[int, str, str]:
    """What people come for first; tags that are not listed stand before the operator's."""
    path, method, operation = route
    listed = operation.tag in _TAGS
    return _TAGS.index(operation.tag) if listed else len(_TAGS) - 2, path, method


def _operation(operation: Operation, of_type: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [_parameter(one) for one in operation.parameters],
        "responses": _responses(operation, of_type),
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
        described["requestBody"] = {"required": True, "content": {operation.body_media_type: content}}
    return described


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


def _responses(operation: Operation, of_type: dict[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done"}
    if operation.answer is not None:
        content: dict[str, Any] = {"schema": of_type[operation.answer]}
        if operation.answer_example is not None:
            content["example"] = operation.answer_example
        success["content"] = {operation.media_type: content}
    elif operation.media_type != "application/json":
        success["content"] = {operation.media_type: {"schema": {"type": "string"}}}
    codes = {*operation.errors, 500, 503}
    if operation.scope is not None:
        codes |= {401, 403, 429}
    if operation.body is not None:
        codes |= {400}
    return {str(operation.success): success} | {
        str(code): _error(operation.family, code, of_type) for code in sorted(codes)
    }


def _error(family: Family, code: int, of_type: dict[Any, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": _REASONS[code]}
    if family in _ERRORS:
        described["content"] = {"application/json": {"schema": of_type[_ERRORS[family]]}}
    return described


OPENAPI = Operation(
    id="openapi",
    summary="This document",
    tag="Operations",
    family=Family.PLAIN,
    answer=dict[str, Any],
    is_extension=True,
)


def openapi_json(document: dict[str, Any]) -> HTTPRouteHandler:
    """The route that serves the document, which never changes while the process runs."""
    body = msgspec.json.format(msgspec.json.encode(document), indent=1)

    @get("/openapi.json", name="openapi", opt={"operation": OPENAPI})
    async def handler() -> Response[bytes]:
        return Response(body, media_type=MediaType.JSON)

    return handler
