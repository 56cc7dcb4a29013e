"""Under which keys the index of values has an entry: who it is about, its group, and what its attributes read.

A key is 32 bits: many values may share one, so whatever the index finds is looked at before it is believed. Writer
and reader make keys here and nowhere else; they are on disk.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import Final
from zlib import crc32

from hooklog.eventlog.mapped import Mapped
from hooklog.eventlog.query import Customer, SentAs
from hooklog.eventlog.record import RESERVED, Record

__all__ = ["KEYS_MAX", "attribute_key", "attribute_keys", "customer_key", "group_key", "keys_of", "kind_key"]

KEYS_MAX: Final = 25
"""As many keys has an entry at most. One with more attributes has a key that says so, and not all of theirs."""

_USER, _GROUP, _SENT, _ATTRIBUTE, _OVERFLOW, _KIND = b"u", b"g", b"s", b"a", b"o", b"k"
_STARTS_CACHED_MAX = 1_000
_ORGS_CACHED_MAX = 100
# JSON can escape half a character, so texts are encoded with "surrogatepass". Written out where a call for every value
# of every event would tell.


class _Starts(dict[str, int]):
    """The checksums of what keys of a sort begin with in an org: attribute names, or identifier types."""

    def __init__(self, sort: bytes, org_id: int) -> None:
        """Args: `sort`: the letter of its keys; `org_id`: whose."""
        self._sort = sort
        self._org_id = org_id

    def __missing__(self, name: str) -> int:
        if len(self) >= _STARTS_CACHED_MAX:
            self.clear()
        start = self[name] = _key(f"{self._org_id} {name}\0", crc32(self._sort))
        return start


class _Orgs(dict[int, _Starts]):
    """The starts of each org, for one sort of keys."""

    def __init__(self, sort: bytes) -> None:
        """Args: `sort`: the letter of its keys."""
        self._sort = sort

    def __missing__(self, org_id: int) -> _Starts:
        if len(self) >= _ORGS_CACHED_MAX:
            self.clear()
        starts = self[org_id] = _Starts(self._sort, org_id)
        return starts


_users, _groups, _sent, _attributes, _overflows = map(_Orgs, (_USER, _GROUP, _SENT, _ATTRIBUTE, _OVERFLOW))
_KIND_START = crc32(_KIND)
_NO_ATTRIBUTES: Final[dict[str, str]] = {}


def keys_of(org_id: int, kind: int, record: Record | None, mapped: Mapped | None) -> list[int]:
    """The keys of an entry of a kind, each once, at most KEYS_MAX. Computed once for every event that settles."""
    keys = [kind_key(kind)]
    user_id = group_id = None
    attributes = _NO_ATTRIBUTES
    if mapped is not None:
        user_id, attributes = mapped.user_id, mapped.attributes
        keys += [
            crc32(one.value.encode("utf-8", "surrogatepass"), _sent[org_id][one.type])
            for one in mapped.identifiers
        ]
    if record is not None:
        user_id = user_id if record.user_id is None else record.user_id
        group_id, attributes = record.group_id, record.attributes
    if user_id is not None:
        keys.append(crc32(b"%d" % user_id, _users[org_id][""]))
    if group_id is not None:
        keys.append(crc32(b"%d" % group_id, _groups[org_id][""]))
    starts, left = _attributes[org_id], KEYS_MAX - 1 - len(keys)
    if len(attributes) <= left:
        keys += [
            crc32(value.encode("utf-8", "surrogatepass"), starts[name]) for name, value in attributes.items()
        ]
    else:
        first = islice(attributes.items(), left)
        keys += [crc32(value.encode("utf-8", "surrogatepass"), starts[name]) for name, value in first]
        keys.append(_overflows[org_id][""])
    return keys if len(set(keys)) == len(keys) else list(dict.fromkeys(keys))


@lru_cache(maxsize=10_000)
def kind_key(kind: int) -> int:
    """Under which the entries of a kind (org, status, event name, webhook, parent) are found."""
    return crc32(b"%d" % kind, _KIND_START)


def customer_key(org_id: int, customer: Customer) -> int:
    """Under which the entries of an org about a customer are found."""
    if isinstance(customer, SentAs):
        return _key(customer.value, _sent[org_id][customer.type])
    return crc32(b"%d" % customer.user_id, _users[org_id][""])


def group_key(org_id: int, group_id: int) -> int:
    """Under which the entries of an org are found whose record is about a group."""
    return crc32(b"%d" % group_id, _groups[org_id][""])


def attribute_key(org_id: int, name: str, value: str) -> int:
    """Under which the entries of an org whose attribute reads so are found, but for those with too many attributes."""
    assert name not in RESERVED, f"{name} is not in the index"
    return _key(value, _attributes[org_id][name])


def attribute_keys(org_id: int, name: str, values: Iterable[str]) -> list[int]:
    """Under which all entries of an org are found whose attribute reads as one of some values."""
    return [*(attribute_key(org_id, name, value) for value in values), _overflows[org_id][""]]


def _key(text: str, start: int) -> int:
    return crc32(text.encode("utf-8", "surrogatepass"), start)
