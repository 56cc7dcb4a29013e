"""A bulk replay as a server tells it, and how it looks in a terminal."""

from collections.abc import Iterator

import msgspec
from rich.text import Text

from hooklog.commands.remote import read_as
from hooklog.commands.terminal import plain, status_text

__all__ = ["ENDED", "RemoteJob", "outcome_text", "plan_lines", "read_job"]

ENDED = frozenset({"FINISHED", "CANCELLED"})
_SAMPLE_SHOWN = 3


class RemoteLeftOut(msgspec.Struct, frozen=True):
    """Events that are not replayed for one reason."""

    reason: str = ""
    count: int = 0
    message: str = ""


class RemoteOutcome(msgspec.Struct, frozen=True):
    """How many replays ended so."""

    status: str = ""
    count: int = 0


class RemotePlan(msgspec.Struct, frozen=True, rename="camel"):
    """What the job would do."""

    matching: int = 0
    is_complete: bool = True
    replayable: int = 0
    not_replayable: list[RemoteLeftOut] = []
    sample_ids: list[str] = []
    would_pass: int | None = None


class RemoteProgress(msgspec.Struct, frozen=True, rename="camel"):
    """How far it has come."""

    appended: int = 0
    settled: list[RemoteOutcome] = []
    pending: int = 0
    left_out: list[RemoteLeftOut] = []
    rate_per_second: float = 0.0

    @property
    def looked_at(self) -> int:
        """How many events it is done with."""
        return self.appended + sum(one.count for one in self.left_out)


class RemoteJob(msgspec.Struct, frozen=True, rename="camel"):
    """One job; of a single replay only the id."""

    id: str
    status: str = ""
    plan: RemotePlan = RemotePlan()
    progress: RemoteProgress = RemoteProgress()


def read_job(raw: msgspec.Raw) -> RemoteJob:
    """The job in an answer.

    Raises:
        RemoteError: it does not look like one.
    """
    return read_as(raw, RemoteJob, "a job")


def plan_lines(job: RemoteJob) -> Iterator[Text]:
    """What a job would do, in a few lines."""
    plan = job.plan
    more = "" if plan.is_complete else " and more, which were not looked at,"
    yield Text(f"{plan.matching:,} events{more} match; {plan.replayable:,} of them would be replayed.")
    if plan.would_pass is not None:
        yield Text(f"{plan.would_pass:,} of them would succeed now.")
    for one in plan.not_replayable:
        yield Text(f"{one.count:,} are left out: {plain(one.message)}.", style="yellow")
    if plan.sample_ids:
        yield Text("Such as " + ", ".join(map(plain, plan.sample_ids[:_SAMPLE_SHOWN])), style="dim")


def outcome_text(progress: RemoteProgress) -> Text:
    """How the replays ended so far."""
    text = Text(f"{progress.appended:,} replayed")
    for one in sorted(progress.settled, key=lambda one: -one.count):
        text.append("  ").append_text(status_text(one.status)).append(f" {one.count:,}")
    if progress.pending:
        text.append(f"  {progress.pending:,} pending", style="cyan")
    return text
