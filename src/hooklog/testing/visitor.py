"""Who talks to the real program in tests: pushes events as a source does, asks the log as a reader does."""

import json
from collections.abc import Mapping
from typing import Any, Self

import httpx

from hooklog.testing.program import Program, wait_until

__all__ = ["LOGS", "Entry", "Visitor"]

LOGS = "/v2/events/logs"

Entry = dict[str, Any]


class Visitor:
    """One caller with one set of credentials; a context manager. `auth` is (code, md5 hex); None for no Basic."""

    def __init__(
        self,
        program: Program,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Nothing is sent yet."""
        self.program = program
        self._client = httpx.Client(auth=auth, headers=dict(headers or {}), timeout=20.0)

    def __enter__(self) -> Self:
        """The visitor."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self, target: str, /, *, headers: Mapping[str, str] | None = None, **filters: Any
    ) -> httpx.Response:
        """GET of a path of the API, or of an absolute URL; the query of an URL stays when no filters are given."""
        url = target if target.startswith("http") else self.program.url + target
        asked = {name: value for name, value in filters.items() if value is not None}
        return self._client.get(url, params=asked or None, headers=dict(headers or {}))

    def send(self, method: str, target: str, /, **content: Any) -> httpx.Response:
        """Any other request to a path of the API; `content` as httpx takes it, e.g. `json` or `headers`."""
        return self._client.request(method, self.program.url + target, **content)

    def answer(self, target: str = LOGS, /, **filters: Any) -> dict[str, Any]:
        """The body of a 200."""
        answer = self.ask(target, **filters)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        body: dict[str, Any] = answer.json()
        return body

    def entries(self, **filters: Any) -> list[Entry]:
        """What the log shows, up to 1,000 entries unless `limit` says less."""
        entries: list[Entry] = self.answer(LOGS, **{"limit": 1000, **filters})["data"]
        return entries

    def ids(self, **filters: Any) -> list[str]:
        """The request ids of `entries`."""
        return [entry["id"] for entry in self.entries(**filters)]

    def settled(self, *request_ids: str) -> list[Entry]:
        """The entries of events, in this order, once all of them have settled."""
        found: dict[str, Entry] = {}

        def have_settled() -> bool:
            for request_id in request_ids:
                if request_id not in found:
                    entry = self.answer(f"{LOGS}/{request_id}")["data"][0]
                    if entry.get("status") == "PENDING":
                        return False
                    found[request_id] = entry
            return True

        wait_until(f"{len(request_ids)} events have settled", have_settled)
        return [found[request_id] for request_id in request_ids]

    def push(
        self,
        webhook_id: str,
        body: bytes | str | Mapping[str, object],
        *,
        by_main_port: bool = False,
        content_type: str | None = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One push: bytes and text as they are, anything else as JSON."""
        base = self.program.url if by_main_port else self.program.ingest_url
        content = body if isinstance(body, bytes | str) else json.dumps(body)
        sent = {**({} if content_type is None else {"content-type": content_type}), **(headers or {})}
        return self._client.post(f"{base}/webhooks/{webhook_id}", content=content, headers=sent)

    def batch(
        self,
        webhook_id: str,
        body: bytes,
        *,
        by_main_port: bool = False,
        content_type: str | None = "application/x-ndjson",
    ) -> httpx.Response:
        """Many events in one body: lines, or an array where the content type says so."""
        return self.push(f"{webhook_id}/batch", body, by_main_port=by_main_port, content_type=content_type)

    def accepted(
        self, webhook_id: str, body: bytes | str | Mapping[str, object], *, by_main_port: bool = False
    ) -> str:
        """The request id of a push, which must be accepted."""
        answer = self.push(webhook_id, body, by_main_port=by_main_port)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        request_id: str = answer.json()["requestId"]
        return request_id
