"""The trials that an edge has started: a process each, a few at a time, the last ones remembered for a while."""

import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
import structlog

from hooklog.config import Settings
from hooklog.event import wall_clock_ms
from hooklog.roles.trial_lines import Report, Task
from hooklog.trial.base import Findings, Question, TrialState

__all__ = ["ChildTrial", "ChildTrials"]

_LINE_BYTES_MAX: Final = 16 * 1024 * 1024
_decode_report = msgspec.json.Decoder(Report).decode

diagnostics = structlog.get_logger()


class ChildTrial:
    """See Trial. Belongs to the event loop that made it."""

    def __init__(self, question: Question) -> None:
        """Not started yet."""
        self.id = uuid4().hex
        self.question = question
        self.state = TrialState.RUNNING
        self.findings = Findings()
        self.failure = ""
        self.started_ms = wall_clock_ms()
        self.ended_ms: int | None = None
        self._ended = asyncio.Event()
        # Who ends a trial while its process is being made waits until there is one to end.
        self._beginning = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._following: asyncio.Task[None] | None = None

    async def begin(self, command: Sequence[str], task: Task) -> None:
        """Start the process and follow it to its end; nothing, where the trial was cancelled before.

        Raises:
            OSError: the machine cannot start one more process.
        """
        async with self._beginning:
            if self._ended.is_set():
                return
            self._process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LINE_BYTES_MAX,
            )
            self._following = asyncio.create_task(self._follow(self._process, task))

    async def wait(self, seconds: float) -> None:
        """See Trial."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ended.wait()

    async def cancel(self) -> None:
        """See Trial."""
        self._end(TrialState.CANCELLED)
        async with self._beginning:
            if self._process is not None and self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
        if self._following is not None:
            await self._following

    async def _follow(self, process: asyncio.subprocess.Process, task: Task) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        last: Report | None = None
        try:
            process.stdin.write(msgspec.json.encode(task) + b"\n")
            # It stays open: its end would be the process's.
            await process.stdin.drain()
            while line := await process.stdout.readline():
                last = _decode_report(line)
                self.findings = last.findings
        except (OSError, ValueError) as error:  # A broken pipe, or half a line of a process that died.
            diagnostics.warning("trial_is_not_understood", id=self.id, error=str(error))
            # Nobody reads what it says any more: it would wait for that, and we for its end.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        status = await process.wait()
        process.stdin.close()
        if last is not None and last.is_last and not last.failure:
            self._end(TrialState.DONE)
        else:
            why = "" if last is None else last.failure
            self._end(TrialState.FAILED, why or f"its process ended with status {status}")

    def _end(self, state: TrialState, failure: str = "") -> None:
        """The first end counts."""
        if self._ended.is_set():
            return
        self.state, self.failure, self.ended_ms = state, failure, wall_clock_ms()
        self._ended.set()
        if failure:
            diagnostics.warning("trial_failed", id=self.id, why=failure)


class ChildTrials:
    """See Trials."""

    def __init__(self, folder: Path, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Args: `folder`: a prepared data folder; `settings`: all; `clock`: seconds that only grow."""
        self._folder = folder
        self._settings = settings
        self._clock = clock
        # In the order of their starts; the second is when one was first seen to have ended.
        self._trials: dict[str, tuple[ChildTrial, float | None]] = {}
        self._is_closed = False

    @property
    def entries_max(self) -> int:
        """See Trials."""
        return self._settings.trials.entries_max

    async def start(self, question: Question) -> ChildTrial | None:
        """See Trials."""
        self._forget()
        if self._is_closed or self._is_busy(question.org_id):
            return None
        trial = ChildTrial(question)
        self._trials[trial.id] = trial, None
        settings = self._settings
        task = Task(
            question, frozenset(map(int, settings.emf.endpoints)), settings.pipeline, settings.diagnostics
        )
        try:
            await trial.begin([sys.executable, "-m", "hooklog.roles.trial", str(self._folder)], task)
        except BaseException:
            del self._trials[trial.id]
            raise
        return trial

    def find(self, org_id: int, trial_id: str) -> ChildTrial | None:
        """See Trials."""
        self._forget()
        found, _ = self._trials.get(trial_id, (None, None))
        return found if found is not None and found.question.org_id == org_id else None

    async def close(self) -> None:
        """See Trials."""
        self._is_closed = True
        await asyncio.gather(*(one.cancel() for one, _ in self._trials.values()))

    def _is_busy(self, org_id: int) -> bool:
        """Whether as many run as may, for an org or at all."""
        bounds = self._settings.trials
        states = ((one.question.org_id, one.state) for one, _ in self._trials.values())
        running = Counter(org for org, state in states if state is TrialState.RUNNING)
        return running[org_id] >= bounds.org_at_once_max or running.total() >= bounds.at_once_max

    def _forget(self) -> None:
        """Ended trials go after a while, the oldest ones when there are too many of an org, or at all."""
        now, bounds = self._clock(), self._settings.trials
        kept = Counter[int]()
        for trial_id, (trial, seen) in reversed(list(self._trials.items())):
            if trial.state is TrialState.RUNNING:
                continue
            ended, org_id = now if seen is None else seen, trial.question.org_id
            is_one_too_many = kept[org_id] >= bounds.org_kept_max or kept.total() >= bounds.kept_max
            if is_one_too_many or now - ended >= bounds.kept_seconds:
                del self._trials[trial_id]
            else:
                self._trials[trial_id] = trial, ended
                kept[org_id] += 1
