"""A trial's process: reads a question from standard input, judges, and tells what it finds in lines of JSON.

It opens the data folder's files without the right to write, holds no transaction longer than a page, and is of low
priority. It ends with whoever started it: the end of standard input is the end of it.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, tzinfo
from itertools import chain
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import structlog

from hooklog.api.log_customers import resolved
from hooklog.api.masking import Mask
from hooklog.errors import HooklogError
from hooklog.eventlog.counts import CountsQuery
from hooklog.eventlog.query import Query
from hooklog.eventlog.query_match import asks_kinds_only
from hooklog.eventlog.query_parse import QueryError, parse_query
from hooklog.pipeline.trial_judge import TrialJudge
from hooklog.roles.trial_lines import Report, Task
from hooklog.server import TrialRooms, open_trial
from hooklog.telemetry import configure_diagnostics
from hooklog.trial.base import Findings, Question
from hooklog.trial.tally import Tally

__all__ = ["findings_of", "main"]

_NICENESS: Final = 15
_REPORT_SECONDS: Final = 0.2

diagnostics = structlog.get_logger()


def findings_of(task: Task, rooms: TrialRooms) -> Iterator[Findings]:
    """What is found, after each page; the same object, which grows."""
    question = task.question
    query = _query(question, rooms)
    tally = Tally(_total(query, rooms, question.entries_max))
    judge = TrialJudge(
        catalog=rooms.catalog.with_drafts(chain(question.definitions, question.mappings)),
        directory=rooms.directory,
        log=rooms.log,
        calling=task.calling,
        settings=task.pipeline,
        tally=tally,
        hidden=query.hidden,
    )
    yield tally.findings
    left = question.entries_max
    for part in rooms.log.walk(query):
        judge.judge(part[:left])
        # One more than may be looked at was asked for, to know whether there is one.
        tally.findings.is_limit_reached = len(part) > left
        left -= min(left, len(part))
        yield tally.findings


def _query(question: Question, rooms: TrialRooms) -> Query:
    """The question to the log, its filters as the caller sees entries, by what is in force and not by a draft."""
    zone: tzinfo = UTC if question.time_zone == "UTC" else ZoneInfo(question.time_zone)
    query = parse_query(question.filters, question.org_ids, zone)
    assert not isinstance(query, QueryError), f"the edge took it for a question: {query}"
    if query.customers.is_asked:
        query = resolved(query, rooms.directory)
    until_id = question.until_id if query.until_id is None else min(query.until_id, question.until_id)
    return msgspec.structs.replace(
        query,
        hidden=None if question.sees_all else Mask(rooms.catalog, rooms.directory).names,
        until_id=until_id,
        is_ascending=True,
        limit=question.entries_max + 1,
    )


def _total(query: Query, rooms: TrialRooms, entries_max: int) -> int | None:
    """How many entries will be looked at, where counting them is no walk through all of them."""
    if not asks_kinds_only(query):
        return None
    counted = sum(sum(part.values()) for part in rooms.log.counts(CountsQuery(query)))
    return min(counted, entries_max)


def main() -> None:
    """Answer one question and end."""
    os.nice(_NICENESS)
    # Ctrl-C in a terminal reaches every process of the group; the edge decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    configure_diagnostics(task.diagnostics)
    threading.Thread(target=_end_with_the_edge, daemon=True).start()
    findings = Findings()
    with suppress(BrokenPipeError):
        try:
            rooms = open_trial(Path(sys.argv[1]))
            due = 0.0
            for findings in findings_of(task, rooms):
                if time.monotonic() >= due:
                    _report(Report(findings))
                    due = time.monotonic() + _REPORT_SECONDS
            rooms.close()
            _report(Report(findings, is_last=True))
        except HooklogError as error:
            diagnostics.error("trial_ended", code=error.code, error=str(error), hint=error.hint)
            # Whoever asked is not always the operator, and messages name places of this machine.
            failure = f"it could not go on ({error.code}); the server's diagnostics say more"
            _report(Report(findings, is_last=True, failure=failure))


def _report(report: Report) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(report) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_the_edge() -> None:
    """Whoever asked holds the other end; when it lets go, or dies, there is nobody to tell."""
    # Not by `sys.stdin`: its lock would be held when the interpreter ends, which is fatal.
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
