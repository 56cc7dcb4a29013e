"""Batches: each event fails alone, one answer tells of all, nothing waits for a large one (contract I.6, I.19)."""

import asyncio
import random
from pathlib import Path

import msgspec
import pytest
from tests.unit.ingest.intake import ARRAY, LINES, Asker, IntakeBench, batch_head

from hooklog.event import Status, id_to_text
from hooklog.ingest.body import judge_body
from hooklog.ingest.head import head_of
from hooklog.testing.builders import WEBHOOK_ID
from hooklog.testing.gated_journal import GatedJournal, run_law, until

EVENT = b'{"event_name":"visit","number":%d}'
ALLOWED = 100


def bodies(count: int) -> list[bytes]:
    return [EVENT % number for number in range(count)]


@pytest.mark.parametrize(
    "content_type", [LINES, ARRAY, "application/ndjson", "application/jsonl; charset=utf-8"]
)
def test_events_are_stored_byte_for_byte_in_one_group_and_answered_in_order(
    tmp_path: Path, content_type: str
) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path)
        texts = [b'{ "a":1}', b'{"a" :2,"b":"\\u00e9 \xc3\xa9"}', b'{"a":3}\t'.strip()]
        body = b"[%b]" % b" , ".join(texts) if content_type == ARRAY else b" \r\n".join(texts)
        asker = await bench.told(body, content_type)
        assert [1100] * 3 == asker.codes
        assert texts == [event.body for event in bench.stored()]
        assert [id_to_text(event.id) for event in bench.stored()] == [
            one["requestId"] for one in asker.results
        ]
        assert [3] == bench.journal.appended()
        assert not any(event.refusal for event in bench.stored())

    run_law(law)


def test_a_batch_is_answered_when_it_is_durable(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, GatedJournal(is_open=False))
        asker = bench.take(b"\n".join(bodies(500)))
        await until(bench.journal.entered.is_set)
        assert [] == asker.answers
        bench.journal.gate.set()
        await until(lambda: bool(asker.answers))
        assert [1100] * 500 == asker.codes
        assert [500] == bench.journal.appended()

    run_law(law)


@pytest.mark.parametrize("content_type", [LINES, ARRAY])
def test_each_event_fails_alone_and_its_refusal_is_stored(tmp_path: Path, content_type: str) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, body_bytes_max=100, depth_max=3, refusal_bytes_max=20)
        texts = [
            b"{}",
            b"7",
            b"[[[[1]]]]",
            b'{"eventDateTimeInputOffset":1}',
            b'{"a":"%s"}' % (b"x" * 93),
            b"{}",
        ]
        if content_type == LINES:
            texts += [b"oops", b'"\xff"']
        asker = await bench.told(
            b"[%b]" % b",".join(texts) if content_type == ARRAY else b"\n\n".join(texts) + b"\n", content_type
        )
        further = [400, 400] if content_type == LINES else []
        assert [1100, 400, 400, 908, 413, 1100, *further] == asker.codes
        assert (
            "Request too large: 101 bytes; at most 100 are allowed" == asker.results[4]["status"]["message"]
        )
        stored = bench.stored()
        assert [text[:20] for text in texts] == [event.body for event in stored]
        assert [None, *[Status.INVALID_REQUEST_BODY] * 3, Status.REQUEST_TOO_LARGE, None] == [
            event.refusal and event.refusal.status for event in stored[:6]
        ]
        assert [id_to_text(event.id) for event in stored] == [one["requestId"] for one in asker.results]
        assert [len(texts)] == bench.journal.appended()

    run_law(law)


def test_refusals_beyond_ten_a_second_have_a_result_and_no_entry(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path)
        asker = await bench.told(b"\n".join([b"{}", b"no JSON"] * 50))
        assert [1100, 400] * 50 == asker.codes
        assert 50 + 10 == len(bench.stored())
        assert 100 == len({one["requestId"] for one in asker.results})
        asker = await bench.told(b"\n".join([b"no JSON"] * 5))
        assert [400] * 5 == asker.codes
        assert 60 == len(bench.stored())

    run_law(law)


