"""Small pieces of the reference page: everything that comes from the document is escaped here."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

__all__ = ["badge", "breakable", "method_badge", "prose", "type_of"]

_EXTENSION = "x-hooklog-extension"


def prose(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def breakable(text: str) -> str:
    """A path or name that may be broken where its parts meet."""
    return re.sub(r"([/_.])", r"\1<wbr>", escape(text))


def method_badge(method: str) -> str:
    """An HTTP method in its colour."""
    return f'<b class="method {escape(method)}">{escape(method.upper())}</b>'


def badge(described: Mapping[str, Any]) -> str:
    """Says that an operation or parameter is our own, where it is."""
    return ' <span class="extension">extension</span>' if described.get(_EXTENSION) else ""


def type_of(schema: Mapping[str, Any]) -> str:
    """A schema's type in a word or two."""
    options = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    if options:
        return type_of(options[0])
    if "$ref" in schema:
        return "object"
    if schema.get("type") == "array":
        return f"list of {type_of(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
