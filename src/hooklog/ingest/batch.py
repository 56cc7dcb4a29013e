"""Taking batches: each event is judged alone, all become durable together, one answer tells of all in their order.

A batch is worked on in steps of about a millisecond, so that other pushes are taken between them. The first step is
taken at once, which is all that a batch of some hundred events needs; of those that go on, one takes its steps at a
time.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import accumulate

from hooklog.catalog.base import Webhook
from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import Event, RequestIds
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.batch_answer import result_parts
from hooklog.ingest.batch_judge import judge_events
from hooklog.ingest.batch_parts import parts_of
from hooklog.ingest.body import BadBody
from hooklog.ingest.push import IngestSettings, batch_taken
from hooklog.ingest.push_rate import PushRate
from hooklog.ingest.refuser import Refuser
from hooklog.ingest.tally import Tally
from hooklog.ingest.verdicts import Verdict, invalid, too_large
from hooklog.ingest.waiter import Waiter
from hooklog.journal.group_commit import GroupCommit
from hooklog.telemetry import metrics

__all__ = ["Batches"]

# What is judged in one step.
_STEP_EVENTS = 500
_STEP_BYTES = 128 * 1024


class Batches:
    """One for a process; belongs to its event loop."""

    def __init__(
        self,
        *,
        journal: GroupCommit,
        backlog: Backlog,
        settings: IngestSettings,
        ids: RequestIds,
        rate: PushRate,
        refuser: Refuser,
        tally: Tally,
    ) -> None:
        """Make it inside the running loop; the arguments are those of the intake."""
        self._journal = journal
        self._backlog = backlog
        self._settings = settings
        self._ids = ids
        self._rate = rate
        self._refuser = refuser
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._turn = asyncio.Lock()
        self._going_on: set[asyncio.Task[None]] = set()
        self._held_bytes = 0

    @property
    def is_idle(self) -> bool:
        """Whether no batch is being judged or its answer written."""
        return not self._going_on

    def take(self, webhook: Webhook, body: bytes, waiter: Waiter, *, are_lines: bool) -> bool:
        """Judge a batch that may come in, and have its waiter told. Never raises.

        Args:
            webhook: whose push it is.
            body: all of it; not larger than a batch may be.
            waiter: told exactly once.
            are_lines: one event stands on each line; else they are the elements of an array.

        Returns: whether its events are in the journal's queue, in their order among all pushes, or refused.
        """
        size = len(body)
        if self._held_bytes + size > self._settings.batch_bytes_held_max:
            why = f"{self._held_bytes} bytes of batches are being read"
            waiter.answered(self._tally.overloaded(why, self._ids.make()))
            return True
        return self._run(self._steps(webhook, body, waiter, are_lines=are_lines), size, waiter)

    def _run(self, unguarded: Iterator[None], size: int, waiter: Waiter) -> bool:
        """Take the first step, and the others later; whether there are no others. Never raises, nor do they."""
        steps = self._guarded(unguarded, waiter)
        for _ in steps:
            break
        else:
            return True
        self._held_bytes += size
        task = self._loop.create_task(self._go_on(steps, size))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        return False

    def _guarded(self, steps: Iterator[None], waiter: Waiter) -> Iterator[None]:
        """The steps, with an answer for the waiter where one raises."""
        try:
            yield from steps
        except Exception as error:
            if waiter.is_told:
                raise
            waiter.answered(self._tally.raised(error, self._ids.make()))

    async def _go_on(self, steps: Iterator[None], size: int) -> None:
        try:
            async with self._turn:
                for _ in steps:
                    await asyncio.sleep(0)
        finally:
            self._held_bytes -= size

    def _steps(self, webhook: Webhook, body: bytes, waiter: Waiter, *, are_lines: bool) -> Iterator[None]:
        kept = body[: self._settings.refusal_bytes_max]
        texts = yield from self._parted(body, are_lines=are_lines)
        del body
        if isinstance(texts, Verdict):
            self._refuser.refuse(webhook, kept, texts, waiter)
            return
        refused = yield from self._judged(texts, are_lines=are_lines)
        if isinstance(refused, Verdict):
            self._refuser.refuse(webhook, kept, refused, waiter)
        else:
            self._decide(webhook, texts, refused, waiter)

    def _parted(self, body: bytes, *, are_lines: bool) -> Generator[None, None, list[bytes] | Verdict]:
        """The events' texts, or why there are none."""
        texts: list[bytes] = []
        for number, part in enumerate(parts_of(body, are_lines=are_lines)):
            if number:
                yield
            if isinstance(part, BadBody):
                return invalid(part)
            texts += part
            if len(texts) > self._settings.batch_events_max:
                allowed = f"{self._settings.batch_events_max} events"
                return too_large(f"more than {allowed}", allowed)
        return texts

    def _judged(
        self, texts: Sequence[bytes], *, are_lines: bool
    ) -> Generator[None, None, dict[int, Verdict] | Verdict]:
        """Which events are refused, by their place, or why all are."""
        refused: dict[int, Verdict] = {}
        for start, end in _slices(texts):
            if start:
                yield
            for place, why in judge_events(texts[start:end], self._settings, are_lines=are_lines).items():
                if isinstance(why, BadBody):
                    return invalid(BadBody(f"element {start + place + 1} of the array: {why.why}"))
                refused[start + place] = why
        return refused

    def _decide(
        self, webhook: Webhook, texts: Sequence[bytes], refused: Mapping[int, Verdict], waiter: Waiter
    ) -> None:
        """Accept what was not refused, if it may be taken now."""
        if not texts:
            self._answer(waiter, [], {})
            return
        paced = self._rate.paced(webhook, waiter, len(texts))
        if paced is None:
            return
        why = self._backlog.refusal(webhook.org_id) if len(refused) < len(texts) else None
        if why is not None:
            paced.answered(self._tally.overloaded(why, self._ids.make()))
            return
        self._accept(webhook, texts, refused, paced)

    def _accept(
        self, webhook: Webhook, texts: Sequence[bytes], refused: Mapping[int, Verdict], waiter: Waiter
    ) -> None:
        # The journal is in the order of ids: nothing comes between making them and queueing their events.
        ids = self._ids.make_many(len(texts))
        org_id, webhook_id = webhook.org_id, webhook.id
        if refused:
            events = list(self._events(webhook, ids, texts, refused))
        else:
            events = [
                Event(request_id, org_id, webhook_id, text)
                for request_id, text in zip(ids, texts, strict=True)
            ]

        def settled(error: HooklogError | None) -> None:
            if error is None:
                self._answer(waiter, ids, refused)
            elif len(refused) < len(ids):
                waiter.answered(self._tally.failed(error, ids[0]))
            else:  # Nothing was to be accepted: refused is refused.
                metrics.refusals_uncounted.labels(reason="journal_unavailable").inc(len(events))
                self._answer(waiter, ids, refused)

        try:
            if events:
                self._journal.submit_all(events, settled)
            else:
                settled(None)
        except JournalUnavailable as error:
            settled(error)

    def _events(
        self,
        webhook: Webhook,
        ids: Sequence[bytes],
        texts: Sequence[bytes],
        refused: Mapping[int, Verdict],
    ) -> Iterator[Event]:
        for place, (request_id, text) in enumerate(zip(ids, texts, strict=True)):
            if place not in refused:
                yield Event(request_id, webhook.org_id, webhook.id, text)
            elif (event := self._refuser.event(webhook, request_id, text, refused[place])) is not None:
                yield event

    def _answer(self, waiter: Waiter, ids: Sequence[bytes], refused: Mapping[int, Verdict]) -> None:
        """Tell what became of each event, now that all that is accepted is durable."""
        codes = [verdict.http_status for verdict in refused.values()]
        self._tally.batch(waiter.begun, len(ids) - len(codes), codes)

        def steps() -> Iterator[None]:
            body: list[bytes] = []
            for number, part in enumerate(result_parts(ids, refused)):
                if number > 1:  # The first two are the whole of a usual batch.
                    yield
                body.append(part)
            waiter.answered(batch_taken(b"".join(body), self._ids.make()))

        self._run(steps(), 0, waiter)


def _slices(texts: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Where each step begins and ends."""
    sizes = list(accumulate(map(len, texts), initial=0))
    start = 0
    while start < len(texts):
        by_size = bisect_right(sizes, sizes[start] + _STEP_BYTES) - 1
        end = min(max(by_size, start + 1), start + _STEP_EVENTS, len(texts))
        yield start, end
        start = end
