"""The edge's part that replays events: it appends to the journal as pushes do, so it lives beside its writer."""

from functools import partial

from hooklog.api.context import Context
from hooklog.api.replay_query import question_of
from hooklog.config import Settings
from hooklog.event import RequestIds
from hooklog.ingest.backlog import Backlog
from hooklog.ingest.body import judge_body
from hooklog.journal.group_commit import GroupCommit
from hooklog.replay.carrier import Carrier
from hooklog.replay.jobs_thread import JobsThread
from hooklog.replay.replayer import Replayer
from hooklog.server import EdgeRooms

__all__ = ["build_replayer"]


def build_replayer(
    rooms: EdgeRooms,
    settings: Settings,
    context: Context,
    *,
    journal: GroupCommit,
    backlog: Backlog,
    ids: RequestIds,
) -> Replayer:
    """The replayer over an edge's rooms; `ids` are those that its pushes get. Its `run` goes on with what runs."""

    def judge(body: bytes) -> str | None:
        bad = judge_body(body, settings.ingest.depth_max)
        return None if bad is None else bad.why

    jobs = JobsThread(rooms.jobs)
    carrier = Carrier(
        jobs=jobs,
        read=context.read,
        read_journal=context.read_journal,
        log=rooms.log,
        journal=rooms.journal_reader,
        intake=journal,
        own_ms=ids.own_ms,
        question=partial(question_of, context),
        judge=judge,
    )
    return Replayer(
        jobs=jobs,
        carrier=carrier,
        log=rooms.log,
        read=context.read,
        journal=journal,
        ids=ids,
        judge=judge,
        settings=settings.replay,
        backlog=lambda: backlog.events,
        refusal=backlog.refusal,
    )
