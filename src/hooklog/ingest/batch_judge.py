"""Which events of a batch are accepted: the same verdict that each would get by itself, for a fraction of the price."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hooklog.ingest.body import RESERVED_ATTRIBUTE, BadBody, judge_body, nesting_exceeds
from hooklog.ingest.push import IngestSettings
from hooklog.ingest.verdicts import Verdict, invalid, too_large

__all__ = ["judge_events"]

_decode_array = msgspec.json.Decoder(list[dict[str, Any]]).decode
_decode_lines = msgspec.json.Decoder(dict[str, Any]).decode_lines


def judge_events(
    texts: Sequence[bytes], settings: IngestSettings, *, are_lines: bool
) -> dict[int, Verdict | BadBody]:
    """Why events are refused, by their place; a BadBody where an element is no JSON, so that the array is none either.

    Args:
        texts: of events, from `parts_of`.
        settings: the bounds of an event.
        are_lines: none of them has a newline inside; each stands for itself.
    """
    if _are_all_good(texts, settings, are_lines=are_lines):
        return {}
    found = {}
    for place, text in enumerate(texts):
        verdict = _judge(text, settings, are_lines=are_lines)
        if verdict is not None:
            found[place] = verdict
    return found


def _are_all_good(texts: Sequence[bytes], settings: IngestSettings, *, are_lines: bool) -> bool:
    """Decode them all in one go. True is certain, False is not."""
    try:
        together = b"\n".join(texts) if are_lines else b"[%b]" % b",".join(texts)
        events = (_decode_lines if are_lines else _decode_array)(together)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    # Nothing may follow a value on its line, so as many values as lines means one on each.
    if len(events) != len(texts):
        return False
    if any(RESERVED_ATTRIBUTE in event for event in events):
        return False
    # What is shorter has no room for so many pairs of brackets.
    safe_bytes = min(2 * settings.depth_max, settings.body_bytes_max)
    return max(map(len, texts), default=0) <= safe_bytes or all(
        len(text) <= settings.body_bytes_max and not nesting_exceeds(text, settings.depth_max)
        for text in texts
    )


def _judge(text: bytes, settings: IngestSettings, *, are_lines: bool) -> Verdict | BadBody | None:
    if len(text) > settings.body_bytes_max:
        return too_large(f"{len(text)} bytes", str(settings.body_bytes_max))
    bad = judge_body(text, settings.depth_max)
    if bad is None:
        return None
    return bad if not (are_lines or bad.is_json) else invalid(bad)
