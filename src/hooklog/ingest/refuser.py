"""Refusing pushes of known webhooks: each has an entry while they are few, and is answered the same in any case."""

from hooklog.catalog.base import Webhook
from hooklog.errors import HooklogError, JournalUnavailable
from hooklog.event import Event, Refusal, RequestIds
from hooklog.ingest.push import IngestSettings, refused
from hooklog.ingest.refusals import RefusalQuota
from hooklog.ingest.tally import Tally
from hooklog.ingest.verdicts import Verdict
from hooklog.ingest.waiter import Waiter
from hooklog.journal.group_commit import GroupCommit
from hooklog.telemetry import metrics

__all__ = ["Refuser"]


class Refuser:
    """One for a process; belongs to its event loop."""

    def __init__(
        self,
        journal: GroupCommit,
        quota: RefusalQuota,
        settings: IngestSettings,
        ids: RequestIds,
        tally: Tally,
    ) -> None:
        """Args:
        journal: carries refusals to the worker, who writes every entry.
        quota: says which have one.
        settings: how much of a body is kept.
        ids: makes request ids.
        tally: counts answers.
        """
        self._journal = journal
        self._quota = quota
        self._bytes_max = settings.refusal_bytes_max
        self._ids = ids
        self._tally = tally

    def refuse(self, webhook: Webhook, body: bytes, verdict: Verdict, waiter: Waiter) -> None:
        """Answer once the refusal is durable; also when it cannot be."""
        request_id = self._ids.make()
        answer = refused(
            verdict.http_status,
            verdict.answer_message,
            request_id,
            code=verdict.code,
            headers=verdict.headers,
        )

        def settled(error: HooklogError | None) -> None:
            if error is not None:
                metrics.refusals_uncounted.labels(reason="journal_unavailable").inc()
            waiter.answered(self._tally.refused(answer))

        event = self.event(webhook, request_id, body, verdict)
        if event is None:
            waiter.answered(self._tally.refused(answer))
            return
        try:
            self._journal.submit(event, settled)
        except JournalUnavailable as error:
            settled(error)

    def event(self, webhook: Webhook, request_id: bytes, body: bytes, verdict: Verdict) -> Event | None:
        """What carries a refusal to the log; None where it is one too many, and only counted."""
        if not self._quota.take(webhook.id):
            metrics.refusals_uncounted.labels(reason="beyond_quota").inc()
            return None
        refusal = Refusal(verdict.status, verdict.entry_message)
        return Event(request_id, webhook.org_id, webhook.id, body[: self._bytes_max], refusal)
