"""Access in memory: for tests, and the oracle of the conformance suite."""

import threading
from collections.abc import Collection

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
from hooklog.directory.audit import About, DirectoryChange
from hooklog.directory.memory_audit import changes_in, keep_change

__all__ = ["MemoryAccessStore"]


class _Kept:
    """What all handles on one memory share."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.version = 0
        self.logins: dict[tuple[int, int], TillLogin] = {}
        self.clients: dict[tuple[int, int], Client] = {}
        self.keys: dict[tuple[int, str], ApiKey] = {}
        self.audit: dict[str, DirectoryChange] = {}


class MemoryAccessStore:
    """An AccessStore that forgets everything with its last handle."""

    def __init__(self, kept: _Kept | None = None) -> None:
        """An empty store. `kept` is for `twin`."""
        self._kept = kept if kept is not None else _Kept()
        self._seen = self._kept.version

    def twin(self) -> "MemoryAccessStore":
        """Another handle on the same memory, as another process would have one on the same file."""
        return MemoryAccessStore(self._kept)

    def refresh(self) -> bool:
        """See AccessStore."""
        version = self._kept.version
        is_changed, self._seen = version != self._seen, version
        return is_changed

    def till_login(self, code: str) -> TillLogin | None:
        """See AccessStore."""
        with self._kept.lock:
            return next((login for login in self._kept.logins.values() if login.code == code), None)

    def client(self, key: str) -> Client | None:
        """See AccessStore."""
        with self._kept.lock:
            return next((client for client in self._kept.clients.values() if client.key == key), None)

    def api_keys(self, lookup: str) -> list[ApiKey]:
        """See AccessStore."""
        with self._kept.lock:
            found = [key for _, key in sorted(self._kept.keys.items()) if key.lookup == lookup]
        return found[:CANDIDATES_MAX]

    def client_by_id(self, org_id: int, client_id: int) -> Client | None:
        """See AccessStore."""
        return self._kept.clients.get((org_id, client_id))

    def clients(self, org_id: int, first: int, limit: int) -> list[Client]:
        """See AccessStore."""
        with self._kept.lock:
            found = sorted(self._kept.clients.items(), key=lambda item: item[0])
        return [client for key, client in found if key[0] == org_id and key[1] >= first][:limit]

    def api_key(self, org_id: int, name: str) -> ApiKey | None:
        """See AccessStore."""
        return self._kept.keys.get((org_id, name))

    def api_keys_after(self, org_id: int, name: str, limit: int) -> list[ApiKey]:
        """See AccessStore."""
        with self._kept.lock:
            found = sorted(self._kept.keys.items(), key=lambda item: item[0])
        return [one for key, one in found if key[0] == org_id and key[1] > name][:limit]

    def audits(self, org_id: int, about: Collection[About], limit: int) -> list[DirectoryChange]:
        """See AccessStore."""
        with self._kept.lock:
            return changes_in(self._kept.audit, org_id, about, limit)

    def put_till_login(self, login: TillLogin, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        check_hash(login.password_hash)
        with self._kept.lock:
            holder = self.till_login(login.code)
            if holder is not None and (holder.org_id, holder.till_id) != (login.org_id, login.till_id):
                raise key_taken("till code", login.code, holder.org_id, holder.till_id)
            self._kept.logins[login.org_id, login.till_id] = login
            self._kept.version += 1
            keep_change(self._kept.audit, change)

    def put_client(self, client: Client, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        check_hash(client.secret_hash)
        check_client(client)
        with self._kept.lock:
            holder = self.client(client.key)
            if holder is not None and (holder.org_id, holder.id) != (client.org_id, client.id):
                raise key_taken("client key", client.key, holder.org_id, holder.id)
            self._kept.clients[client.org_id, client.id] = client
            self._kept.version += 1
            keep_change(self._kept.audit, change)

    def put_api_key(self, key: ApiKey, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        check_hash(key.key_hash)
        with self._kept.lock:
            found = self.api_keys(key.lookup)
            others = [one for one in found if (one.org_id, one.name) != (key.org_id, key.name)]
            if len(others) >= CANDIDATES_MAX:
                raise lookup_full(key)
            self._kept.keys[key.org_id, key.name] = key
            self._kept.version += 1
            keep_change(self._kept.audit, change)

    def remove_till_login(self, code: str, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        with self._kept.lock:
            login = self.till_login(code)
            if login is not None:
                del self._kept.logins[login.org_id, login.till_id]
                self._kept.version += 1
            keep_change(self._kept.audit, change)

    def remove_client(self, key: str, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        with self._kept.lock:
            client = self.client(key)
            if client is not None:
                del self._kept.clients[client.org_id, client.id]
                self._kept.version += 1
            keep_change(self._kept.audit, change)

    def remove_api_key(self, org_id: int, name: str, change: DirectoryChange | None = None) -> None:
        """See AccessStore."""
        with self._kept.lock:
            if self._kept.keys.pop((org_id, name), None) is not None:
                self._kept.version += 1
            keep_change(self._kept.audit, change)

    def close(self) -> None:
        """See AccessStore."""
