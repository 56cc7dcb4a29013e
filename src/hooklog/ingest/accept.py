"""Judging a push and making it durable: what both listeners call. Knows nothing of HTTP frameworks.

Refusals are decided in a fixed order, the first wins: 404, 405, 410, 401, 415, 413, 400 (contract I.19); where
pushes are limited, 429 stands between 401 and 415 and is counted, not logged.
A refused push of a known webhook travels through the journal with its verdict, so that the worker writes every
entry; it is answered the same when that fails.

Nothing is awaited on the usual way, so a push needs no task: only a credential that was not seen lately does.
"""

import asyncio
import time
from collections.abc import Callable

import structlog

from hooklog.access.authenticate import Authenticator
from hooklog.access.rate_limit import TokenBuckets
from hooklog.access.scopes import Caller
from hooklog.access.verdicts import UNKNOWN
from hooklog.catalog.base import Catalog, Webhook
from hooklog.errors import HooklogError
from hooklog.event import Event, RequestIds
from hooklog.ingest.arriving import Room
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.batch import Batches
from hooklog.ingest.body import judge_body
from hooklog.ingest.credentials import mechanisms_of
from hooklog.ingest.head import PushHead
from hooklog.ingest.push import Answer, IngestSettings, refused
from hooklog.ingest.push_rate import PushRate
from hooklog.ingest.refusals import RefusalQuota
from hooklog.ingest.refuser import Refuser
from hooklog.ingest.tally import Tally
from hooklog.ingest.verdicts import DISABLED, invalid, no_json, too_large, unauthorized
from hooklog.ingest.waiter import Waiter
from hooklog.journal.group_commit import GroupCommit
from hooklog.telemetry import metrics

__all__ = ["NOT_FOUND", "Intake"]

NOT_FOUND = "Incorrect resource"

diagnostics = structlog.get_logger()


