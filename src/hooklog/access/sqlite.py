"""Access in `access.db`: one connection that writes and one that reads, each behind a lock.

The reader never waits for a writer (WAL), so a slow commit cannot hold up the event loop that reads; and
because every write is another connection's, the reader's `data_version` tells of our own changes too.
"""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from hooklog.access.base import (
    CANDIDATES_MAX,
    ApiKey,
    Client,
    TillLogin,
    check_client,
    check_hash,
    key_taken,
    lookup_full,
)
from hooklog.access.sqlite_rows import Value, from_row, put_sql, select_sql, to_row
from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, storage_errors, transaction
from hooklog.directory.audit import About, DirectoryChange
from hooklog.directory.sqlite_audit import SELECT_AUDIT, about_texts, audit_of, put_change

__all__ = ["ACCESS_FILE", "SqliteAccessStore"]

ACCESS_FILE = "access.db"

_TILL_LOGIN_BY_CODE = f"{select_sql('till_login', TillLogin)} WHERE code = ?"
_CLIENT_BY_KEY = f"{select_sql('client', Client)} WHERE key = ?"
_API_KEYS_BY_LOOKUP = (
    f"{select_sql('api_key', ApiKey)} INDEXED BY api_key_by_lookup"
    " WHERE lookup = ? ORDER BY org_id, name LIMIT ?"
)
_CLIENT_BY_ID = f"{select_sql('client', Client)} WHERE org_id = ? AND id = ?"
_CLIENTS = f"{select_sql('client', Client)} WHERE org_id = ? AND id >= ? ORDER BY id LIMIT ?"
_API_KEY = f"{select_sql('api_key', ApiKey)} WHERE org_id = ? AND name = ?"
_API_KEYS_AFTER = f"{select_sql('api_key', ApiKey)} WHERE org_id = ? AND name > ? ORDER BY name LIMIT ?"
_PUT_TILL_LOGIN = put_sql("till_login", TillLogin, "org_id, till_id")
_PUT_CLIENT = put_sql("client", Client, "org_id, id")
_PUT_API_KEY = put_sql("api_key", ApiKey, "org_id, name")


class SqliteAccessStore:
    """An AccessStore in a data folder."""

    def __init__(self, folder: Path) -> None:
        """Open `access.db` in a folder that exists, making and migrating it as needed. Blocks.

        Raises:
            FolderNotWritable: the file cannot be opened or made.
            FolderTooNew: it was written by a newer version.
        """
        path = folder / ACCESS_FILE
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._writer = open_database(path)
        try:
            with storage_errors(ACCESS_FILE):
                migrate(self._writer, "access")
            self._reader = open_database(path, read_only=True)
        except BaseException:
            self._writer.close()
            raise
        self._seen = self._data_version()

    def refresh(self) -> bool:
        """See AccessStore."""
        with self._reading, storage_errors(ACCESS_FILE):
            version = self._data_version()
            is_changed, self._seen = version != self._seen, version
        return is_changed

    def till_login(self, code: str) -> TillLogin | None:
        """See AccessStore."""
        rows = self._read(_TILL_LOGIN_BY_CODE, code)
        return from_row(TillLogin, rows[0]) if rows else None

    def client(self, key: str) -> Client | None:
        """See AccessStore."""
        rows = self._read(_CLIENT_BY_KEY, key)
        return from_row(Client, rows[0]) if rows else None

    def api_keys(self, lookup: str) -> list[ApiKey]:
        """See AccessStore."""
        return [from_row(ApiKey, row) for row in self._read(_API_KEYS_BY_LOOKUP, lookup, CANDIDATES_MAX)]

    def client_by_id(self, org_id: int, client_id: int) -> Client | None:
        """See AccessStore."""
        rows = self._read(_CLIENT_BY_ID, org_id, client_id)
        return from_row(Client, rows[0]) if rows else None

    def clients(self, org_id: int, first: int, limit: int) -> list[Client]:
        """See AccessStore."""
        return [from_row(Client, row) for row in self._read(_CLIENTS, org_id, first, limit)]

    def api_key(self, org_id: int, name: str) -> ApiKey | None:
        """See AccessStore."""
        rows = self._read(_API_KEY, org_id, name)
        return from_row(ApiKey, rows[0]) if rows else None

    def api_keys_after(self, org_id: int, name: str, limit: int) -> list[ApiKey]:
        """See AccessStore."""
        return [from_row(ApiKey, row) for row in self._read(_API_KEYS_AFTER, org_id, name, limit)]

    def audits(self, org_id: int, about: Collection[About], limit: int) -> list[DirectoryChange]:
        """See AccessStore."""
        return audit_of(self._read(SELECT_AUDIT, org_id, about_texts(about), limit))

    def put_till_login(self, login: TillLogin, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        check_hash(login.password_hash)
        with self._write() as writer:
            select = "SELECT org_id, till_id FROM till_login WHERE code = ?"
            holder = writer.execute(select, (login.code,)).fetchone()
            if holder not in {None, (login.org_id, login.till_id)}:
                raise key_taken("till code", login.code, *holder)
            writer.execute(_PUT_TILL_LOGIN, to_row(login))
            put_change(writer, change)

    def put_client(self, client: Client, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        check_hash(client.secret_hash)
        check_client(client)
        with self._write() as writer:
            holder = writer.execute("SELECT org_id, id FROM client WHERE key = ?", (client.key,)).fetchone()
            if holder not in {None, (client.org_id, client.id)}:
                raise key_taken("client key", client.key, *holder)
            writer.execute(_PUT_CLIENT, to_row(client))
            put_change(writer, change)

    def put_api_key(self, key: ApiKey, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        check_hash(key.key_hash)
        with self._write() as writer:
            select = "SELECT count(*) FROM api_key WHERE lookup = ? AND NOT (org_id = ? AND name = ?)"
            others = writer.execute(select, (key.lookup, key.org_id, key.name)).get
            assert isinstance(others, int)
            if others >= CANDIDATES_MAX:
                raise lookup_full(key)
            writer.execute(_PUT_API_KEY, to_row(key))
            put_change(writer, change)

    def remove_till_login(self, code: str, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        with self._write() as writer:
            writer.execute("DELETE FROM till_login WHERE code = ?", (code,))
            put_change(writer, change)

    def remove_client(self, key: str, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        with self._write() as writer:
            writer.execute("DELETE FROM client WHERE key = ?", (key,))
            put_change(writer, change)

    def remove_api_key(self, org_id: int, name: str, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        with self._write() as writer:
            writer.execute("DELETE FROM api_key WHERE org_id = ? AND name = ?", (org_id, name))
            put_change(writer, change)

    def close(self) -> None:
        """See AccessStore."""
        with self._reading, self._writing:
            self._reader.close()
            self._writer.close()

    def _data_version(self) -> int:
        version = self._reader.pragma("data_version")
        assert isinstance(version, int)
        return version

    def _read(self, sql: str, *values: str | int) -> list[tuple[Value, ...]]:
        with self._reading, storage_errors(ACCESS_FILE):
            return self._reader.execute(sql, values).fetchall()

    @contextmanager
    def _write(self) -> Iterator[apsw.Connection]:
        with self._writing, storage_errors(ACCESS_FILE), transaction(self._writer):
            yield self._writer
