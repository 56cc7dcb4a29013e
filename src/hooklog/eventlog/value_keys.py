"""Under which keys the index of values has an entry: who it is about, its group, and what its attributes read.

A key is 32 bits: many values may share one, so whatever the index finds is looked at before it is believed. Writer
and reader make keys here and nowhere else; they are on disk.
"""

from collections.abc import Iterable
from typing import Final
from zlib import crc32

from hooklog.eventlog.mapped import Mapped
from hooklog.eventlog.query import Customer, SentAs
from hooklog.eventlog.record import RESERVED, Record

__all__ = ["KEYS_MAX", "attribute_key", "attribute_keys", "customer_key", "group_key", "keys_of", "kind_key"]

KEYS_MAX: Final = 25
"""As many keys has an entry at most. One with more attributes has a key that says so, and not all of theirs."""

_USER, _GROUP, _SENT, _ATTRIBUTE, _OVERFLOW, _KIND = b"u", b"g", b"s", b"a", b"o", b"k"
_STARTS_CACHED_MAX = 10_000


class _Starts:
    """The checksums of what many keys begin with: org and attribute name, or org and identifier type."""

    def __init__(self) -> None:
        self._known: dict[tuple[bytes, int, str], int] = {}

    def start(self, kind: bytes, org_id: int, name: str) -> int:
        found = self._known.get((kind, org_id, name))
        if found is None:
            if len(self._known) >= _STARTS_CACHED_MAX:
                self._known.clear()
            found = crc32(_bytes(f"{org_id} {name}\0"), crc32(kind))
            self._known[kind, org_id, name] = found
        return found


_start = _Starts().start
_KIND_START = crc32(_KIND)


def keys_of(org_id: int, kind: int, record: Record | None, mapped: Mapped | None) -> list[int]:
    """The keys of an entry of a kind, each once, at most KEYS_MAX."""
    user_id = None if record is None else record.user_id
    attributes = {} if record is None else record.attributes
    keys = [kind_key(kind)]
    if mapped is not None:
        user_id = mapped.user_id if user_id is None else user_id
        attributes = mapped.attributes if record is None else attributes
        keys += [crc32(_bytes(one.value), _start(_SENT, org_id, one.type)) for one in mapped.identifiers]
    if user_id is not None:
        keys.append(crc32(b"%d" % user_id, _start(_USER, org_id, "")))
    if record is not None and record.group_id is not None:
        keys.append(crc32(b"%d" % record.group_id, _start(_GROUP, org_id, "")))
    left = KEYS_MAX - 1 - len(keys)
    for number, (name, value) in enumerate(attributes.items()):
        if number == left:
            keys.append(_start(_OVERFLOW, org_id, ""))
            break
        keys.append(crc32(_bytes(value), _start(_ATTRIBUTE, org_id, name)))
    return list(dict.fromkeys(keys))


def kind_key(kind: int) -> int:
    """Under which the entries of a kind (org, status, event name, webhook, parent) are found."""
    return crc32(b"%d" % kind, _KIND_START)


def customer_key(org_id: int, customer: Customer) -> int:
    """Under which the entries of an org about a customer are found."""
    if isinstance(customer, SentAs):
        return crc32(_bytes(customer.value), _start(_SENT, org_id, customer.type))
    return crc32(b"%d" % customer.user_id, _start(_USER, org_id, ""))


def group_key(org_id: int, group_id: int) -> int:
    """Under which the entries of an org are found whose record is about a group."""
    return crc32(b"%d" % group_id, _start(_GROUP, org_id, ""))


def attribute_key(org_id: int, name: str, value: str) -> int:
    """Under which the entries of an org whose attribute reads so are found, but for those with too many attributes."""
    assert name not in RESERVED, f"{name} is not in the index"
    return crc32(_bytes(value), _start(_ATTRIBUTE, org_id, name))


def attribute_keys(org_id: int, name: str, values: Iterable[str]) -> list[int]:
    """Under which all entries of an org are found whose attribute reads as one of some values."""
    return [*(attribute_key(org_id, name, value) for value in values), _start(_OVERFLOW, org_id, "")]


def _bytes(text: str) -> bytes:
    # JSON can escape half a character.
    return text.encode("utf-8", "surrogatepass")
