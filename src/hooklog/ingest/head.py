"""What the head of a request says to the intake, found once: a listener may keep it for the next such head."""

from collections.abc import Mapping

import msgspec

__all__ = ["PREFIX", "PushHead", "head_of"]

PREFIX = "/webhooks/"
_BATCH = "/batch"
_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


class PushHead(msgspec.Struct, frozen=True):
    """The part of a push before its body. `headers` has lower-case names.

    A batch (contract I.6) is many events in one body: a JSON array where `is_json`, one event a line where `is_lines`.
    """

    webhook_id: str
    method: str
    headers: Mapping[str, str]
    content_type: str
    is_json: bool
    is_batch: bool = False
    is_lines: bool = False


def head_of(path: str, method: str, headers: Mapping[str, str]) -> PushHead | None:
    """The head of a push to a webhook's URL; None for every other path, which is not found.

    Args:
        path: of the target, percent codes decoded.
        method: as sent.
        headers: names in lower case; of equal names the last.
    """
    webhook_id = path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""
    is_batch = webhook_id.endswith(_BATCH)
    if is_batch:
        webhook_id = webhook_id.removesuffix(_BATCH)
    if not webhook_id or "/" in webhook_id:
        return None
    content_type = headers.get("content-type", "")
    kind = _json_kind(content_type)
    is_lines = is_batch and kind in _LINES
    return PushHead(
        webhook_id.lower(), method, headers, content_type, kind == "application/json", is_batch, is_lines
    )


def _json_kind(content_type: str) -> str:
    """The media type, whatever its case and parameters; "" with a charset other than UTF-8, which contradicts JSON."""
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    return kind.strip() if charset in {"", "utf-8", "utf8"} else ""
