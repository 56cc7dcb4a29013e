"""The JSON of the entries that were shown last: the newest ones are asked for again and again.

An entry never changes, and what is hidden in it depends on nothing but the names that are to be hidden.
"""

from collections.abc import Callable

import msgspec

from hooklog.api.views import EntryView
from hooklog.event import Entry

__all__ = ["ShownEntries"]

_ENTRIES_MAX = 2_048
_INPUT_BYTES_MAX = 2_048

_encode = msgspec.json.Encoder().encode


class ShownEntries:
    """At most some 10 MB. Threads may share it."""

    def __init__(self) -> None:
        """Remembers nothing yet."""
        self._shown: dict[tuple[int, bytes, frozenset[str] | None], msgspec.Raw] = {}

    def shown(
        self, entry: Entry, hidden: frozenset[str] | None, view: Callable[[Entry], EntryView]
    ) -> msgspec.Raw:
        """The JSON of an entry.

        Args:
            entry: settled.
            hidden: the names whose values do not show; None where all do.
            view: the entry as it then is.
        """
        key = entry.org_id, entry.id, hidden
        found = self._shown.get(key)
        if found is None:
            found = msgspec.Raw(_encode(view(entry)))
            if len(entry.input) <= _INPUT_BYTES_MAX:
                if len(self._shown) >= _ENTRIES_MAX:
                    self._shown.clear()
                self._shown[key] = found
        return found