class Intake:
    """One for a process; belongs to its event loop."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        authenticator: Authenticator,
        journal: GroupCommit,
        backlog: Backlog,
        settings: IngestSettings,
        ids: RequestIds,
        clock: Callable[[], float] = time.monotonic,
        push_rate: TokenBuckets | None = None,
    ) -> None:
        """Make it inside the running loop.

        Args:
            catalog: knows the webhooks; other processes' changes are noticed by whoever refreshes it.
            authenticator: verifies credentials.
            journal: makes events durable.
            backlog: says when there is too much.
            settings: bounds.
            ids: makes request ids.
            clock: monotonic seconds.
            push_rate: how often each webhook may be pushed to; None for no limit.
        """
        self._catalog = catalog
        self._authenticator = authenticator
        self._journal = journal
        self._backlog = backlog
        self._settings = settings
        self._ids = ids
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._tally = Tally(clock, self._loop.call_soon, settings.retry_after_seconds)
        self._rate = PushRate(push_rate, ids, self._tally)
        refuser = Refuser(
            journal, RefusalQuota(settings.refusals_logged_per_second, clock), settings, ids, self._tally
        )
        self._refuse = refuser.refuse
        self._batches = Batches(
            journal=journal,
            backlog=backlog,
            settings=settings,
            ids=ids,
            rate=self._rate,
            refuser=refuser,
            tally=self._tally,
        )
        self._verifying: set[asyncio.Task[None]] = set()
        # For batches that are arriving; listeners take of it.
        self.room = Room(settings.batch_bytes_held_max)

    def take(self, head: PushHead, body: bytes, size: int, waiter: Waiter) -> bool:
        """Judge a push and have its waiter told, once the event is synced where it is accepted. Never raises.

        Args:
            head: of the request.
            body: what was read: at most the cap and one byte.
            size: how many bytes the sender announced or sent.
            waiter: told exactly once.

        Returns: False while credentials are being verified or a large batch is being read: until this waiter is told,
            no later push of the same connection may be handed in, or they would be accepted in another order than they
            were sent.
        """
        waiter.tally = self._tally
        waiter.begun = self._clock()
        try:
            webhook = self._catalog.webhook(head.webhook_id)
            if webhook is None or head.method != "POST":
                self._answer(waiter, self._no_push(webhook, head))
            elif webhook.is_disabled:
                self._refuse(webhook, body, DISABLED, waiter)
            elif not webhook.auth_enabled:
                return self._take_content(webhook, head, body, size, waiter)
            else:
                return self._take_signed(webhook, head, body, size, waiter)
        except HooklogError as error:
            waiter.answered(self._tally.failed(error, self._ids.make()))
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may be left without an answer
            self._raised(error, waiter)
        return True

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits: no credential is being verified, no batch judged, no event made durable."""
        return not self._verifying and self._batches.is_idle and self._journal.is_idle

    def no_room(self) -> Answer:
        """The refusal of a batch for which there was no room while it was arriving."""
        return self._tally.overloaded("too many batches are arriving", self._ids.make())

    def _take_signed(self, webhook: Webhook, head: PushHead, body: bytes, size: int, waiter: Waiter) -> bool:
        """False while the credentials are being verified."""
        try:
            caller = self._authenticator.peek(head.headers, mechanisms_of(webhook))
        except HooklogError as error:
            self._unverified(error, waiter)
            return True
        if caller is UNKNOWN:
            task = self._loop.create_task(self._verify(webhook, head, body, size, waiter))
            self._verifying.add(task)
            task.add_done_callback(self._verifying.discard)
            return False
        return self._take_from(caller, webhook, head, body, size, waiter)

    async def _verify(self, webhook: Webhook, head: PushHead, body: bytes, size: int, waiter: Waiter) -> None:
        try:
            try:
                caller = await self._authenticator.authenticate(head.headers, mechanisms_of(webhook))
            except HooklogError as error:
                self._unverified(error, waiter)
                return
            self._take_from(caller, webhook, head, body, size, waiter)
        except HooklogError as error:
            waiter.answered(self._tally.failed(error, self._ids.make()))
        except Exception as error:  # noqa: BLE001 - as in `take`
            self._raised(error, waiter)

    def _raised(self, error: Exception, waiter: Waiter) -> None:
        """An answer for whoever has none; it was the listener's own fault where the waiter was told."""
        if waiter.is_told:
            raise error
        waiter.answered(self._tally.raised(error, self._ids.make()))

    def _unverified(self, error: HooklogError, waiter: Waiter) -> None:
        diagnostics.error("authorization_unavailable", code=error.code, error=str(error), hint=error.hint)
        waiter.answered(self._tally.unverified(self._ids.make()))

    def _take_from(
        self, caller: Caller | None, webhook: Webhook, head: PushHead, body: bytes, size: int, waiter: Waiter
    ) -> bool:
        """Pushing needs no scope, but the webhook's own mechanism and org (contract I.26, I.28)."""
        if caller is None or caller.org_id != webhook.org_id:
            self._refuse(webhook, body, unauthorized(webhook.auth_mechanism), waiter)
            return True
        return self._take_content(webhook, head, body, size, waiter)

    def _take_content(self, webhook: Webhook, head: PushHead, body: bytes, size: int, waiter: Waiter) -> bool:
        """False where the waiter is told later by something else than the journal."""
        # How many events a batch holds is found out when it is read.
        paced = self._rate.paced(webhook, waiter, 0 if head.is_batch else 1)
        if paced is None:
            return True
        waiter = paced
        bytes_max = self._settings.bytes_max(is_batch=head.is_batch)
        if not (head.is_json or head.is_lines):
            self._refuse(webhook, body, no_json(head.content_type, is_batch=head.is_batch), waiter)
        elif size > bytes_max:
            self._refuse(webhook, body, too_large(f"{size} bytes", str(bytes_max)), waiter)
        elif head.is_batch:
            return self._batches.take(webhook, body, waiter, are_lines=head.is_lines)
        elif (bad := judge_body(body, self._settings.depth_max)) is not None:
            self._refuse(webhook, body, invalid(bad), waiter)
        elif (why := self._backlog.refusal(webhook.org_id)) is not None:
            waiter.answered(self._tally.overloaded(why, self._ids.make()))
        else:
            # The journal is in the order of ids: nothing comes between making one and queueing its event.
            request_id = waiter.request_id = self._ids.make()
            self._journal.submit(Event(request_id, webhook.org_id, webhook.id, body), waiter.settled)
        return True

    def _no_push(self, webhook: Webhook | None, head: PushHead) -> Answer:
        """The answer to what cannot be a push of any webhook; counted, not logged."""
        if webhook is None:
            metrics.refusals_uncounted.labels(reason="unknown_webhook").inc()
            return refused(404, NOT_FOUND, self._ids.make())
        metrics.refusals_uncounted.labels(reason="method").inc()
        message = f"{head.method} is not allowed here; push events with POST"
        return refused(405, message, self._ids.make(), headers=(("allow", "POST"),))

    def _answer(self, waiter: Waiter, answer: Answer) -> None:
        waiter.answered(self._tally.refused(answer))
