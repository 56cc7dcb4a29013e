"""`hooklog replay`: say one event again, or all that match, and watch how they fare."""

import time
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from hooklog.commands.entry import LOGS_PATH
from hooklog.commands.log_filters import Pairs, with_filters
from hooklog.commands.patience import UNDONE_CODES
from hooklog.commands.remote import Connection, NotFound, Page, Remote, with_connection
from hooklog.commands.replay_job import ENDED, RemoteJob, outcome_text, plan_lines, read_job
from hooklog.commands.terminal import notes, output, plain, tell
from hooklog.errors import RemoteError
from hooklog.event import id_from_text

__all__ = ["register"]

_PATH = "/v2/events/replays"
_LOOK_SECONDS = 0.5
# A what-if takes about a second, and more where there is much to look at; who asks need not wait for it.
_ESTIMATE_SECONDS_MAX = 10.0
# What a finished job's last events take to settle; those that wait for their consumer's call take longer.
_SETTLE_SECONDS_MAX = 10.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replay")(with_connection(with_filters(replay)))


def replay(
    connection: Connection,
    filters: Pairs,
    event_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="The request id of one event.", show_default=False)
    ] = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Also what succeeded or may have been acted on: consumers get it again."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Start without asking.")] = False,
    watch: Annotated[str, typer.Option(metavar="JOB", help="Show how far a job has come.")] = "",
    pause: Annotated[str, typer.Option(metavar="JOB", help="Let a job rest.")] = "",
    resume: Annotated[str, typer.Option(metavar="JOB", help="Go on with a job that rests.")] = "",
    cancel: Annotated[str, typer.Option(metavar="JOB", help="End a job for good.")] = "",
) -> None:
    """Say an event again, or all that match: each through today's definitions, with an entry of its own.

    Of many, what would be done is shown first. Once started, a job goes on in the server, also without this command.
    """
    jobs = {"watch": watch, "pause": pause, "resume": resume, "cancel": cancel}
    given = [(act, _checked(job)) for act, job in jobs.items() if job]
    if (bool(event_id), bool(filters), bool(given)).count(True) != 1 or len(given) > 1:
        raise typer.BadParameter(
            "name one event by its id, or filters such as --status or --from, or one of --watch, --pause, --resume "
            "and --cancel with a job"
        )
    with connection.open() as remote:
        if event_id:
            _replay_one(remote, _checked(event_id), force=force)
        elif filters:
            _replay_many(remote, filters, force=force, yes=yes)
        else:
            ((act, job_id),) = given
            _act(remote, act, job_id)


def _checked(text: str) -> str:
    wanted = text.strip().lower()
    if id_from_text(wanted) is None:
        raise typer.BadParameter(f"{wanted!r} is no id; one looks like 019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05")
    return wanted


def _replay_one(remote: Remote, event_id: str, *, force: bool) -> None:
    try:
        page = remote.send_json(f"{LOGS_PATH}/{event_id}/replay", {"force": force}, again=UNDONE_CODES)
    except NotFound as error:
        raise RemoteError(
            f"{remote.url} has no event {event_id} in your org",
            "it may be in another org or past its retention",
        ) from error
    new_id = _first(remote, page)
    notes().print(
        f"replayed as {new_id}; `hooklog explain {new_id}` tells how it fared", style="dim", markup=False
    )
    typer.echo(new_id)


def _first(remote: Remote, page: Page) -> str:
    if not page.data:
        raise RemoteError(f"{remote.url} answered without a replay", "this is a fault of the server")
    return plain(read_job(page.data[0]).id)


def _replay_many(remote: Remote, filters: Pairs, *, force: bool, yes: bool) -> None:
    job = _job(remote, remote.send_json(_PATH, {"force": force}, filters, again=UNDONE_CODES))
    if not yes and job.plan.replayable:
        job = _estimated(remote, job)
    console = output()
    for line in plan_lines(job):
        console.print(line)
    if not job.plan.replayable and job.plan.is_complete:
        remote.send_json(f"{_PATH}/{job.id}/cancel", {})
        return
    if not yes and not typer.confirm("Replay them?", err=True):
        remote.send_json(f"{_PATH}/{job.id}/cancel", {})
        return
    _watch(remote, _job(remote, remote.send_json(f"{_PATH}/{job.id}/start", {})))


def _estimated(remote: Remote, job: RemoteJob) -> RemoteJob:
    """The job with how many would pass, where that becomes known soon."""
    ends_at = time.monotonic() + _ESTIMATE_SECONDS_MAX
    with notes().status("looking how many would pass"):
        while job.plan.would_pass is None and time.monotonic() < ends_at:
            time.sleep(_LOOK_SECONDS)
            job = _job(remote, remote.page(f"{_PATH}/{job.id}"))
    return job


def _job(remote: Remote, page: Page) -> RemoteJob:
    if not page.data:
        raise RemoteError(f"{remote.url} answered without a job", "this is a fault of the server")
    tell(page.warnings)
    return read_job(page.data[0])


def _act(remote: Remote, act: str, job_id: str) -> None:
    try:
        if act == "watch":
            _watch(remote, _job(remote, remote.page(f"{_PATH}/{job_id}")))
            return
        job = _job(remote, remote.send_json(f"{_PATH}/{job_id}/{act}", {}))
    except NotFound as error:
        raise RemoteError(
            f"{remote.url} has no job {job_id} in your org", "GET /v2/events/replays lists them"
        ) from error
    output().print(plain(f"{job.id} is {job.status}"), markup=False)
    output().print(outcome_text(job.progress))


def _watch(remote: Remote, job: RemoteJob) -> None:
    """Show a job until it has ended or rests; whoever interrupts this does not interrupt the job."""
    try:
        job = _followed(remote, job)
    except KeyboardInterrupt:
        notes().print(
            f"\nIt goes on in the server. `hooklog replay --watch {plain(job.id)}` shows it again; --pause, --resume "
            "and --cancel take the same id.",
            markup=False,
        )
        raise typer.Exit(130) from None
    output().print(outcome_text(job.progress))
    if job.status != "FINISHED":
        output().print(plain(f"{job.id} is {job.status}"), markup=False)


def _followed(remote: Remote, job: RemoteJob) -> RemoteJob:
    console = notes()
    settles_until: float | None = None
    with Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task("", total=job.plan.matching if job.plan.is_complete else None)
        while True:
            told = f"{job.progress.appended:,} replayed  {job.progress.rate_per_second:,.0f}/s  {plain(job.status)}"
            progress.update(task, completed=job.progress.looked_at, description=told)
            if job.status in {"PAUSED", "PLANNED"}:
                return job
            if job.status in ENDED:
                now = time.monotonic()
                settles_until = settles_until or now + _SETTLE_SECONDS_MAX
                if not job.progress.pending or now >= settles_until:
                    return job
            time.sleep(_LOOK_SECONDS)
            job = _job(remote, remote.page(f"{_PATH}/{job.id}"))
