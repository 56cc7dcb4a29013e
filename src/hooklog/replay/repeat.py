"""An event once more: who it is of, and the id by which a job's replay of an original is known."""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from hooklog.event import ID_BYTES, NO_PARENT, Entry, Event, ReplayOf, instant_of
from hooklog.eventlog.base import EventLogReader

__all__ = ["IDS_PER_MS_MAX", "Original", "original_of", "repeat", "repeats", "replay_id"]

IDS_PER_MS_MAX: Final = 1 << 12
_CHAIN_MAX = 50
_LOW_BITS = 62


class Original(msgspec.Struct, frozen=True):
    """An entry that is to be replayed, and when what it says was said first (epoch milliseconds)."""

    entry: Entry
    said_ms: int


def original_of(log: EventLogReader, entry: Entry) -> Original:
    """The entry with its first instant, through replays of replays as far as they are still known. Blocks."""
    first = entry.id
    for _ in range(_CHAIN_MAX):
        before = log.replay_of(entry.org_id, first)
        if before is None:
            break
        first = before
    return Original(entry, instant_of(first))


def repeat(original: Original, request_id: bytes, job: bytes = b"") -> Event:
    """The event that says the same again, pushed to the same webhook."""
    entry = original.entry
    # What was routed to a child came by its parent's webhook.
    org_id = entry.org_id if entry.parent_org_id == NO_PARENT else entry.parent_org_id
    replay_of = ReplayOf(entry.id, job, original.said_ms)
    return Event(request_id, org_id, entry.webhook_id, entry.input, None, replay_of)


def replay_id(at_ms: int, number: int, job: bytes, original: bytes) -> bytes:
    """The UUIDv7 of a job's replay: its last 62 bits follow from job and original.

    Args:
        at_ms: the millisecond of the replay's acceptance, which no other ids share.
        number: its place among the replays of that millisecond, so that they keep the order of the originals.
        job: the job's id.
        original: the original's request id.
    """
    assert number < IDS_PER_MS_MAX, f"{number} does not fit into 12 bits"
    digest = hashlib.blake2b(original, key=job, digest_size=8).digest()
    low = int.from_bytes(digest, "big") >> (64 - _LOW_BITS)
    value = (at_ms << 80) | (0x7 << 76) | (number << 64) | (0b10 << _LOW_BITS) | low
    return value.to_bytes(ID_BYTES, "big")


def repeats(originals: Sequence[Original], at_ms: int, job: bytes) -> list[Event]:
    """The replays of some originals on behalf of a job, in the order of the originals."""
    return [
        repeat(one, replay_id(at_ms, number, job, one.entry.id), job) for number, one in enumerate(originals)
    ]
