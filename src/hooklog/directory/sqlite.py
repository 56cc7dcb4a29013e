"""The directory in SQLite: `directory.db`. Edge and worker both write it, each change in its own transaction.

One connection writes and one reads, each behind a lock, so that reading waits for no commit.
"""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from hooklog.db.migrate import migrate, refuse_newer
from hooklog.db.sqlite import open_database, snapshot, storage_errors, transaction
from hooklog.directory.audit import About, DirectoryChange, Note
from hooklog.directory.base import Conflict, Customer, Enrolment, Group, Identifier, Org, Till
from hooklog.directory.sqlite_audit import SELECT_AUDIT, about_texts, audit_of, put_change
from hooklog.directory.sqlite_customers import FIND, FIND_ALL, enrol, identifier_key, put_group
from hooklog.directory.sqlite_user_ids import UserIds
from hooklog.errors import LoadError

__all__ = ["FILE_NAME", "SqliteDirectory"]

FILE_NAME = "directory.db"
_ORG = "SELECT id, name, parent_org, time_zone, is_basic_auth_enabled FROM org"
_TILL = "SELECT org, id, code FROM till"
_GROUP = "SELECT org, id, external_id, primary_user FROM user_group"


class SqliteDirectory:
    """See Directory. Threads may share it."""

    def __init__(self, folder: Path, vfs: str | None = None, *, read_only: bool = False) -> None:
        """Args: `folder`: the data folder; `vfs`: see `open_database`; `read_only`: every write fails."""
        self._connection = open_database(folder / FILE_NAME, read_only=read_only, vfs=vfs)
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._writes = 0
        try:
            with storage_errors("directory"):
                (refuse_newer if read_only else migrate)(self._connection, "directory")
            # It never waits for a writer (WAL): the event loop reads here while a thread imports customers.
            self._reader = open_database(folder / FILE_NAME, read_only=True, vfs=vfs)
        except BaseException:
            self._connection.close()
            raise

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._reading, storage_errors("directory"):
            return self._reader.execute(statement, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[apsw.Connection]:
        with self._lock, storage_errors("directory"):
            self._writes += 1
            with transaction(self._connection):
                yield self._connection

    def changes_seen(self) -> tuple[int, int]:
        """See Directory: on the connection that writes, data_version tells of all others."""
        with self._lock, storage_errors("directory"):
            return int(self._connection.pragma("data_version")), self._writes

    def org(self, org_id: int) -> Org | None:
        """See Directory."""
        return next((_org(row) for row in self._rows(f"{_ORG} WHERE id = ?", org_id)), None)

    def orgs(self) -> list[Org]:
        """See Directory."""
        return [_org(row) for row in self._rows(f"{_ORG} ORDER BY id")]

    def children(self, org_id: int) -> list[Org]:
        """See Directory."""
        return [_org(row) for row in self._rows(f"{_ORG} WHERE parent_org = ? ORDER BY id", org_id)]

    def till(self, code: str) -> Till | None:
        """See Directory."""
        rows = self._rows(f"{_TILL} WHERE code = ?", code)
        return Till(*rows[0]) if rows else None

    def till_by_id(self, org_id: int, till_id: int) -> Till | None:
        """See Directory."""
        rows = self._rows(f"{_TILL} WHERE org = ? AND id = ?", org_id, till_id)
        return Till(*rows[0]) if rows else None

    def tills(self, org_id: int, first: int, limit: int) -> list[Till]:
        """See Directory."""
        find = f"{_TILL} WHERE org = ? AND id >= ? ORDER BY id LIMIT ?"
        return [Till(*row) for row in self._rows(find, org_id, first, limit)]

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        """See Directory."""
        if not self._rows("SELECT 1 FROM customer WHERE org = ? AND user_id = ?", org_id, user_id):
            return None
        find = "SELECT type, value, source, account FROM identifier WHERE org = ? AND user_id = ?"
        return Customer(org_id, user_id, tuple(Identifier(*row) for row in self._rows(find, org_id, user_id)))

    def customers(self, org_id: int, first: int, limit: int) -> list[Customer]:
        """See Directory."""
        ids = self._rows(
            "SELECT user_id FROM customer WHERE org = ? AND user_id >= ? ORDER BY user_id LIMIT ?",
            *(org_id, first, limit),
        )
        return [one for (user_id,) in ids if (one := self.customer(org_id, user_id)) is not None]

    def find_customer(self, org_id: int, identifier: Identifier) -> int | None:
        """See Directory."""
        rows = self._rows(FIND, *identifier_key(org_id, identifier))
        return int(rows[0][0]) if rows else None

    def find_customers(self, org_id: int, identifiers: Sequence[Identifier]) -> list[int | None]:
        """See Directory. One transaction for all: beginning one costs as much as looking one up."""
        keys = [identifier_key(org_id, one) for one in identifiers]
        with self._reading, storage_errors("directory"), snapshot(self._reader):
            return [row[0] for row in self._reader.executemany(f"SELECT ({FIND})", keys)]

    def customers_named(self, org_id: int, identifier_type: str, value: str) -> list[int]:
        """See Directory."""
        return [int(row[0]) for row in self._rows(FIND_ALL, org_id, identifier_type, value)]

    def add_customer(self, org_id: int, identifier: Identifier) -> int:
        """See Directory."""
        (user_id,) = self.put_customers(org_id, [Enrolment(None, (identifier,))])
        assert isinstance(user_id, int), "one identifier alone contradicts nothing"
        return user_id

    def group(self, org_id: int, group_id: int) -> Group | None:
        """See Directory."""
        return self._group(self._rows(f"{_GROUP} WHERE org = ? AND id = ?", org_id, group_id))

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """See Directory."""
        return self._group(self._rows(f"{_GROUP} WHERE org = ? AND external_id = ?", org_id, external_id))

    def groups(self, org_id: int, first: int, limit: int) -> list[Group]:
        """See Directory."""
        rows = self._rows(f"{_GROUP} WHERE org = ? AND id >= ? ORDER BY id LIMIT ?", org_id, first, limit)
        return [group for row in rows if (group := self._group([row])) is not None]

    def groups_of(self, org_id: int, user_id: int) -> list[Group]:
        """See Directory."""
        rows = self._rows(f"{_GROUP} WHERE org = ? AND primary_user = ? ORDER BY id", org_id, user_id)
        return [group for row in rows if (group := self._group([row])) is not None]

    def groups_with(self, org_id: int, user_id: int) -> list[Group]:
        """See Directory."""
        rows = self._rows(
            f"{_GROUP} WHERE org = ?1 AND id IN (SELECT group_id FROM member WHERE org = ?1 AND user_id = ?2 "
            "UNION SELECT id FROM user_group WHERE org = ?1 AND primary_user = ?2) ORDER BY id",
            org_id,
            user_id,
        )
        return [group for row in rows if (group := self._group([row])) is not None]

    def _group(self, rows: list[tuple[Any, ...]]) -> Group | None:
        if not rows:
            return None
        org_id, group_id, external_id, primary = rows[0]
        find = "SELECT user_id FROM member WHERE org = ? AND group_id = ? ORDER BY user_id"
        members = tuple(int(row[0]) for row in self._rows(find, org_id, group_id))
        return Group(org_id, group_id, external_id, primary, members)

    def audits(self, org_id: int, about: Collection[About], limit: int) -> list[DirectoryChange]:
        """See Directory."""
        return audit_of(self._rows(SELECT_AUDIT, org_id, about_texts(about), limit))

    def put_org(self, org: Org, change: DirectoryChange | None = None) -> None:
        """See Directory."""
        with self._changing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO org VALUES (?, ?, ?, ?, ?)",
                (org.id, org.name, org.parent_org_id, org.time_zone, int(org.is_basic_auth_enabled)),
            )
            put_change(connection, change)

    def put_till(self, till: Till, change: DirectoryChange | None = None) -> None:
        """See Directory."""
        with self._changing() as connection:
            rows: list[Any] = connection.execute(f"{_TILL} WHERE code = ?", (till.code,)).fetchall()
            known = Till(*rows[0]) if rows else None
            if known is not None and (known.org_id, known.id) != (till.org_id, till.id):
                raise LoadError(
                    f"till code {till.code!r} of org {till.org_id} is taken by till {known.id} of org {known.org_id}; "
                    "codes are unique in an installation"
                )
            connection.execute("DELETE FROM till WHERE org = ? AND id = ?", (till.org_id, till.id))
            connection.execute("INSERT INTO till VALUES (?, ?, ?)", (till.code, till.org_id, till.id))
            put_change(connection, change)

    def put_customer(self, customer: Customer) -> None:
        """See Directory."""
        (stored,) = self.put_customers(customer.org_id, [Enrolment(customer.user_id, customer.identifiers)])
        if isinstance(stored, Conflict):
            raise LoadError(stored.why)

    def put_customers(
        self, org_id: int, enrolments: Sequence[Enrolment], note: Note | None = None
    ) -> list[int | Conflict]:
        """See Directory."""
        with self._changing() as connection:
            user_ids = UserIds(connection)
            stored = [enrol(connection, user_ids, org_id, one) for one in enrolments]
            user_ids.keep()
            put_change(connection, None if note is None else note(stored))
        return stored

    def put_group(self, group: Group) -> None:
        """See Directory."""
        (conflict,) = self.put_groups([group])
        if conflict is not None:
            raise LoadError(conflict.why)

    def put_groups(self, groups: Sequence[Group], note: Note | None = None) -> list[Conflict | None]:
        """See Directory."""
        with self._changing() as connection:
            stored = [put_group(connection, one) for one in groups]
            put_change(connection, None if note is None else note(stored))
        return stored

    def close(self) -> None:
        """See Directory."""
        with self._lock, self._reading:
            self._reader.close()
            self._connection.close()


def _org(row: tuple[Any, ...]) -> Org:
    return Org(row[0], row[1], row[2], row[3], bool(row[4]))
