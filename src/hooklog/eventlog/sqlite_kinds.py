"""Kinds of entries in `events.db`: what entries have in common and are filtered and counted by.

A kind is org, status, event name, webhook, parent org, the pattern of the message and how the record is found. There
are few beside the entries, so what is kept by kind is small, and an entry names its kind by one number.
"""

from collections.abc import Iterable
from typing import TypeAlias, cast

import apsw
import msgspec

from hooklog.event import NO_PARENT, Entry, Status
from hooklog.eventlog.base import Settled
from hooklog.eventlog.dating import Dating
from hooklog.eventlog.pattern import NO_PATTERN
from hooklog.eventlog.sqlite_rows import NO_NAME

__all__ = ["NO_PATTERN_NUMBER", "Kind", "KindNumbers", "KindTexts", "forget_kinds"]

_CACHED_MAX = 50_000
NO_PATTERN_NUMBER = 0
_SUCCESS = Status.EVENT_SUCCESS

_Key: TypeAlias = tuple[int, int, str | None, str, int, str, int]


class Kind(msgspec.Struct, frozen=True):
    """What the entries of one kind say alike."""

    org_id: int
    status: Status
    event_name: str | None
    webhook_id: str
    parent_org_id: int
    pattern: str


class KindNumbers:
    """The writer's side: gives words and kinds their numbers, inside its transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        """Args: `connection`: the writer's own."""
        self._connection = connection
        self._words: dict[tuple[int, str], int] = {}
        self._kinds: dict[_Key, int] = {}

    def forget(self) -> None:
        """Remember nothing: a transaction was rolled back, or retention took some away."""
        self._words.clear()
        self._kinds.clear()

    def kinds(self, settled: Iterable[Settled], datings: Iterable[Dating]) -> list[int]:
        """The numbers of entries' kinds, a new one where it is the first."""
        known = self._kinds
        numbers = []
        for item, dating in zip(settled, datings, strict=True):
            entry = item.entry
            status = entry.status
            pattern = NO_PATTERN if status is _SUCCESS else item.pattern
            key = (
                entry.org_id,
                status,
                entry.event_name,
                entry.webhook_id,
                entry.parent_org_id,
                pattern,
                dating,
            )
            number = known.get(key)
            if number is None:
                number = self._stored_kind(entry, pattern, dating)
                if len(known) >= _CACHED_MAX:
                    known.clear()
                known[key] = number
            numbers.append(number)
        return numbers

    def word(self, org_id: int, text: str) -> int:
        """The number of a text in an org, a new one where it is the first."""
        number = self._words.get((org_id, text))
        if number is None:
            number = self._stored_word(org_id, text)
            if len(self._words) >= _CACHED_MAX:
                self._words.clear()
            self._words[org_id, text] = number
        return number

    def _stored_kind(self, entry: Entry, pattern: str, dating: Dating) -> int:
        name = NO_NAME if entry.event_name is None else self.word(entry.org_id, entry.event_name)
        parent = None if entry.parent_org_id == NO_PARENT else entry.parent_org_id
        values = (
            entry.org_id,
            int(entry.status),
            name,
            self.word(entry.org_id, entry.webhook_id),
            parent,
            self.word(entry.org_id, pattern) if pattern else NO_PATTERN_NUMBER,
            int(dating),
        )
        find = (
            "SELECT id FROM kind INDEXED BY kind_by_name "
            "WHERE org = ? AND status = ? AND name = ? AND webhook = ? AND parent IS ? AND pattern = ? AND dating = ?"
        )
        make = "INSERT INTO kind (org, status, name, webhook, parent, pattern, dating) VALUES (?,?,?,?,?,?,?)"
        return self._found_or_made(find, make, values)

    def _stored_word(self, org_id: int, text: str) -> int:
        find, make = (
            "SELECT id FROM word WHERE org = ? AND text = ?",
            "INSERT INTO word (org, text) VALUES (?,?)",
        )
        return self._found_or_made(find, make, (org_id, text))

    def _found_or_made(self, find: str, make: str, values: tuple[object, ...]) -> int:
        row = self._connection.execute(find, values).fetchone()
        if row is not None:
            return cast("int", row[0])
        self._connection.execute(make, values)
        return self._connection.last_insert_rowid()


def forget_kinds(connection: apsw.Connection, kinds: Iterable[int]) -> None:
    """Delete the kinds that no entry has any more, and their words. Inside a transaction, once `moment` knows.

    Sources may send ever new names, and the tables stay bounded.
    """
    delete = (
        "DELETE FROM kind WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM moment WHERE kind = ?1) "
        "RETURNING org, name, webhook, pattern"
    )
    gone = [row for kind in kinds for row in connection.execute(delete, (kind,))]
    connection.executemany(
        "DELETE FROM word WHERE id = ?2 "
        "AND NOT EXISTS (SELECT 1 FROM kind INDEXED BY kind_by_name WHERE org = ?1 AND name = ?2) "
        "AND NOT EXISTS (SELECT 1 FROM kind INDEXED BY kind_by_webhook WHERE org = ?1 AND webhook = ?2) "
        "AND NOT EXISTS (SELECT 1 FROM kind INDEXED BY kind_by_pattern WHERE org = ?1 AND pattern = ?2)",
        sorted({(org, word) for org, *words in gone for word in words}),
    )


class KindTexts:
    """The readers' side: what the numbers stand for. Threads may share it; numbers are never reused."""

    def __init__(self) -> None:
        """Remembers nothing yet."""
        self._kinds: dict[int, Kind] = {}
        self._texts: dict[int, str] = {}

    def kind(self, connection: apsw.Connection, number: int) -> Kind:
        """The kind of that number, which an entry has in the same snapshot."""
        found = self._kinds.get(number)
        if found is None:
            find = "SELECT org, status, name, webhook, parent, pattern FROM kind WHERE id = ?"
            row = connection.execute(find, (number,)).fetchone()
            assert row is not None, f"kind {number} is missing"
            org_id, status, name, webhook, parent, pattern = cast(
                "tuple[int, int, int, int, int | None, int]", row
            )
            found = Kind(
                org_id,
                Status(status),
                None if name == NO_NAME else self.text(connection, name),
                self.text(connection, webhook),
                NO_PARENT if parent is None else parent,
                self.pattern(connection, pattern),
            )
            if len(self._kinds) >= _CACHED_MAX:
                self._kinds.clear()
            self._kinds[number] = found
        return found

    def pattern(self, connection: apsw.Connection, number: int) -> str:
        """The pattern of that number, which may stand for none."""
        return NO_PATTERN if number == NO_PATTERN_NUMBER else self.text(connection, number)

    def text(self, connection: apsw.Connection, number: int) -> str:
        """The text of a word."""
        text = self._texts.get(number)
        if text is None:
            row = connection.execute("SELECT text FROM word WHERE id = ?", (number,)).fetchone()
            assert row is not None, f"word {number} is missing"
            if len(self._texts) >= _CACHED_MAX:
                self._texts.clear()
            text = self._texts[number] = str(row[0])
        return text
