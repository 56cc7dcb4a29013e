"""Guarantee G20: the fast lane and the main port do the same with the same bytes.

Every request goes to both kinds of connection, in the same pieces: what comes back is the same byte for byte (status
lines, headers, bodies, and where the connection ends), and so is what the two journals hold; only ids and the date are
left out. `test_hostile_http.py` tells what is right, for the whole program; here hypothesis makes up much more.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import uvloop
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.campaigns import noted
from tests.guarantees.made_requests import CORPUS, conversations, mutations, pieces

from hooklog.listeners.head import MALFORMED, TOO_LARGE, rendered
from hooklog.listeners.lane_text import CONTINUE
from hooklog.testing.listeners import OPEN, Pair, two_listeners
from hooklog.testing.odd_requests import GOOD
from hooklog.testing.wire import request


class Both:
    """The pair, and a loop to run it in."""

    def __init__(self, runner: asyncio.Runner, pair: Pair) -> None:
        self._runner = runner
        self._pair = pair

    def same(self, sent: Sequence[bytes]) -> bytes:
        main, lane = self._runner.run(self._pair.exchange(sent))
        of_main, of_lane = told(main.answers), told(lane.answers)
        early = of_main != of_lane
        assert not early or is_early(of_main, of_lane), shown(sent)
        # A refusal that was told early is logged as any other.
        assert main.events == lane.events or (early and main.events == lane.events[:-1]), shown(sent)
        return lane.answers


BROKEN = [rendered(MALFORMED), rendered(TOO_LARGE)]


def told(raw: bytes) -> list[bytes]:
    """The answers, but for an interim one right before the end for what is no HTTP: the lane says to go on as soon as a
    head is here, the main port in its next turn, which does not come where a broken body came along with the head.
    """
    answers = split_answers(raw)
    if answers and answers[-1] in BROKEN and answers[-2:-1] == [CONTINUE]:
        del answers[-2]
    return answers


def is_early(main: list[bytes], lane: list[bytes]) -> bool:
    """Whether all that differs is an answer that need not wait for the end of its request (404, or a body far beyond
    its cap), where that end is no HTTP: the lane has answered by then, the main port may see the end first.
    """
    return main[-1] in BROKEN and main[:-1] == lane[:-1] and lane[-1].split(b" ")[1] in EARLY


EARLY = {b"404", b"405", b"410", b"401", b"415", b"413"}


def split_answers(raw: bytes) -> list[bytes]:
    return [answer for answer in re.split(rb"(?=HTTP/1\.1 \d{3} )", raw) if answer]


def shown(sent: Sequence[bytes]) -> list[bytes]:
    return [piece if len(piece) < 1_000 else piece[:1_000] + b"..." for piece in sent]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        opened = two_listeners(folder)
        yield Both(runner, runner.run(opened.__aenter__()))
        runner.run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize("name", CORPUS)
def test_a_known_request_alone_and_among_good_ones(both: Both, name: str) -> None:
    raw = CORPUS[name]
    assert b"HTTP/1.1 " == both.same([raw])[:9]
    both.same([GOOD + raw + GOOD])
    both.same([raw + GOOD, GOOD])


SPLIT = ("chunks with a trailer", "offer of HTTP/2", "Expect", "close with a second behind", "batch of lines")


@pytest.mark.parametrize(
    "name",
    [
        name if name in SPLIT else pytest.param(name, marks=pytest.mark.long)
        for name in CORPUS
        if len(CORPUS[name]) < 600
    ],
)
def test_a_request_split_at_every_byte(both: Both, name: str) -> None:
    raw = CORPUS[name] + GOOD
    for at in range(1, len(raw)):
        both.same([raw[:at], raw[at:]])
    both.same([raw[at : at + 1] for at in range(len(raw))])


def test_a_broken_chunk_behind_an_offer_to_wait(both: Both) -> None:
    headers = [("Expect", "100-continue"), ("Transfer-Encoding", "chunked")]
    raw = request(f"/webhooks/{OPEN}", b"2e ;a\r\nx", has_length=False, headers=headers)
    assert b"HTTP/1.1 400" in both.same([raw])


def test_a_body_far_too_large_with_a_broken_end(both: Both) -> None:
    chunk = b"9c40\r\n" + b"x" * 40_000 + b"\r\n0\r\nContent-Length: 7\r\n\r\n"
    raw = request(f"/webhooks/{OPEN}", chunk, has_length=False, headers=[("Transfer-Encoding", "chunked")])
    assert both.same([GOOD + raw]).startswith(b"HTTP/1.1 200")


def test_a_hundred_pushes_in_one_packet(both: Both) -> None:
    assert 100 == both.same([GOOD * 100]).count(b"HTTP/1.1 200 OK")


normal_run = settings(
    max_examples=200, deadline=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
CONVERSATIONS_LONG = 30_000


def conversation(both: Both, data: st.DataObject) -> None:
    raw = data.draw(conversations())
    raw = data.draw(mutations(raw))
    answers = both.same(data.draw(pieces(raw)))
    for status in sorted({line[9:12] for line in answers.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")}):
        event(status.decode())


@normal_run
@given(data=st.data())
def test_made_up_conversations(both: Both, data: st.DataObject) -> None:
    conversation(both, data)


@pytest.mark.long
def test_thousands_of_made_up_conversations(both: Both) -> None:
    @settings(normal_run, max_examples=CONVERSATIONS_LONG)
    @given(data=st.data())
    def hold(data: st.DataObject) -> None:
        conversation(both, data)
        counts["conversations"] += 1

    with noted("G20", "both ports answer the same to made-up conversations") as counts:
        counts["conversations"] = 0
        hold()


def test_one_connection_too_many(tmp_path: Path) -> None:
    async def law() -> None:
        async with two_listeners(tmp_path, connections_max=0) as pair:
            for raw in (GOOD, GOOD * 2, CORPUS["two Hosts"]):
                main, lane = await pair.exchange([raw])
                assert main.said == lane.said
                assert b"HTTP/1.1 503" in lane.answers or b"HTTP/1.1 400" in lane.answers
                assert [] == lane.events

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(law())
