"""The catalog in SQLite: `catalog.db`, read whole into memory and read again when another process changed it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hooklog.catalog.base import Definition, PublishState, Webhook
from hooklog.catalog.merge import merge_definition, merge_webhook
from hooklog.db.migrate import migrate
from hooklog.db.sqlite import open_database, storage_errors, transaction

__all__ = ["FILE_NAME", "SqliteCatalog"]

FILE_NAME = "catalog.db"

_encode = msgspec.json.Encoder().encode
_decode_definition = msgspec.json.Decoder(Definition).decode
_decode_webhook = msgspec.json.Decoder(Webhook).decode


class SqliteCatalog:
    """See Catalog. Threads may share it; old versions are read from the disk, the newest from memory."""

    def __init__(self, folder: Path, vfs: str | None = None) -> None:
        """Args: `folder`: the data folder; `vfs`: see `open_database`."""
        self._connection = open_database(folder / FILE_NAME, vfs=vfs)
        self._lock = threading.Lock()
        self._seen = -1
        self._webhooks: dict[str, Webhook] = {}
        self._newest: dict[tuple[int, str], Definition] = {}
        with storage_errors("catalog"):
            migrate(self._connection, "catalog")
        self.refresh()

    def refresh(self) -> bool:
        """See Catalog: asks SQLite's data_version, which costs microseconds."""
        with self._lock, storage_errors("catalog"):
            # It counts commits of other connections; our own writes keep the memory true themselves.
            seen = self._connection.pragma("data_version")
            if seen == self._seen:
                return False
            self._seen = seen
            self._webhooks = {
                webhook.id: webhook
                for (body,) in self._connection.execute("SELECT body FROM webhook")
                for webhook in (_decode_webhook(body),)
            }
            self._newest = {
                (definition.org_id, definition.name): definition
                for (body,) in self._connection.execute(
                    "SELECT body FROM definition ORDER BY org, name, version"
                )
                for definition in (_decode_definition(body),)
            }
            return True

    def webhook(self, webhook_id: str) -> Webhook | None:
        """See Catalog."""
        return self._webhooks.get(webhook_id)

    def definition(self, org_id: int, name: str) -> Definition | None:
        """See Catalog."""
        return self._newest.get((org_id, name))

    def definition_version(self, org_id: int, name: str, version: int) -> Definition | None:
        """See Catalog."""
        newest = self._newest.get((org_id, name))
        if newest is not None and newest.version == version:
            return newest
        with self._lock, storage_errors("catalog"):
            return self._stored_definition(org_id, name, version)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """A transaction; when it fails, memory is read anew, since it may be ahead of the disk."""
        with self._lock, storage_errors("catalog"):
            try:
                with transaction(self._connection):
                    yield
            except BaseException:
                self._seen = -1
                raise

    def definitions(self, org_id: int) -> list[Definition]:
        """See Catalog."""
        return [one for key, one in sorted(self._newest.items()) if key[0] == org_id]

    def put_definition(self, definition: Definition) -> Definition:
        """See Catalog."""
        with self._changing():
            newest = self._stored_definition(definition.org_id, definition.name)
            return self._store_definition(merge_definition(newest, definition))

    def put_webhook(self, webhook: Webhook) -> Webhook:
        """See Catalog."""
        with self._changing():
            return self._store_webhook(merge_webhook(self._stored_webhook(webhook.id), webhook))

    def disable_webhook(self, webhook_id: str) -> None:
        """See Catalog."""
        with self._changing():
            found = self._stored_webhook(webhook_id)
            if found is not None:
                self._store_webhook(msgspec.structs.replace(found, is_disabled=True))

    def disable_definition(self, org_id: int, name: str) -> None:
        """See Catalog."""
        with self._changing():
            found = self._stored_definition(org_id, name)
            if found is not None:
                self._store_definition(msgspec.structs.replace(found, state=PublishState.DISABLED))

    def mark_verified(self, org_id: int, name: str, version: int) -> None:
        """See Catalog."""
        with self._changing():
            found = self._stored_definition(org_id, name, version)
            if found is not None and not found.is_verified:
                self._store_definition(msgspec.structs.replace(found, is_verified=True))

    def close(self) -> None:
        """See Catalog."""
        self._connection.close()

    def _stored_definition(self, org_id: int, name: str, version: int | None = None) -> Definition | None:
        """A version, by default the newest one, on disk: another process may be ahead of our memory."""
        find = "SELECT body FROM definition WHERE org = ? AND name = ? AND version = coalesce(?, version) "
        values = (org_id, name, version)
        row = self._connection.execute(find + "ORDER BY version DESC LIMIT 1", values).fetchone()
        return None if row is None else _decode_definition(row[0])

    def _store_definition(self, definition: Definition) -> Definition:
        self._connection.execute(
            "INSERT OR REPLACE INTO definition VALUES (?, ?, ?, ?)",
            (definition.org_id, definition.name, definition.version, _encode(definition).decode()),
        )
        newest = self._newest.get((definition.org_id, definition.name), definition)
        if definition.version >= newest.version:
            self._newest[definition.org_id, definition.name] = definition
        return definition

    def _stored_webhook(self, webhook_id: str) -> Webhook | None:
        row = self._connection.execute("SELECT body FROM webhook WHERE id = ?", (webhook_id,)).fetchone()
        return None if row is None else _decode_webhook(row[0])

    def _store_webhook(self, webhook: Webhook) -> Webhook:
        self._connection.execute(
            "INSERT OR REPLACE INTO webhook VALUES (?, ?, ?)",
            (webhook.id, webhook.org_id, _encode(webhook).decode()),
        )
        self._webhooks[webhook.id] = webhook
        return webhook
