"""A push whose judging raises is answered 500, whenever it raises, and harms nothing beside it (contract I.1)."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.unit.ingest.intake import ARRAY, LINES, Asker, IntakeBench, batch_head

from hooklog.access.authenticate import Authenticator
from hooklog.ingest import accept, batch
from hooklog.ingest.batch_judge import judge_events
from hooklog.ingest.body import judge_body
from hooklog.ingest.push import IngestSettings, accepted
from hooklog.testing.gated_journal import GatedJournal, run_law, until
from hooklog.testing.listeners import OPEN, PROTECTED, good_login, two_listeners
from hooklog.testing.odd_requests import GOOD

FAULTY, FINE = b'{"event_name":"faulty"}', b'{"event_name":"fine"}'


def push(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST /webhooks/{path} HTTP/1.1", "host: x", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


AS_JSON, AS_LINES = f"content-type: {ARRAY}", f"content-type: {LINES}"
PUSHES = {
    "open": push(OPEN, FAULTY, AS_JSON),
    "signed": push(PROTECTED, FINE, AS_JSON, f"authorization: {good_login()}"),
    "batch": push(f"{OPEN}/batch", FAULTY, AS_LINES),
    "batch-of-steps": push(f"{OPEN}/batch", b"\n".join([FINE] * 7 + [FAULTY]), AS_LINES),
}


@pytest.fixture(autouse=True)
def fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging what has the word in it raises, and so does verifying anybody."""

    def refuse(texts: Sequence[bytes]) -> None:
        if FAULTY in texts:
            raise RuntimeError("a fault of ours")

    def judge_one(body: bytes, depth_max: int) -> object:
        refuse([body])
        return judge_body(body, depth_max)

    def judge_many(texts: Sequence[bytes], settings: IngestSettings, *, are_lines: bool) -> object:
        refuse(texts)
        return judge_events(texts, settings, are_lines=are_lines)

    async def authenticate(*_: object) -> None:
        refuse([FAULTY])

    monkeypatch.setattr(accept, "judge_body", judge_one)
    monkeypatch.setattr(batch, "judge_events", judge_many)
    monkeypatch.setattr(batch, "_STEP_EVENTS", 2)
    monkeypatch.setattr(Authenticator, "authenticate", authenticate)


@pytest.mark.parametrize("kind", PUSHES)
def test_our_fault_is_answered_500_and_its_connection_goes_on(tmp_path: Path, kind: str) -> None:
    async def law() -> None:
        async with two_listeners(tmp_path) as pair:
            with capture_logs() as told:
                main, lane = await pair.exchange([PUSHES[kind] + GOOD, GOOD])
            assert main.said == lane.said
            assert [b"500", b"200", b"200"] == [part[:3] for part in lane.answers.split(b"HTTP/1.1 ")[1:]]
            assert b'"code":500,"message":"All requests have failed due to errors"' in lane.answers
            assert 2 == len(lane.events)
            assert ["push_raised"] * 2 == [one["event"] for one in told], "once on each side"
            assert {"a fault of ours"} == {str(one["exc_info"]) for one in told}

    run_law(law)


@pytest.mark.parametrize("before", [0, 7], ids=["at-once", "later"])
def test_a_batch_that_raises_is_told_once_and_lets_go_of_its_room(tmp_path: Path, before: int) -> None:
    async def law() -> None:
        body = b"\n".join([FINE] * before + [FAULTY])
        bench = IntakeBench(tmp_path, batch_bytes_held_max=len(body))
        for _ in range(2):
            asker = await bench.told(body)
            assert 500 == asker.answer.code
            assert bench.intake.is_idle
        assert [1100] == (await bench.told(FINE)).codes

    run_law(law)


def test_an_answer_that_cannot_be_written_costs_no_other_push_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is durable may be answered 500 for once: it is sent again, as after any lost answer."""

    def result_parts(*_: object) -> object:
        raise RuntimeError("a fault of ours")

    async def law() -> None:
        bench = IntakeBench(tmp_path, GatedJournal(is_open=False))
        asker = bench.take(FINE)
        monkeypatch.setattr(batch, "result_parts", result_parts)
        beside = bench.take(FINE + b"\n" + FINE)
        bench.journal.gate.set()
        await until(lambda: bool(asker.answers and beside.answers))
        assert [500, 500] == [asker.answer.code, beside.answer.code]
        monkeypatch.undo()
        assert [1100] == (await bench.told(FINE)).codes, "the journal goes on"

    run_law(law)


def test_a_waiter_that_raises_when_told_is_not_told_again(tmp_path: Path) -> None:
    class Raising(Asker):
        def answered(self, answer: object) -> None:
            self.answers.append(accepted(bytes(16)))
            raise RuntimeError(str(answer))

    async def law() -> None:
        bench = IntakeBench(tmp_path)
        asker = Raising()
        with pytest.raises(RuntimeError):
            bench.intake.take(batch_head(), b"", 0, asker)
        assert 1 == len(asker.answers)

    run_law(law)
