"""What the head of a request says to the intake, found once: a listener may keep it for the next such head."""

from collections.abc import Mapping

import msgspec

__all__ = ["PREFIX", "PushHead", "head_of"]

PREFIX = "/webhooks/"


class PushHead(msgspec.Struct, frozen=True):
    """The part of a push before its body. `headers` has lower-case names."""

    webhook_id: str
    method: str
    headers: Mapping[str, str]
    content_type: str
    is_json: bool


def head_of(path: str, method: str, headers: Mapping[str, str]) -> PushHead | None:
    """The head of a push to a webhook's URL; None for every other path, which is not found.

    Args:
        path: of the target, percent codes decoded.
        method: as sent.
        headers: names in lower case; of equal names the last.
    """
    webhook_id = path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""
    if not webhook_id or "/" in webhook_id:
        return None
    content_type = headers.get("content-type", "")
    return PushHead(webhook_id.lower(), method, headers, content_type, _is_json(content_type))


def _is_json(content_type: str) -> bool:
    """`application/json`, whatever its case and parameters; a charset other than UTF-8 contradicts JSON."""
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    return kind.strip() == "application/json" and charset in {"", "utf-8", "utf8"}
