"""`/docs`: the OpenAPI document as a page to read: plain HTML without scripts or anything from elsewhere."""

import asyncio
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from litestar import Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from hooklog.api.docs_operation import operation_section
from hooklog.api.docs_text import breakable, method_badge, prose

__all__ = ["docs_routes", "render_page"]

_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_SIGNING_IN = {"basic": "Basic", "oauth": "OAuth token", "apiKey": "API key"}
Operations = list[tuple[str, str, dict[str, Any]]]


def docs_routes(document: Callable[[], dict[str, Any]]) -> list[HTTPRouteHandler]:
    """The page and its style sheet; rendered when first asked for, the document never changes after that."""

    @cache
    def page() -> bytes:
        return render_page(document()).encode()

    style = (resources.files("hooklog.api") / "docs.css").read_bytes()

    @get("/docs", name="docs")
    async def docs() -> Response[bytes]:
        return Response(await asyncio.to_thread(page), media_type=MediaType.HTML, headers=_HEADERS)

    @get("/docs/style.css", name="docs-style")
    async def docs_style() -> Response[bytes]:
        return Response(style, media_type=MediaType.CSS, headers=_HEADERS)

    return [docs, docs_style]


def render_page(document: dict[str, Any]) -> str:
    """The whole page: what all operations share, then each by tag, with a list of them beside it."""
    by_tag: dict[str, Operations] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append((path, method, operation))
    schemas = document["components"]["schemas"]
    sections = [
        f'<h2 id="{_anchor(tag)}">{escape(tag)}</h2>'
        + "".join(operation_section(*operation, schemas) for operation in operations)
        for tag, operations in by_tag.items()
    ]
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(info["title"])} API</title><link rel="stylesheet" href="/docs/style.css"></head>'
        f'<body><a class="skip" href="#start">Skip the list of operations</a>{_navigation(info, by_tag)}'
        f'<main id="start">{"".join(_start(document))}{"".join(sections)}</main></body></html>'
    )


def _anchor(tag: str) -> str:
    return "tag-" + escape(tag.lower().replace(" ", "-"))


def _navigation(info: dict[str, Any], by_tag: dict[str, Operations]) -> str:
    lists = "".join(
        f'<h2><a href="#{_anchor(tag)}">{escape(tag)}</a></h2><ul>'
        + "".join(
            f'<li><a href="#{escape(operation["operationId"])}">{method_badge(method)}'
            f"<span>{breakable(path)}</span></a></li>"
            for path, method, operation in operations
        )
        + "</ul>"
        for tag, operations in by_tag.items()
    )
    return (
        f'<nav aria-label="Operations"><p class="title">{escape(info["title"])} '
        f"<small>{escape(info['version'])}</small></p>"
        '<ul class="starts"><li><a href="#signing-in">Signing in</a></li><li><a href="#answers">Answers</a></li>'
        f'<li><a href="/openapi.json">openapi.json</a></li></ul>{lists}</nav>'
    )


def _start(document: dict[str, Any]) -> Iterator[str]:
    """What holds for every operation."""
    info, components = document["info"], document["components"]
    yield f"<h1>{escape(info['title'])} API</h1><p>{prose(info['description'])}</p>"
    yield '<h2 id="signing-in">Signing in</h2><dl>'
    for name, scheme in components["securitySchemes"].items():
        header = scheme.get("name", "Authorization: Basic")
        words = prose(scheme.get("description", ""))
        yield f"<dt>{_SIGNING_IN[name]} <code>{escape(header)}</code></dt><dd>{words}</dd>"
    yield '</dl><h2 id="answers">Answers</h2>'
    yield (
        "<p>Lists and reads answer <code>data</code>, <code>warnings</code>, <code>errors</code>; writes "
        "<code>warnings</code>, <code>errors</code>. An error has an HTTP status that says its class, and a "
        "<code>code</code> and <code>message</code> that say what was received and what is allowed. Parameters that "
        "mean nothing are ignored, each named in <code>warnings</code>.</p><dl>"
    )
    for name, header in components["headers"].items():
        yield f"<dt><code>{_HEADER_NAMES.get(name, name)}</code></dt><dd>{prose(header['description'])}</dd>"
    yield "</dl>"


_HEADER_NAMES = {
    "RequestId": "X-CAP-REQUEST-ID",
    "RequestUri": "X-CAP-API-REQUEST-URI",
    "RetryAfter": "Retry-After",
    "RateLimitPolicy": "RateLimit-Policy",
}
