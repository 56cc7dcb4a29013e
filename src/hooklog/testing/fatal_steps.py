"""A worker that kills itself at a named step of a loyalty call, once, so that a test can look at what is left.

The test hands the program an environment that makes Python load this at the worker's start; the program itself
knows nothing of it.
"""

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from hooklog.consumers.base import Delivery
from hooklog.consumers.call import Call, Caller, CallResult
from hooklog.consumers.emf import EmfConsumer
from hooklog.eventlog.base import Batch
from hooklog.eventlog.sqlite_writer import SqliteEventLogWriter

__all__ = ["STEPS", "arm", "environment_for", "order_death"]

_VARIABLE = "FATAL_STEP_ORDER"
# Between every two steps of claim, call and commit, in their order.
STEPS = (
    "before the wait is committed",
    "while the wait is committed",
    "after the wait is committed",
    "after the call is handed over",
    "before the call is sent",
    "after the answer has come",
    "before the answer is judged",
    "before the outcome is committed",
    "while the outcome is committed",
    "after the outcome is committed",
)


def environment_for(folder: Path) -> dict[str, str]:
    """What a program needs to be given so that its worker can be told to die. Makes the folder."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\nif 'worker' in sys.orig_argv:\n    from hooklog.testing.fatal_steps import arm\n    arm()\n",
        encoding="utf-8",
    )
    paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths), _VARIABLE: str(folder / "order")}


def order_death(folder: Path, step: str, mark: str) -> Callable[[], bool]:
    """Have the worker die when an event whose body holds the mark comes to the step; the answer says if it has."""
    assert step in STEPS, step
    written = folder / "order.new"
    written.write_text(json.dumps([step, mark]), encoding="utf-8")
    written.rename(folder / "order")
    return lambda: not (folder / "order").exists()


def arm() -> None:
    """Wrap the steps of this process, the worker's."""
    _wrap_commits()
    _wrap_consumer()
    _wrap_calls()


def _reach(step: str, bodies: Iterable[bytes]) -> None:
    """Die here if it was ordered; the order is taken away first, so that it is once."""
    order = Path(os.environ[_VARIABLE])
    try:
        ordered, mark = json.loads(order.read_text(encoding="utf-8"))
        if ordered != step or not any(mark.encode() in body for body in bodies):
            return
        order.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _reach_commit(when: str, batch: Batch) -> None:
    _reach(f"{when} the wait is committed", (one.event.body for one in batch.parked))
    _reach(f"{when} the outcome is committed", (one.entry.input for one in batch.settled))


def _wrap_commits() -> None:
    commit, write = SqliteEventLogWriter.commit, SqliteEventLogWriter._write_claims  # noqa: SLF001 - inside of one

    def committed(self: SqliteEventLogWriter, batch: Batch) -> None:
        _reach_commit("before", batch)
        commit(self, batch)
        _reach_commit("after", batch)

    def written(self: SqliteEventLogWriter, batch: Batch) -> None:
        write(self, batch)
        _reach_commit("while", batch)

    _replace(SqliteEventLogWriter, commit=committed, _write_claims=written)


def _wrap_consumer() -> None:
    begin, judge = EmfConsumer.begin, EmfConsumer._judge  # noqa: SLF001 - between taking and judging an answer

    def begun(self: EmfConsumer, deliveries: Any) -> None:
        begin(self, deliveries)
        _reach("after the call is handed over", map(_body_of, deliveries))

    def judged(self: EmfConsumer, delivery: Delivery, result: CallResult) -> Any:
        _reach("before the answer is judged", [_body_of(delivery)])
        return judge(self, delivery, result)

    _replace(EmfConsumer, begin=begun, _judge=judged)


def _wrap_calls() -> None:
    call = Caller.call

    async def called(self: Caller, one: Call) -> CallResult:
        _reach("before the call is sent", [one.body])
        result = await call(self, one)
        _reach("after the answer has come", [one.body])
        return result

    _replace(Caller, call=called)


def _body_of(delivery: Delivery) -> bytes:
    return msgspec.json.encode(delivery.record.attributes)


def _replace(kind: type, **methods: Callable[..., Any]) -> None:
    for name, method in methods.items():
        assert hasattr(kind, name), f"{kind} has no {name} any more"
        setattr(kind, name, method)
