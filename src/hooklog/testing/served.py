"""The API over rooms in memory, for callers made up by the test: what needs no program of its own to be shown."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import httpx
from litestar.testing import TestClient

from hooklog.access.authenticate import Authenticator
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.scopes import TILL_SCOPES, Caller, Scope
from hooklog.api.app import build_api
from hooklog.api.context import Context
from hooklog.api.settings import ApiSettings
from hooklog.catalog.settings import CatalogSettings
from hooklog.eventlog.base import EventLogReader
from hooklog.eventlog.retention import RetentionSettings
from hooklog.storage import Storage
from hooklog.testing.setting import ORG_ID
from hooklog.testing.system import MemorySystem

__all__ = ["Served", "served"]


class _TrustsHeaders:
    """Stands where credentials are verified: the org and the scopes are what the request says."""

    async def authenticate(self, headers: Mapping[str, str]) -> Caller | None:
        """The caller that `Served.get` asked for."""
        scopes = frozenset(Scope(text) for text in headers["x-test-scopes"].split())
        return Caller(int(headers["x-test-org"]), "api_key", "test", scopes)


class Served:
    """Asks the API as anybody."""

    def __init__(self, client: TestClient[Any]) -> None:
        """Args: `client`: of the API."""
        self._client = client

    def page(self, path: str) -> httpx.Response:
        """What is answered to anybody, whole."""
        answer: httpx.Response = self._client.get(path)
        return answer

    def get(self, path: str, **asked: Any) -> tuple[int, dict[str, Any]]:
        """HTTP status and body; see `answer`."""
        answer = self.answer(path, **asked)
        return answer.status_code, answer.json()

    def answer(
        self,
        path: str,
        *,
        org_id: int = ORG_ID,
        scopes: Iterable[str] = TILL_SCOPES,
        headers: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        """What is answered, whole; `scopes` are a till's unless told otherwise."""
        headers = {"x-test-org": str(org_id), "x-test-scopes": " ".join(scopes), **(headers or {})}
        answer: httpx.Response = self._client.get(path, params=parameters or None, headers=headers)
        return answer


@contextmanager
def served(
    system: MemorySystem, log: EventLogReader | None = None, ingest_url: str = "http://127.0.0.1:8081"
) -> Iterator[Served]:
    """The API over a system, with another log where one is given."""
    context = Context(
        settings=ApiSettings(),
        ingest_url=ingest_url,
        ingest_port=8081,
        limits=CatalogSettings(),
        retention=RetentionSettings(days=30, orgs={str(ORG_ID): 7}, events={f"{ORG_ID}/visit": 2}),
        waiting=lambda org_id: system.journal.backlog_by_org(system.writer.position).get(org_id, 0),
        storage=lambda: Storage({"journal": 1, "event_log": 2}, 3),
        access=MemoryAccessStore(),
        authenticator=cast("Authenticator", _TrustsHeaders()),
        catalog=system.catalog,
        directory=system.directory,
        journal=system.journal,
        log=log or system.log,
        cursor_key=bytes(32),
        is_ready=lambda: None,
    )
    with TestClient(build_api(context)) as client:
        yield Served(client)
