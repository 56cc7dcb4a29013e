"""One operation of the OpenAPI document as HTML: what it does beside what is sent and answered."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import msgspec

from hooklog.api.docs_text import badge, breakable, method_badge, prose, type_of

__all__ = ["operation_section"]

Described = Mapping[str, Any]


def operation_section(path: str, method: str, operation: Described, schemas: Described) -> str:
    """The section; its id is the operation's.

    Args:
        path: such as `/v2/events/logs`.
        method: in lower case.
        operation: as in the document.
        schemas: the document's components, by name.
    """
    name = escape(operation["operationId"])
    return (
        f'<section id="{name}"><h3><a href="#{name}">{prose(operation["summary"])}</a></h3>'
        f'<p class="call">{method_badge(method)} <code>{breakable(path)}</code>{badge(operation)}</p>'
        f'<div class="columns"><div>{"".join(_words(operation, schemas))}</div>'
        f'<div class="samples">{"".join(_samples(path, method, operation))}</div></div></section>'
    )


def _words(operation: Described, schemas: Described) -> Iterator[str]:
    if "description" in operation:
        yield f"<p>{prose(operation['description'])}</p>"
    if "x-scope" in operation:
        yield f"<p>Needs the scope <code>{escape(operation['x-scope'])}</code>.</p>"
    if operation["parameters"]:
        yield _table("Parameters", [_parameter_row(one) for one in operation["parameters"]])
    for content in operation.get("requestBody", {}).get("content", {}).values():
        rows = list(_property_rows(content["schema"], schemas))
        if rows:
            yield _table("Body", rows)
    yield _errors(operation["responses"])


def _parameter_row(parameter: Described) -> tuple[str, str]:
    schema = parameter["schema"].get("items", parameter["schema"])
    where = "" if parameter["in"] == "query" else f" <small>in the {escape(parameter['in'])}</small>"
    return _name(
        parameter["name"], type_of(parameter["schema"]), is_required=parameter["required"]
    ) + where + badge(parameter), prose(parameter["description"]) + _bounds(schema)


def _property_rows(schema: Described, schemas: Described) -> Iterator[tuple[str, str]]:
    """The keys of a body, those inside of objects with their path."""
    found = _component(schema, schemas)
    required = found.get("required", [])
    for name, value in found.get("properties", {}).items():
        inner = _component(value, schemas)
        words = inner.get("description", "") if inner is not value else value.get("description", "")
        yield _name(name, type_of(value), is_required=name in required), prose(words) + _bounds(value)


def _component(schema: Described, schemas: Described) -> Described:
    found: Described = schemas.get(str(schema.get("$ref", "")).rpartition("/")[2], schema)
    return found


def _name(name: str, kind: str, *, is_required: bool) -> str:
    needed = ' <b class="required">required</b>' if is_required else ""
    return f"<code>{breakable(name)}</code> <small>{escape(kind)}</small>{needed}"


def _bounds(schema: Described) -> str:
    said = [
        f"{word} {_json_text(schema[key])}"
        for key, word in _WORDS.items()
        if schema.get(key) not in (None, "", [])
    ]
    # What excludes is told in words.
    choices = [str(one) for one in schema.get("enum", []) if not str(one).startswith("!")]
    if choices:
        said.append(f"one of {', '.join(choices)}")
    return f' <small class="bounds">{escape("; ".join(said))}</small>' if said else ""


_WORDS = {
    "default": "default",
    "minimum": "at least",
    "maximum": "at most",
    "maxLength": "characters at most",
    "maxItems": "entries at most",
}


def _table(caption: str, rows: Sequence[tuple[str, str]]) -> str:
    body = "".join(f"<tr><td>{left}</td><td>{right}</td></tr>" for left, right in rows)
    return f"<h4>{escape(caption)}</h4><table><tbody>{body}</tbody></table>"


def _errors(responses: Described) -> str:
    """Each error with what it says, folded away."""
    failing = {status: one for status, one in responses.items() if not status.startswith("2")}
    rows = "".join(
        f"<tr><td><code>{status}</code></td><td>{prose(one['description'])}"
        f"{_said(one.get('content', {}).get('application/json', {}).get('example'))}</td></tr>"
        for status, one in failing.items()
    )
    return (
        f"<details><summary>Errors <small>{escape(', '.join(failing))}</small></summary>"
        f"<table><tbody>{rows}</tbody></table></details>"
    )


def _said(example: Any) -> str:
    """What an error's example says, whatever its envelope."""
    if not isinstance(example, Mapping):
        return ""
    problem = example["errors"][0] if example.get("errors") else example.get("status", {})
    if not isinstance(problem, Mapping):
        return ""
    return f' <small class="bounds"><code>{problem["code"]}</code> {escape(problem["message"])}</small>'


def _samples(path: str, method: str, operation: Described) -> Iterator[str]:
    body = next(iter(operation.get("requestBody", {}).get("content", {}).items()), None)
    yield _sample("Call", _curl(path, method, operation, None if body is None else body[0]))
    if body is not None:
        yield _sample(f"Body <small>{escape(body[0])}</small>", _json(body[1].get("example")))
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items() if status.startswith("2") else ():
            if "example" in content:
                text = (
                    content["example"] if isinstance(content["example"], str) else _json(content["example"])
                )
                yield _sample(f"{status} <small>{escape(media_type)}</small>", text)
            else:
                yield f"<h4>{status} <small>{escape(media_type)}</small></h4>"


def _curl(path: str, method: str, operation: Described, media_type: str | None) -> str:
    """The call with what must be given and the first thing that may be."""
    parameters = operation["parameters"]
    for one in parameters:
        if one["in"] == "path" and "example" in one:
            path = path.replace(f"{{{one['name']}}}", str(one["example"]))
    wanted = [one for one in parameters if one["in"] == "query" and (one["required"] or "example" in one)]
    needed = [one for one in wanted if one["required"]] or wanted[:1]
    values = [(one["name"], _first(one.get("example", "..."))) for one in needed]
    target = f"$HOOKLOG{path}" + (f"?{urlencode(values, safe='.')}" if values else "")
    verb = [] if method == ("post" if media_type else "get") else [f"-X {method.upper()}"]
    options = [
        *verb,
        *(['-H "X-API-Key: $KEY"'] if "security" in operation else []),
        *([f"-H 'content-type: {media_type}' -d @body"] if media_type else []),
        f'"{target}"',
    ]
    return "curl " + " \\\n  ".join(options)


def _first(example: object) -> object:
    return example[0] if isinstance(example, list) else example


def _sample(title: str, text: str) -> str:
    return f'<h4>{title}</h4><pre tabindex="0">{escape(text)}</pre>'


def _json_text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
