"""The directory in SQLite: `directory.db`. Edge and worker both write it, each change in its own transaction."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, row_of, storage_errors, transaction
from hooklog.directory.base import Customer, Group, Identifier, Org, Till
from hooklog.errors import LoadError

__all__ = ["FILE_NAME", "SqliteDirectory"]

FILE_NAME = "directory.db"
_ORG = "SELECT id, name, parent_org, time_zone, is_basic_auth_enabled FROM org"
_GROUP = "SELECT org, id, external_id, primary_user FROM user_group"


class SqliteDirectory:
    """See Directory. Threads may share it."""

    def __init__(self, folder: Path, vfs: str | None = None) -> None:
        """Args: `folder`: the data folder; `vfs`: see `open_database`."""
        self._connection = open_database(folder / FILE_NAME, vfs=vfs)
        self._lock = threading.RLock()
        with storage_errors("directory"):
            migrate(self._connection, "directory")

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, storage_errors("directory"):
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _changing(self) -> Iterator[apsw.Connection]:
        with self._lock, storage_errors("directory"), transaction(self._connection):
            yield self._connection

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
        rows = self._rows("SELECT org, id, code FROM till WHERE code = ?", code)
        return Till(*rows[0]) if rows else None

    def customer(self, org_id: int, user_id: int) -> Customer | None:
        """See Directory."""
        if not self._rows("SELECT 1 FROM customer WHERE org = ? AND user_id = ?", org_id, user_id):
            return None
        find = "SELECT type, value, source, account FROM identifier WHERE org = ? AND user_id = ?"
        return Customer(org_id, user_id, tuple(Identifier(*row) for row in self._rows(find, org_id, user_id)))

    def find_customer(self, org_id: int, identifier: Identifier) -> int | None:
        """See Directory."""
        rows = self._rows(
            "SELECT user_id FROM identifier "
            "WHERE org = ? AND type = ? AND value = ? AND source = ? AND account = ?",
            *_key(org_id, identifier),
        )
        return int(rows[0][0]) if rows else None

    def add_customer(self, org_id: int, identifier: Identifier) -> int:
        """See Directory."""
        with self._changing() as connection:
            found = self.find_customer(org_id, identifier)
            if found is not None:
                return found
            connection.execute("UPDATE user_counter SET last = last + 1")
            user_id = int(row_of(connection, "SELECT last FROM user_counter")[0])
            connection.execute("INSERT INTO customer VALUES (?, ?)", (org_id, user_id))
            connection.execute(
                "INSERT INTO identifier VALUES (?, ?, ?, ?, ?, ?)", (*_key(org_id, identifier), user_id)
            )
            return user_id

    def group(self, org_id: int, group_id: int) -> Group | None:
        """See Directory."""
        return self._group(self._rows(f"{_GROUP} WHERE org = ? AND id = ?", org_id, group_id))

    def group_by_external_id(self, org_id: int, external_id: str) -> Group | None:
        """See Directory."""
        return self._group(self._rows(f"{_GROUP} WHERE org = ? AND external_id = ?", org_id, external_id))

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

    def put_org(self, org: Org) -> None:
        """See Directory."""
        with self._changing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO org VALUES (?, ?, ?, ?, ?)",
                (org.id, org.name, org.parent_org_id, org.time_zone, int(org.is_basic_auth_enabled)),
            )

    def put_till(self, till: Till) -> None:
        """See Directory."""
        with self._changing() as connection:
            known = self.till(till.code)
            if known is not None and (known.org_id, known.id) != (till.org_id, till.id):
                raise LoadError(
                    f"till code {till.code!r} of org {till.org_id} is taken by till {known.id} of org {known.org_id}; "
                    "codes are unique in an installation"
                )
            connection.execute("DELETE FROM till WHERE org = ? AND id = ?", (till.org_id, till.id))
            connection.execute("INSERT INTO till VALUES (?, ?, ?)", (till.code, till.org_id, till.id))

    def put_customer(self, customer: Customer) -> None:
        """See Directory."""
        with self._changing() as connection:
            for identifier in customer.identifiers:
                known = self.find_customer(customer.org_id, identifier)
                if known not in {None, customer.user_id}:
                    raise LoadError(
                        f"{identifier.type} {identifier.value!r} of customer {customer.user_id} "
                        f"already belongs to customer {known} of org {customer.org_id}"
                    )
            connection.execute(
                "INSERT OR IGNORE INTO customer VALUES (?, ?)", (customer.org_id, customer.user_id)
            )
            connection.execute("UPDATE user_counter SET last = max(last, ?)", (customer.user_id,))
            connection.executemany(
                "INSERT OR REPLACE INTO identifier VALUES (?, ?, ?, ?, ?, ?)",
                [(*_key(customer.org_id, one), customer.user_id) for one in customer.identifiers],
            )

    def put_group(self, group: Group) -> None:
        """See Directory."""
        with self._changing() as connection:
            known = self.group_by_external_id(group.org_id, group.external_id)
            if known is not None and known.id != group.id:
                raise LoadError(
                    f"external id {group.external_id!r} of group {group.id} already belongs to group {known.id} "
                    f"of org {group.org_id}"
                )
            connection.execute(
                "INSERT OR REPLACE INTO user_group VALUES (?, ?, ?, ?)",
                (group.org_id, group.id, group.external_id, group.primary_user_id),
            )
            connection.execute("DELETE FROM member WHERE org = ? AND group_id = ?", (group.org_id, group.id))
            connection.executemany(
                "INSERT OR IGNORE INTO member VALUES (?, ?, ?)",
                [(group.org_id, group.id, user_id) for user_id in group.members],
            )

    def close(self) -> None:
        """See Directory."""
        self._connection.close()


def _org(row: tuple[Any, ...]) -> Org:
    return Org(row[0], row[1], row[2], row[3], bool(row[4]))


def _key(org_id: int, identifier: Identifier) -> tuple[object, ...]:
    return org_id, identifier.type, identifier.value, identifier.source, identifier.account_id
