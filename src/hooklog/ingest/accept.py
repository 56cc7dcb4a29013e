"""Judging a push and making it durable: what both listeners call. Knows nothing of HTTP frameworks.

Refusals are decided in a fixed order, the first wins: 404, 405, 410, 401, 415, 413, 400 (contract I.19); where
pushes are limited, 429 stands between 401 and 415 and is counted, not logged.
A refused push of a known webhook travels through the journal with its verdict, so that the worker writes every
entry; it is answered the same when that fails.
"""

import time
from collections.abc import Callable

import msgspec

from hooklog.access.authenticate import Authenticator
from hooklog.access.rate_limit import TokenBuckets
from hooklog.catalog.base import Catalog, Webhook
from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import USUAL_MESSAGES, Event, Refusal, RequestIds, Status
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.body import BadBody, judge_body
from hooklog.ingest.credentials import mechanisms_of
from hooklog.ingest.push import Answer, IngestSettings, Push, accepted, refused
from hooklog.ingest.refusals import RefusalQuota
from hooklog.journal.group_commit import GroupCommit
from hooklog.telemetry import metrics

__all__ = ["Intake"]

_SIGN_IN = "Please check your username/password or authentication token"
_NOT_FOUND = "Incorrect resource"


class _Verdict(msgspec.Struct, frozen=True):
    http_status: int
    status: Status
    entry_message: str
    answer_message: str
    code: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


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
        """Args:
        catalog: knows the webhooks; other processes' changes are noticed by whoever refreshes it.
        authenticator: verifies credentials.
        journal: makes events durable.
        backlog: says when there is too much.
        settings: bounds.
        ids: makes request ids.
        clock: monotonic seconds.
        push_rate: how often each webhook may be pushed to; None for no limit.
        """
        self._push_rate = push_rate
        self._catalog = catalog
        self._authenticator = authenticator
        self._journal = journal
        self._backlog = backlog
        self._settings = settings
        self._ids = ids
        self._clock = clock
        self._quota = RefusalQuota(settings.refusals_logged_per_second, clock)

    async def accept(self, push: Push) -> Answer:
        """Judge a push; a 200 means that the event is synced to disk. Never raises for what was sent."""
        started = self._clock()
        answer = await self._judge(push)
        metrics.pushes.labels(code=answer.code).inc()
        if answer.code == 200:
            metrics.append_seconds.observe(self._clock() - started)
        return answer

    async def _judge(self, push: Push) -> Answer:
        webhook = self._catalog.webhook(push.webhook_id)
        if webhook is None:
            metrics.refusals_uncounted.labels(reason="unknown_webhook").inc()
            return refused(404, _NOT_FOUND, self._ids.make())
        if push.method != "POST":
            metrics.refusals_uncounted.labels(reason="method").inc()
            message = f"{push.method} is not allowed here; push events with POST"
            return refused(405, message, self._ids.make(), headers=(("allow", "POST"),))
        try:
            verdict = await self._verdict_on_sender(webhook, push)
            if verdict is None:
                limited = None if self._push_rate is None else self._limited(self._push_rate, webhook)
                if limited is not None:
                    return limited
                verdict = self._verdict_on_body(push)
            if verdict is not None:
                return await self._refuse(webhook, push, verdict)
            why = self._backlog.refusal(webhook.org_id)
            return await self._keep(webhook, push) if why is None else self._overloaded(why)
        except HooklogError as error:
            return self._overloaded(str(error))

    async def _keep(self, webhook: Webhook, push: Push) -> Answer:
        # Nothing is awaited between making the id and queueing the event: the journal is in the order of ids.
        request_id = self._ids.make()
        await self._journal.append(Event(request_id, webhook.org_id, webhook.id, push.body))
        return accepted(request_id)

    async def _verdict_on_sender(self, webhook: Webhook, push: Push) -> _Verdict | None:
        """Why a push of a known webhook is refused, whatever it holds; None when it is not."""
        if webhook.is_disabled:
            message = USUAL_MESSAGES[Status.WEBHOOK_DISABLED]
            return _Verdict(410, Status.WEBHOOK_DISABLED, message, message)
        if webhook.auth_enabled and not await self._may_push(webhook, push):
            # RFC 9110 11.6.1: a 401 names the ways to sign in.
            challenge = (("www-authenticate", 'Basic realm="hooklog"'),)
            message = USUAL_MESSAGES[Status.UNAUTHORIZED]
            return _Verdict(401, Status.UNAUTHORIZED, message, _SIGN_IN, headers=challenge)
        return None

    def _verdict_on_body(self, push: Push) -> _Verdict | None:
        """Why a push is refused for what it holds; None when it is not."""
        content_type = push.headers.get("content-type", "")
        if not _is_json(content_type):
            why = f"content type {content_type[:100]!r} is not application/json"
            return _invalid(415, BadBody(why))
        if push.size > self._settings.body_bytes_max:
            message = f"Request too large: {push.size} bytes"
            allowed = f"{message}; at most {self._settings.body_bytes_max} are allowed"
            return _Verdict(413, Status.REQUEST_TOO_LARGE, message, allowed)
        bad = judge_body(push.body, self._settings.depth_max)
        return None if bad is None else _invalid(400, bad)

    async def _may_push(self, webhook: Webhook, push: Push) -> bool:
        """Pushing needs no scope, but the webhook's own mechanism and org (contract I.26, I.28)."""
        caller = await self._authenticator.authenticate(push.headers, mechanisms_of(webhook))
        return caller is not None and caller.org_id == webhook.org_id

    async def _refuse(self, webhook: Webhook, push: Push, verdict: _Verdict) -> Answer:
        request_id = self._ids.make()
        if self._quota.take(webhook.id):
            body = push.body[: self._settings.refusal_bytes_max]
            refusal = Refusal(verdict.status, verdict.entry_message)
            try:
                await self._journal.append(Event(request_id, webhook.org_id, webhook.id, body, refusal))
            except JournalUnavailable:
                metrics.refusals_uncounted.labels(reason="journal_unavailable").inc()
        else:
            metrics.refusals_uncounted.labels(reason="beyond_quota").inc()
        return refused(
            verdict.http_status,
            verdict.answer_message,
            request_id,
            code=verdict.code,
            headers=verdict.headers,
        )

    def _limited(self, rate: TokenBuckets, webhook: Webhook) -> Answer | None:
        """The refusal of a push that comes too soon (contract I.17); None when it does not."""
        taken = rate.take(webhook.id)
        if taken.is_allowed:
            return None
        metrics.rate_limited.labels(kind="webhook").inc()
        metrics.refusals_uncounted.labels(reason="rate_limit").inc()
        return refused(429, taken.message("this webhook"), self._ids.make(), headers=taken.headers())

    def _overloaded(self, why: str) -> Answer:
        metrics.refusals_uncounted.labels(reason="overload").inc()
        retry = (("retry-after", str(self._settings.retry_after_seconds)),)
        return refused(503, f"Try again later: {why}", self._ids.make(), headers=retry)


def _invalid(http_status: int, bad: BadBody) -> _Verdict:
    message = f"Invalid request body: {bad.why}"
    return _Verdict(http_status, Status.INVALID_REQUEST_BODY, message, message, bad.code)


def _is_json(content_type: str) -> bool:
    """`application/json`, whatever its case and parameters; a charset other than UTF-8 contradicts JSON."""
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "')
    return kind.strip() == "application/json" and charset in {"", "utf-8", "utf8"}
