"""Reading a JSON body and its keys, each problem with a message that names what was received and what is allowed."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hooklog.api.context import AnyRequest
from hooklog.api.envelope import ApiError, Notice, warning

__all__ = ["BODY_BYTES_MAX", "boolean_in", "json_object", "require_json", "shown", "text_in", "unknown_keys"]

# A definition at all its limits, or a mapping of some thousand names, is far smaller.
BODY_BYTES_MAX = 256 * 1024
_SHOWN_CHARS_MAX = 100

_decode = msgspec.json.Decoder().decode


async def json_object(request: AnyRequest) -> dict[str, Any]:
    """The body, which must be a JSON object.

    Raises:
        ApiError: 415 for another content type, 400 for what is no JSON object.
    """
    require_json(request)
    try:
        body = _decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, f"the body must be a JSON object: {error}") from error
    if not isinstance(body, dict):
        raise ApiError(400, f"the body is {shown(body)}; it must be a JSON object")
    return body


def require_json(request: AnyRequest) -> None:
    """The body must be announced as JSON.

    Raises:
        ApiError: 415 for another content type, or none.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ApiError(415, f"content type {shown(content_type)} is not application/json")


def shown(value: object) -> str:
    """A received value as a message shows it: JSON, cut to a bounded length."""
    try:
        text = msgspec.json.encode(value).decode()
    except RecursionError:
        return "a deeply nested value"
    return text if len(text) <= _SHOWN_CHARS_MAX else text[:_SHOWN_CHARS_MAX] + "…"


def text_in(body: Mapping[str, Any], key: str, *, chars_max: int, required: bool = False) -> str | None:
    """The text of a key; None where it is absent, null or "" (contract I.21) and need not be there.

    Raises:
        ApiError: 400 when it is no text, too long, or missing although required.
    """
    value = body.get(key)
    if value is None or value == "":
        if required:
            raise ApiError(400, f"{key} is missing; it must be a text of 1 to {chars_max} characters")
        return None
    if not isinstance(value, str) or len(value) > chars_max:
        raise ApiError(400, f"{key} is {shown(value)}; it must be a text of 1 to {chars_max} characters")
    return value


def boolean_in(body: Mapping[str, Any], key: str) -> bool | None:
    """The boolean of a key; None where it is absent or null.

    Raises:
        ApiError: 400 when it is anything else.
    """
    value = body.get(key)
    if value is not None and not isinstance(value, bool):
        raise ApiError(400, f"{key} is {shown(value)}; it must be true or false")
    return value


def unknown_keys(body: Mapping[str, Any], known: Iterable[str]) -> list[Notice]:
    """A warning for each key that means nothing, so that a misspelt one does not go unnoticed."""
    meant = {*known}
    return [
        warning(f"key {shown(key)} is not known here and was ignored") for key in body if key not in meant
    ]
