"""An intake over a journal in memory whose gate a test opens, and who waits for its answers."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hooklog.access.authenticate import Authenticator
from hooklog.access.memory import MemoryAccessStore
from hooklog.access.rate_limit import TokenBuckets
from hooklog.catalog.memory import MemoryCatalog
from hooklog.event import Event, RequestIds
from hooklog.ingest.accept import Intake
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.head import PushHead, head_of
from hooklog.ingest.push import Answer, IngestSettings, accepted
from hooklog.ingest.waiter import Waiter
from hooklog.testing.builders import WEBHOOK_ID, make_webhook
from hooklog.testing.gated_journal import GatedJournal, GroupCommitBench, until

LINES, ARRAY = "application/x-ndjson", "application/json"


def batch_head(content_type: str = LINES, method: str = "POST") -> PushHead:
    head = head_of(f"/webhooks/{WEBHOOK_ID}/batch", method, {"content-type": content_type})
    assert head is not None
    return head


class Asker(Waiter):
    def __init__(self) -> None:
        self.answers: list[Answer] = []

    @property
    def is_told(self) -> bool:
        return bool(self.answers)

    def accepted(self) -> None:
        self.answered(accepted(self.request_id))

    def answered(self, answer: Answer) -> None:
        self.answers.append(answer)

    @property
    def answer(self) -> Answer:
        assert len(self.answers) == 1, f"told {len(self.answers)} times"
        return self.answers[0]

    @property
    def results(self) -> list[dict[str, Any]]:
        assert self.answer.code == 200, self.answer
        found: list[dict[str, Any]] = msgspec.json.decode(self.answer.body)["results"]
        return found

    @property
    def codes(self) -> list[int]:
        return [result["status"]["code"] for result in self.results]


class IntakeBench:
    """Make it inside a running loop. `now` is its clock, in seconds."""

    def __init__(
        self,
        folder: Path,
        journal: GatedJournal | None = None,
        *,
        journal_settings: Mapping[str, Any] | None = None,
        push_rate: tuple[float, int] | None = None,
        **settings: Any,
    ) -> None:
        self.now = 100.0
        self.journal = journal or GatedJournal()
        self.bench = GroupCommitBench(self.journal, **(journal_settings or {}))
        catalog = MemoryCatalog()
        catalog.put_webhook(make_webhook())
        self.settings = IngestSettings(disk_free_bytes_min=0, **settings)
        self.backlog = Backlog(self.settings, folder, {}, 0, 0)
        store: Any = None
        self.intake = Intake(
            catalog=catalog,
            authenticator=Authenticator(MemoryAccessStore(), store, lambda _: True),
            journal=self.bench.commit,
            backlog=self.backlog,
            settings=self.settings,
            ids=RequestIds(),
            clock=self.clock,
            push_rate=None if push_rate is None else TokenBuckets(*push_rate, self.clock),
        )

    def clock(self) -> float:
        return self.now

    def take(self, body: bytes, content_type: str = LINES, *, size: int | None = None) -> Asker:
        asker = Asker()
        self.intake.take(batch_head(content_type), body, len(body) if size is None else size, asker)
        return asker

    async def told(self, body: bytes, content_type: str = LINES) -> Asker:
        asker = self.take(body, content_type)
        await until(lambda: bool(asker.answers))
        await asyncio.sleep(0)
        return asker

    def stored(self) -> list[Event]:
        return [item.event for item in self.journal.memory.read(0, 1_000_000, 1 << 40)]
