"""Reading server-sent events (WHATWG HTML, 9.2.6), as far as our server sends them."""

from collections.abc import Iterable, Iterator

import msgspec

__all__ = ["StreamEvent", "stream_events"]


class StreamEvent(msgspec.Struct, frozen=True):
    """One event. A mark has an `id` and neither `kind` nor `data`: it only says where the stream is."""

    id: str
    kind: str
    data: str


def stream_events(lines: Iterable[str]) -> Iterator[StreamEvent]:
    """The events of a stream, as soon as each is whole. What is cut off at the end is dropped.

    Args:
        lines: without their ends.
    """
    fields: dict[str, str] = {}
    for line in lines:
        if not line:
            if "id" in fields:
                yield StreamEvent(fields["id"], fields.get("event", ""), fields.get("data", ""))
            fields = {}
            continue
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
