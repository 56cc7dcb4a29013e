"""Batches: each event's own result counts, none is sent again that was answered, other systems get single pushes."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest
from tests.unit.commands.conftest import Answer, Answerer

from hooklog.commands.batch_sender import BatchPath, BatchSender
from hooklog.commands.event_file import Outgoing
from hooklog.commands.webhook_sender import NO_ANSWER, Reply, Verdict
from hooklog.event import RequestIds
from hooklog.ingest.batch_answer import result_parts
from hooklog.ingest.push import accepted, refused
from hooklog.ingest.verdicts import too_large
from hooklog.testing.program import free_port

Serve = Callable[[Answerer], str]
REQUEST_ID = bytes(range(16))
BODIES = [b'{"a":1}', b"oops", b'{"a":2}']


def _send(
    serve: Serve, answerer: Answerer, bodies: Sequence[bytes] = BODIES, path: BatchPath | None = None
) -> list[Reply]:
    sender = BatchSender(f"{serve(answerer)}/webhooks/abc", None, path or BatchPath())
    try:
        return sender.send([Outgoing(line, body) for line, body in enumerate(bodies, start=1)])
    finally:
        sender.close()


def _batch_or(single: Answer, batch: Answer, seen: list[tuple[str, bytes]] | None = None) -> Answerer:
    def answer(path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        if seen is not None:
            seen.append((path, body))
        return batch if path == "/webhooks/abc/batch" else single

    return answer


ACCEPTED: Answer = (200, {}, accepted(REQUEST_ID).body)


def test_the_products_own_results_are_understood_one_by_one(serve: Serve) -> None:
    ids = RequestIds().make_many(3)
    seen: list[tuple[str, str, bytes]] = []

    def answer(path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        seen.append((path, headers["content-type"], body))
        return 200, {}, b"".join(result_parts(ids, {1: too_large("4 bytes", "3")}))

    replies = _send(serve, answer)
    assert [("/webhooks/abc/batch", "application/x-ndjson", b"\n".join(BODIES))] == seen
    assert [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.ACCEPTED] == [reply.verdict for reply in replies]
    assert (413, "Request too large: 4 bytes; at most 3 are allowed") == (replies[1].code, replies[1].message)
    assert 3 == len({reply.request_id for reply in replies})


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, Verdict.HOPELESS),
        (403, Verdict.HOPELESS),
        (410, Verdict.HOPELESS),
        (429, Verdict.AGAIN),
        (500, Verdict.REFUSED),
        (503, Verdict.AGAIN),
    ],
)
def test_an_answer_for_all_is_that_of_each(serve: Serve, status: int, verdict: Verdict) -> None:
    seen: list[tuple[str, bytes]] = []
    whole = (status, {"retry-after": "7"}, refused(status, "why", REQUEST_ID).body)
    replies = _send(serve, _batch_or(ACCEPTED, whole, seen))
    assert [(status, "why")] * 3 == [(reply.code, reply.message) for reply in replies]
    # Where nothing more can be sent, one event tells so and the others stay open.
    others = Verdict.AGAIN if verdict is Verdict.HOPELESS else verdict
    assert [verdict, others, others] == [reply.verdict for reply in replies]
    assert {7.0 if verdict is Verdict.AGAIN else None} == {reply.wait_seconds for reply in replies}
    assert 1 == len(seen)


@pytest.mark.parametrize("status", [404, 405])
def test_where_there_are_no_batches_single_pushes_go_and_it_is_remembered(serve: Serve, status: int) -> None:
    seen: list[tuple[str, bytes]] = []
    path = BatchPath()
    answerer = _batch_or(ACCEPTED, (status, {}, b"what?"), seen)
    assert [Verdict.ACCEPTED] * 3 == [reply.verdict for reply in _send(serve, answerer, path=path)]
    assert ["/webhooks/abc/batch", *["/webhooks/abc"] * 3] == [where for where, _ in seen]
    assert BODIES == [body for _, body in seen[1:]]
    seen.clear()
    _send(serve, answerer, path=path)
    assert ["/webhooks/abc"] * 3 == [where for where, _ in seen]


@pytest.mark.parametrize("status", [400, 413, 415])
def test_what_is_refused_whole_is_halved_until_it_goes_through(serve: Serve, status: int) -> None:
    taken: list[bytes] = []

    def answer(path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        lines = body.split(b"\n")
        if path.endswith("/batch") and len(lines) > 2:
            return status, {}, b"<html>too large</html>"
        taken.extend(lines)
        if not path.endswith("/batch"):
            return ACCEPTED
        return 200, {}, b"".join(result_parts(RequestIds().make_many(len(lines)), {}))

    bodies = [b'{"n":%d}' % number for number in range(9)]
    assert [Verdict.ACCEPTED] * 9 == [reply.verdict for reply in _send(serve, answer, bodies)]
    assert bodies == taken


@pytest.mark.parametrize(
    "body",
    [
        b"<html>welcome</html>",
        b'{"results":[]}',
        b'{"data":[]}',
        accepted(REQUEST_ID).body,
        b'{"results":[{}]}',
    ],
)
def test_a_yes_that_tells_nothing_of_the_events_is_never_asked_for_again(serve: Serve, body: bytes) -> None:
    seen: list[tuple[str, bytes]] = []
    replies = _send(serve, _batch_or(ACCEPTED, (200, {}, body), seen))
    assert {Verdict.HOPELESS} == {reply.verdict for reply in replies}
    assert "what was stored is not known" in replies[0].message
    assert 1 == len(seen)


def test_who_takes_a_batch_of_one_for_a_push_has_accepted_it(serve: Serve) -> None:
    path = BatchPath()
    seen: list[tuple[str, bytes]] = []
    [reply] = _send(serve, _batch_or(ACCEPTED, ACCEPTED, seen), [b"{}"], path)
    assert Verdict.ACCEPTED is reply.verdict
    assert 1 == len(seen)
    assert not path.is_there


def test_results_that_ask_for_another_try_are_tried_again(serve: Serve) -> None:
    one = msgspec.json.decode(accepted(REQUEST_ID).body)
    other = msgspec.json.decode(refused(503, "later", REQUEST_ID).body)
    replies = _send(serve, lambda *_: (200, {}, msgspec.json.encode({"results": [one, other, one]})))
    assert [Verdict.ACCEPTED, Verdict.AGAIN, Verdict.ACCEPTED] == [reply.verdict for reply in replies]


def test_what_no_line_carries_goes_alone_byte_for_byte_in_its_place(serve: Serve) -> None:
    seen: list[tuple[str, bytes]] = []

    def answer(path: str, _headers: Mapping[str, str], body: bytes) -> Answer:
        seen.append((path, body))
        if path.endswith("/batch"):
            count = body.count(b"\n") + 1
            return 200, {}, b"".join(result_parts(RequestIds().make_many(count), {}))
        return ACCEPTED

    spread, large = b'{\n"a":1\n}', b'{"a":"%s"}' % (b"x" * 1024 * 1024)
    replies = _send(serve, answer, [b"{}", b"[]", spread, large, b"{}"])
    assert [Verdict.ACCEPTED] * 5 == [reply.verdict for reply in replies]
    batch, alone = "/webhooks/abc/batch", "/webhooks/abc"
    assert [(batch, b"{}\n[]"), (alone, spread), (alone, large), (batch, b"{}")] == seen


def test_nothing_overtakes_what_a_busy_server_turned_away(serve: Serve) -> None:
    seen: list[tuple[str, bytes]] = []
    busy: Answer = (503, {}, refused(503, "later", REQUEST_ID).body)
    replies = _send(serve, _batch_or(ACCEPTED, busy, seen), [b"{}", b"{\n}", b"{}"])
    assert [Verdict.AGAIN] * 3 == [reply.verdict for reply in replies]
    assert 1 == len(seen)


def test_no_answer_is_worth_another_try() -> None:
    sender = BatchSender(f"http://127.0.0.1:{free_port()}/webhooks/abc", None, BatchPath())
    replies = sender.send([Outgoing(1, b"{}"), Outgoing(2, b"{}")])
    sender.close()
    assert [(Verdict.AGAIN, NO_ANSWER)] * 2 == [(reply.verdict, reply.code) for reply in replies]