@pytest.mark.parametrize("body", [b"", b"\n \r\n", b"[]", b" [ ] "])
def test_an_empty_batch_has_no_results(tmp_path: Path, body: bytes) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path)
        asker = bench.take(body, ARRAY if b"[" in body else LINES)
        assert b'{"results":[]}' == asker.answer.body
        assert [] == bench.stored()

    run_law(law)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "the body is empty"),
        (b'{"event_name":"visit"}', "the batch is no JSON array: this is not an array"),
        (b'[{"a":1},{"b":2}', "the batch is no JSON array: the array is not closed: it ends in element 2"),
        (b'[{"a":1},{"b":}]', "element 2 of the array: the body is not JSON"),
        (b'[{"a":1},"\xff"]', "element 2 of the array: the body is not UTF-8"),
        (b"[{}," * 200_000, "the batch is no JSON array: the array is not closed"),
    ],
)
def test_an_array_that_does_not_parse_is_refused_whole(tmp_path: Path, body: bytes, why: str) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path)
        asker = await bench.told(body, ARRAY)
        assert 400 == asker.answer.code
        assert why in msgspec.json.decode(asker.answer.body)["status"]["message"]
        (event,) = bench.stored()
        assert event.refusal is not None
        assert Status.INVALID_REQUEST_BODY == event.refusal.status
        assert body[:4096] == event.body

    run_law(law)


@pytest.mark.parametrize("content_type", [LINES, ARRAY])
@pytest.mark.parametrize("count", [20, 21])
def test_more_events_than_allowed_are_refused_whole(tmp_path: Path, content_type: str, count: int) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, batch_events_max=20)
        texts = bodies(count)
        body = b"[%b]" % b",".join(texts) if content_type == ARRAY else b"\n\n".join(texts)
        asker = await bench.told(body, content_type)
        if count == 20:
            assert [1100] * 20 == asker.codes
            return
        assert 413 == asker.answer.code
        message = msgspec.json.decode(asker.answer.body)["status"]["message"]
        assert "Request too large: more than 20 events; at most 20 events are allowed" == message
        (event,) = bench.stored()
        assert event.refusal is not None
        assert (Status.REQUEST_TOO_LARGE, "Request too large: more than 20 events") == (
            event.refusal.status,
            event.refusal.message,
        )

    run_law(law)


def test_more_bytes_than_allowed_are_refused_whole_and_another_type_before(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, batch_bytes_max=100)
        assert [1100] == (await bench.told(b'{"a":"%s"}' % (b"x" * 92))).codes
        assert 413 == (await bench.told(b'{"a":"%s"}' % (b"x" * 93))).answer.code
        asker = await bench.told(b"x" * 200, "text/plain")
        assert 415 == asker.answer.code
        assert b"is neither application/json nor application/x-ndjson" in asker.answer.body

    run_law(law)


def test_a_batch_counts_against_the_rate_by_its_events(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, push_rate=(10.0, 100))
        assert [1100] * 60 == (await bench.told(b"\n".join(bodies(60)))).codes
        refused = await bench.told(b"\n".join(bodies(41)))
        assert 429 == refused.answer.code
        assert ("retry-after", "1") in refused.answer.headers
        assert [1100] * 40 == (await bench.told(b"\n".join(bodies(40)))).codes
        # Nothing is left: what it holds is not looked at.
        assert 429 == (await bench.told(b"no JSON", "text/plain")).answer.code
        assert 100 == len(bench.stored())
        bench.now += 10.0
        # More than the bucket holds goes once it is full, and has to be made up for.
        assert [1100] * 300 == (await bench.told(b"\n".join(bodies(300)))).codes
        bench.now += 20.0
        assert 429 == (await bench.told(b"{}")).answer.code
        bench.now += 0.2
        assert [1100] == (await bench.told(b"{}")).codes

    run_law(law)


