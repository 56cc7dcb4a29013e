"""`/docs`: the OpenAPI document as a page to read: plain HTML without scripts or anything from elsewhere."""

import re
from html import escape
from importlib import resources
from typing import Any

import msgspec
from litestar import Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

__all__ = ["docs_routes", "render_page"]

_EXTENSION = "x-hooklog-extension"
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def docs_routes(document: dict[str, Any]) -> list[HTTPRouteHandler]:
    """The page and its style sheet; rendered once, the document never changes while the process runs."""
    page = render_page(document).encode()
    style = (resources.files("hooklog.api") / "docs.css").read_bytes()

    @get("/docs", name="docs")
    async def docs() -> Response[bytes]:
        return Response(page, media_type=MediaType.HTML, headers=_HEADERS)

    @get("/docs/style.css", name="docs-style")
    async def docs_style() -> Response[bytes]:
        return Response(style, media_type=MediaType.CSS, headers=_HEADERS)

    return [docs, docs_style]


def render_page(document: dict[str, Any]) -> str:
    """The whole page: a list of operations by tag, then each with parameters, body, answers and example."""
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    tags = list(dict.fromkeys(operation["tags"][0] for _, _, operation in operations))
    contents, sections = [], []
    for tag in tags:
        of_tag = [item for item in operations if item[2]["tags"][0] == tag]
        links = "".join(
            f'<li><a href="#{escape(operation["operationId"])}">{_method(method)} {escape(path)}</a></li>'
            for path, method, operation in of_tag
        )
        contents.append(f"<h2>{escape(tag)}</h2><ul>{links}</ul>")
        sections.append(f"<h2>{escape(tag)}</h2>" + "".join(_section(*item, document) for item in of_tag))
    info = document["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(info["title"])} API</title><link rel="stylesheet" href="/docs/style.css"></head><body>'
        f'<nav aria-label="Operations"><h1>{escape(info["title"])} <small>{escape(info["version"])}</small></h1>'
        f'<p><a href="/openapi.json">openapi.json</a></p>{"".join(contents)}</nav>'
        f"<main><p>{_prose(info['description'])}</p>{''.join(sections)}</main></body></html>"
    )


def _section(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    badge = ' <span class="extension">extension</span>' if operation.get(_EXTENSION) else ""
    parts = [
        f'<section id="{escape(operation["operationId"])}">',
        f"<h3>{_method(method)} <code>{escape(path)}</code>{badge}</h3>",
        f"<p>{_prose(operation['summary'])}</p>",
    ]
    if "description" in operation:
        parts.append(f"<p>{_prose(operation['description'])}</p>")
    if "x-scope" in operation:
        parts.append(f"<p>Needs the scope <code>{escape(operation['x-scope'])}</code>.</p>")
    if operation["parameters"]:
        parts.append(_parameters(operation["parameters"]))
    if "requestBody" in operation:
        parts.append("<h4>Body</h4>" + _content(operation["requestBody"]["content"], document))
    parts.append("<h4>Answers</h4>")
    for code, answer in operation["responses"].items():
        parts.append(f"<h5>{code}</h5><p>{_prose(answer['description'])}</p>")
        if code.startswith("2"):
            parts.append(_content(answer.get("content", {}), document))
    return "".join(parts) + "</section>"


def _method(method: str) -> str:
    return f'<b class="{escape(method)}">{escape(method.upper())}</b>'


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code>"
        f"{' <b>required</b>' if one['required'] else ''}"
        f"{' <span class=extension>extension</span>' if one.get(_EXTENSION) else ''}</td>"
        f"<td>{escape(one['in'])}</td><td>{_prose(one['description'])}{_bounds(one['schema'])}</td></tr>"
        for one in parameters
    )
    return (
        '<div class="wide"><table><thead><tr><th>Parameter</th><th>In</th><th>What</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _bounds(schema: dict[str, Any]) -> str:
    said = [f"{key} {schema[key]}" for key in ("default", "minimum", "maximum") if key in schema]
    return f" <small>({escape(', '.join(said))})</small>" if said else ""


def _content(content: dict[str, Any], document: dict[str, Any]) -> str:
    shown = []
    for media_type, described in content.items():
        sample = described.get("example", _referenced(described.get("schema", {}), document))
        text = msgspec.json.format(msgspec.json.encode(sample), indent=2).decode()
        shown.append(f"<p><small>{escape(media_type)}</small></p><pre tabindex=0>{escape(text)}</pre>")
    return "".join(shown)


def _referenced(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, or the component that it points at."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"].get(name, schema)
    return found