def test_a_full_backlog_or_journal_refuses_a_batch_whole(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, GatedJournal(is_open=False), journal_settings={"waiting_events_max": 5})
        first = bench.take(b"\n".join(bodies(5)))
        second = bench.take(b"\n".join(bodies(5)))
        assert 503 == second.answer.code
        assert dict(second.answer.headers)["retry-after"] == "5"
        bench.journal.gate.set()
        await until(lambda: bool(first.answers))
        bench.backlog.added(1_999_999 + 2, [])
        assert 503 == (await bench.told(b"{}")).answer.code
        # What would be refused in any case is.
        assert [400] == (await bench.told(b"oops")).codes

    run_law(law)


def test_a_journal_that_fails_accepts_nothing_of_a_batch(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path)
        bench.journal.fails_on = "append"
        asker = await bench.told(b"{}\noops")
        assert 503 == asker.answer.code
        # Nothing of this one was to be accepted.
        assert [400, 400] == (await bench.told(b"oops\nno")).codes
        assert [] == bench.stored()

    run_law(law)


def test_other_pushes_are_taken_while_a_large_batch_is_judged(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path)
        head = head_of(f"/webhooks/{WEBHOOK_ID}", "POST", {"content-type": ARRAY})
        assert head is not None
        large, larger = b"\n".join(bodies(9_000)), b"[%b]" % b",".join(bodies(10_000))
        askers = [Asker(), Asker()]
        assert not bench.intake.take(batch_head(), large, len(large), askers[0])
        assert not bench.intake.take(batch_head(ARRAY), larger, len(larger), askers[1])
        between = 0
        while not all(asker.answers for asker in askers):
            if not any(asker.answers for asker in askers):
                single = Asker()
                assert bench.intake.take(head, b"{}", 2, single)
                between += 1
            await asyncio.sleep(0)
        assert between > 20
        await until(lambda: bench.journal.memory.last == 19_000 + between)
        assert [1100] * 9_000 == askers[0].codes
        assert [1100] * 10_000 == askers[1].codes
        ids = [event.id for event in bench.stored()]
        assert sorted(set(ids)) == ids, "the journal is in the order of ids"

    run_law(law)


def test_batches_that_are_read_at_once_are_bounded(tmp_path: Path) -> None:
    async def law() -> None:
        bench = IntakeBench(tmp_path, batch_bytes_held_max=400_000)
        large = b"\n".join(bodies(8_000))
        first, second = bench.take(large), bench.take(large)
        assert 503 == second.answer.code
        await until(lambda: bool(first.answers))
        assert [1100] * 8_000 == first.codes
        await asyncio.sleep(0)
        assert [1100] * 8_000 == (await bench.told(large)).codes

    run_law(law)


def test_any_mixture_has_one_result_an_event_and_one_entry_an_accepted_one(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    choose = random.Random(seed)
    pool = [b"{}", b'{"a":1}', b'{"event_name":"x"}', b"oops", b"7", b'{"eventDateTimeInputOffset":1}']

    async def law() -> None:
        bench = IntakeBench(tmp_path)
        before = 0
        for _ in range(30):
            texts = [choose.choice(pool[: choose.choice([3, 6])]) for _ in range(choose.choice([1, 5, 700]))]
            are_lines = choose.random() < 0.5
            asker = await bench.told(
                b"\n".join(texts) if are_lines else b"[%b]" % b",".join(texts), LINES if are_lines else ARRAY
            )
            if b"oops" in texts and not are_lines:
                assert 400 == asker.answer.code
                before = len(bench.stored())
                continue
            is_good = [judge_body(text, 100) is None for text in texts]
            assert is_good == [code == 1100 for code in asker.codes]
            ids = [one["requestId"] for one in asker.results]
            stored = bench.stored()[before:]
            before += len(stored)
            assert [(one, text) for one, text, good in zip(ids, texts, is_good, strict=True) if good] == [
                (id_to_text(event.id), event.body) for event in stored if event.refusal is None
            ]
            assert {id_to_text(event.id) for event in stored} <= set(ids)
            bench.now += choose.choice([0.0, 1.0])

    run_law(law)
